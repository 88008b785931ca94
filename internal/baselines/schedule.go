package baselines

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// longestLook is how long the schedule goes without a look at the topic.
const longestLook = 10 * time.Minute

// How a build that was due ended, for the metrics.
const (
	resultBuilt   = "built"
	resultTooFew  = "too_few"
	resultAnother = "another"
	resultFailed  = "failed"
)

// Schedule builds a version whenever the newest is too old. Every instance may
// run one: each looks at the topic before it builds, and of those who begin
// together only the last can write.
type Schedule struct {
	Builder *Builder
	// Every is how old the newest version may become.
	Every  time.Duration
	Logger *slog.Logger

	builds *prometheus.CounterVec
	rows   prometheus.Gauge
}

// NewSchedule makes a schedule and registers its metrics. A nil registerer
// registers none.
func NewSchedule(b *Builder, every time.Duration, log *slog.Logger, registerer prometheus.Registerer) (*Schedule, error) {
	s := &Schedule{
		Builder: b, Every: every, Logger: log,
		builds: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_baselines_builds_total", Help: "Builds of the table baselines by this process, by how they ended.",
		}, []string{"result"}),
		rows: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "waybill_baselines_rows", Help: "Rows of the last version that this process built.",
		}),
	}
	for _, result := range []string{resultBuilt, resultTooFew, resultAnother, resultFailed} {
		s.builds.WithLabelValues(result)
	}
	if registerer == nil {
		return s, nil
	}
	return s, errors.Join(registerer.Register(s.builds), registerer.Register(s.rows))
}

// Run looks now and then until ctx is done. What goes wrong is logged and tried
// again: the version in use stays.
func (s *Schedule) Run(ctx context.Context) error {
	client, err := kgo.NewClient(s.Builder.Kafka...)
	if err != nil {
		return fmt.Errorf("making a Kafka client for baselines: %w", err)
	}
	defer client.Close()
	look := time.NewTicker(min(s.Every, longestLook))
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-look.C:
			s.look(ctx, client, now)
		}
	}
}

// look builds a version if one is due. It asks before it takes the right to
// write, and again when it has it, for another may have built in between.
func (s *Schedule) look(ctx context.Context, client *kgo.Client, now time.Time) {
	due := func(versions []schemas.BaselineVersion) bool { return s.due(versions, now) }
	versions, err := Read(ctx, client, s.Builder.Prefix, s.Builder.Codecs.Baseline)
	var v *schemas.BaselineVersion
	if err == nil && due(versions) {
		v, err = s.Builder.build(ctx, time.Time{}, time.Time{}, now, due)
	}
	switch {
	case ctx.Err() != nil || err == nil && v == nil:
	case err == nil:
		s.builds.WithLabelValues(resultBuilt).Inc()
		s.rows.Set(float64(len(v.Rows)))
		s.Logger.Info("baselines built", "version", v.Version, "rows", len(v.Rows))
	case errors.Is(err, ErrTooFew):
		s.builds.WithLabelValues(resultTooFew).Inc()
		s.Logger.Debug("baselines not built", "cause", err)
	case errors.Is(err, ErrAnother):
		s.builds.WithLabelValues(resultAnother).Inc()
	default:
		s.builds.WithLabelValues(resultFailed).Inc()
		s.Logger.Warn("baselines cannot be built, the version in use stays", "err", err)
	}
}

// due tells whether the newest complete version is too old, or there is none.
func (s *Schedule) due(versions []schemas.BaselineVersion, now time.Time) bool {
	for i := range versions {
		if v := &versions[i]; v.Complete() {
			return now.Sub(v.Manifest.BuiltAt) >= s.Every
		}
	}
	return true
}
