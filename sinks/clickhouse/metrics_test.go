package clickhouse

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

// The list that operators read has every series with its labels, and no other.
func TestMetricsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	listed := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(waybill_clickhouse_[a-z_]+)` \\|([^|]*)\\|").FindAllStringSubmatch(string(page), -1) {
		listed[row[1]] = strings.FieldsFunc(row[2], func(r rune) bool { return r == ',' || r == ' ' || r == '`' })
	}
	registry := prometheus.NewRegistry()
	m, err := newMetrics(registry)
	require.NoError(t, err)
	m.lag.WithLabelValues("shipments", "0") // it and the next come with the assignment of a partition
	m.age.WithLabelValues("shipments", "0")
	m.parts.WithLabelValues("shipments")
	families, err := registry.Gather()
	require.NoError(t, err)
	require.Len(t, listed, len(families))
	for _, family := range families {
		var labels []string
		for _, label := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, label.GetName())
		}
		require.ElementsMatch(t, listed[family.GetName()], labels, family.GetName())
	}
}
