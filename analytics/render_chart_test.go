package analytics_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

func drawn(t *testing.T, result *analytics.Result, o analytics.ChartOptions) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, result.Chart(&out, o))
	return out.String()
}

func TestChartOfGroups(t *testing.T) {
	require.Equal(t, `on-time: rate (as of 2026-06-01T00:00:00Z)
What it answers.
Date basis: a date.

one, "two"              │█████████████████████████████████████████████ 0.5
steers [2J the terminal │ –
`, drawn(t, sample(t), analytics.ChartOptions{}))
	require.Contains(t, drawn(t, sample(t), analytics.ChartOptions{Column: "late", Width: 50}), `
one, "two"       │██████████████████████ 12
steers [2J the … │█████▌ 3
`)
}

func TestChartOverTime(t *testing.T) {
	result := sample(t)
	result.Columns = []analytics.Column{{Name: "carrier", Type: "String"}, {Name: "week", Type: "String"}, {Name: "late", Type: "UInt64"}}
	result.Params.By = []string{"carrier", "week"}
	result.Rows = [][]any{
		{"alpha", "2026-W02", uint64(4)}, {"alpha", "2026-W01", uint64(0)}, {"alpha", "2026-W03", uint64(8)},
		{"beta", "2026-W01", uint64(8)}, {"beta", "2026-W03", uint64(0)},
	}
	chart := drawn(t, result, analytics.ChartOptions{})
	require.Contains(t, chart, "\nalpha\n 8.00 ┤")
	require.Contains(t, chart, "\nbeta\n 8.00 ┼")
	require.Contains(t, chart, "\n2026-W01 to 2026-W03\n")

	result.Rows = result.Rows[:1]
	require.Contains(t, drawn(t, result, analytics.ChartOptions{}), "\n2026-W02 to 2026-W02\n")
	result.Rows[0][2] = nil
	require.Contains(t, drawn(t, result, analytics.ChartOptions{}), "nothing to draw")
}

func TestChartSaysWhatItLeavesOut(t *testing.T) {
	result := sample(t)
	result.Columns = result.Columns[:2]
	result.Rows = nil
	require.NotContains(t, drawn(t, result, analytics.ChartOptions{}), "more")
	for i := range 42 {
		result.Rows = append(result.Rows, []any{"carrier", uint64(i)})
	}
	require.Contains(t, drawn(t, result, analytics.ChartOptions{}), "\nand 2 more rows\n")
}

func TestChartRefuses(t *testing.T) {
	var wrong *analytics.ParamError
	err := sample(t).Chart(&strings.Builder{}, analytics.ChartOptions{Column: "carrier"})
	require.ErrorAs(t, err, &wrong)
	require.ErrorContains(t, err, `it cannot draw "carrier"; it can: late, rate`)
	words := &analytics.Result{Columns: []analytics.Column{{Name: "carrier", Type: "String"}}}
	require.ErrorContains(t, words.Chart(&strings.Builder{}, analytics.ChartOptions{}), "no numbers to draw")
}
