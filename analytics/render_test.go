package analytics_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

func sample(t *testing.T) *analytics.Result {
	report, err := analytics.FindReport("on-time")
	require.NoError(t, err)
	report.Answers, report.Basis = "What it answers.", "Date basis: a date."
	report.Parameters = []string{"by", "as_of", "tenant", "since", "until"}
	return &analytics.Result{
		Report: report, AsOf: day(2026, 6, 1), Params: analytics.Params{By: []string{"carrier"}, Since: day(2026, 5, 1)},
		Columns: []analytics.Column{{Name: "carrier", Type: "String"}, {Name: "late", Type: "UInt64"}, {Name: "rate", Type: "Nullable(Float64)"}, {Name: "seen", Type: "Nullable(DateTime64(3, 'UTC'))"}},
		Rows: [][]any{
			{"one, \"two\"", uint64(12), 0.5, day(2026, 5, 4)},
			{"steers\x1b[2J the\nterminal", uint64(3), nil, nil},
		},
		Totals: []any{"", uint64(15), 0.5, nil},
	}
}

func TestRender(t *testing.T) {
	for format, want := range map[analytics.Format]string{
		analytics.FormatTable: `on-time (as of 2026-06-01T00:00:00Z)
What it answers.
Date basis: a date.

 carrier                 │ late │ rate │ seen
─────────────────────────┼──────┼──────┼──────────────────────
 one, "two"              │   12 │  0.5 │ 2026-05-04T00:00:00Z
 steers [2J the terminal │    3 │      │
─────────────────────────┼──────┼──────┼──────────────────────
                         │   15 │  0.5 │
`,
		analytics.FormatCSV: "carrier,late,rate,seen\n\"one, \"\"two\"\"\",12,0.5,2026-05-04T00:00:00Z\n\"steers\x1b[2J the\nterminal\",3,,\n",
		analytics.FormatJSON: `{"report":"on-time","answers":"What it answers.","date_basis":"Date basis: a date.","as_of":"2026-06-01T00:00:00Z",` +
			`"parameters":{"by":["carrier"],"since":"2026-05-01T00:00:00Z","tenant":null,"until":null},"columns":["carrier","late","rate","seen"],` +
			`"rows":[{"carrier":"one, \"two\"","late":12,"rate":0.5,"seen":"2026-05-04T00:00:00Z"},{"carrier":"steers\u001b[2J the\nterminal","late":3,"rate":null,"seen":null}],` +
			`"totals":{"carrier":"","late":15,"rate":0.5,"seen":null}}` + "\n",
	} {
		var out strings.Builder
		require.NoError(t, sample(t).Render(&out, format))
		require.Equal(t, want, out.String(), format)
	}
}

func TestRenderOfNothing(t *testing.T) {
	empty := &analytics.Result{Columns: []analytics.Column{{Name: "carrier", Type: "String"}}}
	var out strings.Builder
	require.NoError(t, empty.Render(&out, analytics.FormatJSON))
	require.JSONEq(t, `{"report":"","answers":"","date_basis":"","as_of":null,"parameters":{},"columns":["carrier"],"rows":[]}`, out.String())
	out.Reset()
	require.NoError(t, empty.Render(&out, analytics.FormatTable))
	require.NotContains(t, out.String(), "empty", "this one knows no now")
	empty.Report.Parameters = []string{"as_of"}
	require.NoError(t, empty.Render(&out, analytics.FormatTable))
	require.Contains(t, out.String(), "the tables are empty")
	require.ErrorContains(t, empty.Render(&out, "xml"), `no format "xml"`)
}

func TestRenderTellsOfWriteErrors(t *testing.T) {
	for _, format := range []analytics.Format{
		analytics.FormatTable, analytics.FormatChart, analytics.FormatCSV, analytics.FormatJSON, analytics.FormatParquet,
	} {
		require.ErrorIs(t, sample(t).Render(full{}, format), errFull, format)
	}
}

var errFull = errors.New("the disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
