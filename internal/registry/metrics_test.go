package registry_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"waybill/internal/registry"
)

// Operators see that a registry does not answer, and that something waits for it.
func TestMetrics(t *testing.T) {
	f, told := newFake(t), prometheus.NewRegistry()
	f.SeedSchema("mine", 1, 7, avro(event))
	f.fails.Store(http.StatusServiceUnavailable)
	r := open(t, f.URL(), func(o *registry.Options) { o.Registerer = told })
	waitedFor := func(n string) {
		require.NoError(t, testutil.GatherAndCompare(told, strings.NewReader(`# HELP waybill_registry_schemas_waited_for Schemas that the registry was asked for and has not told yet: records in Confluent framing wait for them.
# TYPE waybill_registry_schemas_waited_for gauge
waybill_registry_schemas_waited_for `+n+"\n"), "waybill_registry_schemas_waited_for"))
	}
	waitedFor("0")
	_, err := r.Schema(7)
	require.Error(t, err)
	waitedFor("1")
	require.Eventually(t, func() bool { return r.Waiting() != "" }, patience, time.Millisecond)
	f.fails.Store(0)
	_, err = awaited(t, r, 7)
	require.NoError(t, err)
	waitedFor("0")
	families, err := told.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() != "waybill_registry_requests_total" {
			continue
		}
		for _, m := range family.GetMetric() {
			require.Positive(t, m.GetCounter().GetValue(), m)
		}
		return
	}
	require.Fail(t, "the requests are not counted")
}
