package stream

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

func TestConfigSaysAllThatIsWrong(t *testing.T) {
	_, err := New(Config{Clock: 7, Inputs: []string{"a", "a"}, Broadcasts: []Broadcast{{Topic: "b"}}}, tally{})
	for _, says := range []string{"App is missing", "Instance is missing", "Changelog is missing", "DeadLetters is missing",
		"must name at least one each", "clock(7)", "two uses", `broadcast "b" needs`} {
		require.ErrorContains(t, err, says)
	}
}

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
