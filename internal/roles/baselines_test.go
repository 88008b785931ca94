package roles_test

import (
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
)

// The schedule is there unless it is switched off or the log is played again,
// and operators can read of each of its series.
func TestBaselinesHaveASchedule(t *testing.T) {
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		settings []string
		series   []string
	}{
		"by default": {nil, []string{"waybill_baselines_builds_total", "waybill_baselines_rows"}},
		"off":        {[]string{"--baselines-every", "0"}, []string{}},
		"replay":     {[]string{"--clock", "log"}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			d := rolestest.New(t, append([]string{"--clickhouse-addr", embeddedtest.OwnClickHouse(t)}, tt.settings...)...)
			options, registry := d.Options(), prometheus.NewRegistry()
			options.Registerer = registry
			stop := d.RunWith(t, options, roles.Baselines)
			families, err := registry.Gather()
			require.NoError(t, err)
			found := []string{}
			for _, f := range families {
				if strings.HasPrefix(f.GetName(), "waybill_baselines_") {
					found = append(found, f.GetName())
					require.Contains(t, string(page), "| `"+f.GetName()+"` |")
				}
			}
			require.Equal(t, tt.series, found)
			stop()
		})
	}
}
