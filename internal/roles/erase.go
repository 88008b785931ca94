package roles

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/analytics"
)

const (
	// eraseEvery is how often tables are made to follow what was erased (P1).
	eraseEvery = time.Minute
	// eraseAgain is for how long each erasure is looked after at every turn: a
	// webhook of before may be tried, and answered, for 144 hours.
	eraseAgain = 8 * 24 * time.Hour
	// eraseAll is how often all erasures there ever were are looked after, for
	// tables may have been filled anew.
	eraseAll = 24 * time.Hour
)

// How a look ended, for the metrics.
const (
	erasedNothing = "nothing"
	erasedSome    = "erased"
	erasedFailed  = "failed"
)

// eraser has the tables follow what was erased, beside the sink that fills them.
type eraser struct {
	erase func(ctx context.Context, since time.Time) ([]analytics.Erased, error)
	log   *slog.Logger
	looks *prometheus.CounterVec
	rows  prometheus.Counter
}

func (p *parts) eraser() (*eraser, error) {
	options, cluster := ClickHouseOptions(p.settings), Cluster(p.settings)
	e := &eraser{
		log: p.log.With("app", ClickHouse),
		erase: func(ctx context.Context, since time.Time) ([]analytics.Erased, error) {
			return analytics.Erase(ctx, &options, cluster, since)
		},
		looks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_erasure_looks_total", Help: "Looks for rows from which something is to be erased (P1), by how they ended.",
		}, []string{"result"}),
		rows: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "waybill_erasure_rows_total", Help: "Rows of ClickHouse from which what they said of persons was erased (P1), old versions included.",
		}),
	}
	for _, result := range []string{erasedNothing, erasedSome, erasedFailed} {
		e.looks.WithLabelValues(result)
	}
	if p.registerer == nil {
		return e, nil
	}
	if err := p.registerer.Register(e.looks); err != nil {
		return nil, err
	}
	return e, p.registerer.Register(e.rows)
}

// run looks now and then until ctx is done. What goes wrong is logged and tried
// again.
func (e *eraser) run(ctx context.Context, every time.Duration) error {
	turn := time.NewTicker(every)
	defer turn.Stop()
	var whole time.Time // when all of it was looked at last
	for {
		now := time.Now()
		since := now.Add(-eraseAgain)
		if now.Sub(whole) >= eraseAll {
			since = time.Time{}
		}
		if e.look(ctx, since) && since.IsZero() {
			whole = now
		}
		select {
		case <-ctx.Done():
			return nil
		case <-turn.C:
		}
	}
}

// look gives whether it succeeded.
func (e *eraser) look(ctx context.Context, since time.Time) bool {
	done, err := e.erase(ctx, since)
	for _, d := range done {
		e.rows.Add(float64(d.Rows))
		e.log.Info("what was said of persons is erased", "table", d.Table, "rows", d.Rows)
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		e.looks.WithLabelValues(erasedFailed).Inc()
		e.log.Warn("what is said of persons cannot be erased; it is tried again", "err", err)
	case len(done) > 0:
		e.looks.WithLabelValues(erasedSome).Inc()
	default:
		e.looks.WithLabelValues(erasedNothing).Inc()
	}
	return err == nil
}
