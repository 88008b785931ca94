package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
)

// Series exist from the start, those of partitions as long as this process has
// them, and all go with Run.
func TestMetricsComeAndGo(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	registry := prometheus.NewRegistry()
	cfg := d.config(Live)
	cfg.Registerer = registry
	i := d.start(cfg)
	d.plus("k")
	i.caught()
	require.InDelta(t, 1, metric(t, registry, "waybill_stream_records_total", "processed"), 0)
	require.InDelta(t, 0, metric(t, registry, "waybill_stream_records_total", "rerouted"), 0)
	require.InDelta(t, 0, metric(t, registry, "waybill_stream_lag_records", "0"), 0)
	require.InDelta(t, 0, metric(t, registry, "waybill_stream_lag_records", "1"), 0)

	cfg.Instance, cfg.Registerer, cfg.LeaveOnShutdown = "two", nil, true
	other := d.start(cfg)
	eventually(t, func() bool {
		return metric(t, registry, "waybill_stream_lag_records", "0")+metric(t, registry, "waybill_stream_lag_records", "1") == -1
	}, "one of the two partitions has gone, and its series with it")
	other.stop()
	i.stop()
	families, err := registry.Gather()
	require.NoError(t, err)
	require.Empty(t, families)
}

// The list that operators read has every series with its labels, and no other.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	listed := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(waybill_stream_[a-z_]+)` \\|([^|]*)\\|").FindAllStringSubmatch(string(page), -1) {
		listed[row[1]] = strings.TrimSpace(strings.ReplaceAll(row[2], "`", ""))
	}
	d := deploy(t, 1)
	registry := prometheus.NewRegistry()
	cfg := d.config(Live)
	cfg.Registerer = registry
	i := d.start(cfg)
	d.plus("k")
	i.caught()
	i.board.restoring(RestoreProgress{Partition: 1})
	i.board.follows(2, 0)
	families, err := registry.Gather()
	require.NoError(t, err)
	shown := map[string]string{}
	for _, f := range families {
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			if l.GetName() != "job_name" {
				labels = append(labels, l.GetName())
			}
		}
		slices.Sort(labels)
		shown[f.GetName()] = strings.Join(labels, ", ")
	}
	require.Equal(t, shown, listed)
}

// Every label value is there before its first count.
func TestSeriesExistFromTheStart(t *testing.T) {
	t.Parallel()
	cfg := Config{App: "a", Inputs: []string{"first"}}
	cfg.setDefaults()
	registry := prometheus.NewRegistry()
	_, err := newMetrics(&cfg, &board{}).register(registry)
	require.NoError(t, err)
	for name, values := range map[string][]string{
		"records_total":          {"processed", "rerouted", "dead_letter", "tick"},
		"rerouted_total":         {"librdkafka", "keyless", "spelling", "other"},
		"dead_letters_total":     {"unreadable", "misplaced", "failed", "panicked", "too_large"},
		"transactions_total":     {"committed", "unsure", "call_failed", "write_failed", "session_ended"},
		"sessions_broken_total":  {"unsure", "fenced", "refused", "unreachable", "stopped"},
		"broker_silence_seconds": {"a"}, "work_in_flight": {"a"}, "timers_fired_total": {"a"}, "rebalances_total": {"a"},
	} {
		for _, value := range values {
			require.GreaterOrEqual(t, metric(t, registry, "waybill_stream_"+name, value), 0.0, "%s %s", name, value)
		}
	}
}

// How far a task is behind: by its records while it has some, by the last word
// of a broker while it knows of none, so that it shows when nobody answers.
func TestLagInSeconds(t *testing.T) {
	now := time.UnixMilli(1_700_000_100_000)
	cfg := Config{App: "a", Inputs: []string{"first"}, now: func() time.Time { return now }}
	cfg.setDefaults()
	g := newGauges(&cfg, &board{}, nil)
	one := newTask(&cfg, tally{}, 0, 1)
	one.inputs[0].end = 5
	one.snap()
	one.streamTime, one.nextWake = now.Add(-40*time.Second), toMillis(now.Add(-3*time.Second))
	one.observe(false)
	require.InDelta(t, 40, g.behind(&one.pulse), 0.01)
	require.EqualValues(t, 5, one.pulse.lag.Load())
	require.InDelta(t, 3, g.late(&one.pulse), 0.01)
	one.inputs[0].next = 5
	one.observe(false)
	require.InDelta(t, 0, g.behind(&one.pulse), 0.01, "all is handled")
	now = now.Add(time.Minute)
	require.InDelta(t, 60, g.behind(&one.pulse), 0.01, "no broker has answered for a minute")
	require.InDelta(t, 60, g.contact.silence(), 0.01)
	one.observe(true)
	require.InDelta(t, 100, g.behind(&one.pulse), 0.01, "a transaction is open")
}

func TestBreakingOf(t *testing.T) {
	for want, errs := range map[breaking][]error{
		brokeUnsure:      {errors.Join(errors.New("why"), errUncertain)},
		brokeFenced:      {errors.Join(kerr.InvalidProducerEpoch, errUncertain), kerr.IllegalGeneration},
		brokeRefused:     {fmt.Errorf("reading: %w", kerr.OffsetOutOfRange)},
		brokeUnreachable: {io.EOF, context.DeadlineExceeded},
		brokeStopped:     {stopError{io.EOF}, kerr.FencedInstanceID, storeError{io.EOF}},
	} {
		for _, err := range errs {
			require.Equal(t, want, breakingOf(err), "%v", err)
		}
	}
}
