package roles_test

import (
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
)

// What the databases take is shown while the roles run, as operators read it.
func TestStoreGauges(t *testing.T) {
	d := rolestest.New(t)
	options, registry := d.Options(), prometheus.NewRegistry()
	options.Registerer = registry
	stop := d.RunWith(t, options, roles.Endpoints, roles.Delivery)
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	series := map[string]int{}
	gather := func() {
		clear(series)
		families, err := registry.Gather()
		require.NoError(t, err)
		for _, f := range families {
			if strings.HasPrefix(f.GetName(), "waybill_store_") {
				series[f.GetName()] = len(f.GetMetric())
				require.Contains(t, string(page), "| `"+f.GetName()+"` |")
			}
		}
	}
	gather()
	require.Equal(t, map[string]int{"waybill_store_bytes": 6, "waybill_store_cache_bytes": 1}, series)
	stop()
	gather()
	require.Empty(t, series)
}
