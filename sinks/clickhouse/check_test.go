package clickhouse

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

// finally reads as the reports do.
const finally = " SETTINGS final = 1, do_not_merge_across_partitions_select_final = 1"

// requireTruth compares every table that the sink fills, which all have a column
// problems, with the truth: each thing is there once, with the contents of its
// highest version, and nothing else.
func requireTruth(t testing.TB, conn driver.Conn, want truth, why string) {
	t.Helper()
	for table := range strings.FieldsSeq(askOf[string](t, conn, `SELECT arrayStringConcat(groupArray(table), ' ') FROM system.columns
		WHERE database = currentDatabase() AND name = 'problems'
			AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')`)) {
		require.NotNil(t, want[table], "table %s is new: tell its truth", table)
		want[table].compare(t, table, rowsIn(t, conn, table), why)
	}
}

// compare checks the rows of a final read. Of what hangs on a shipment, rows
// may be left that no longer count: with an older version than the newest of
// their parcel, and as a record once said them.
func (m *tableTruth) compare(t testing.TB, table string, got []tableRow, why string) {
	t.Helper()
	seen := make(map[string]bool)
	for _, row := range got {
		key := m.keyOf(row)
		require.False(t, seen[key], "%s: %s is twice in %s", why, key, table)
		seen[key] = true
		want, counts := m.rows[key]
		if !counts {
			require.Contains(t, []string{"acknowledgements", "exception_episodes", "eta_changes"}, table, "%s: %s should not be there", why, key)
			want = m.said[key][row["version"]]
			require.NotNil(t, want, "%s: nobody ever said %s of %s in version %s", why, key, table, row["version"])
		}
		for column, value := range row {
			said, known := want[column]
			require.True(t, known, "column %s.%s is new: tell its truth", table, column)
			require.Equal(t, said, value, "%s: %s of %s in %s", why, column, key, table)
		}
	}
	for key := range m.rows {
		require.True(t, seen[key], "%s: %s is missing in %s", why, key, table)
	}
}

// rowsIn reads a table, each column that the sink fills as text.
func rowsIn(t testing.TB, conn driver.Conn, table string) []tableRow {
	t.Helper()
	columns := strings.Fields(askOf[string](t, conn, "SELECT arrayStringConcat(groupArray(name), ' ') FROM system.columns "+
		"WHERE database = currentDatabase() AND default_kind = '' AND table = '"+table+"'"))
	texts := make([]string, len(columns))
	for i, column := range columns {
		texts[i] = "ifNull(toString(" + column + "), 'NULL')"
	}
	rows, err := conn.Query(t.Context(), "SELECT ["+strings.Join(texts, ", ")+"] FROM "+table+finally)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var all []tableRow
	for rows.Next() {
		var values []string
		require.NoError(t, rows.Scan(&values))
		row := make(tableRow, len(columns))
		for i, column := range columns {
			row[column] = values[i]
		}
		all = append(all, row)
	}
	require.NoError(t, rows.Err())
	return all
}

// question is a report with all that narrows it.
type question struct {
	report analytics.Report
	params analytics.Params
}

// earlier is a time in the middle of histories.
const earlier = 30 * time.Hour

// questions asks each report about everything, about each tenant, in one group
// and in as many as there can be, by each of its choices, now and earlier.
func questions(t testing.TB) []question {
	t.Helper()
	reports, err := analytics.Reports()
	require.NoError(t, err)
	var all []question
	for _, report := range reports {
		takes := func(parameter string) bool { return slices.Contains(report.Parameters, parameter) }
		base := analytics.Params{Carrier: "", Limit: 0}
		if takes("tracking_number") {
			base.TrackingNumber = "N0"
		}
		if takes("reference") {
			base.Reference = "order-0"
		}
		if takes("as_of") {
			base.AsOf = epoch.Add(10_000 * time.Hour)
		}
		ask := func(change func(*analytics.Params)) {
			params := base
			change(&params)
			all = append(all, question{report, params})
		}
		ask(func(*analytics.Params) {})
		if len(report.Dimensions) > 0 {
			ask(func(p *analytics.Params) { p.By = report.Dimensions })
			ask(func(p *analytics.Params) { p.By = []string{} })
		}
		if takes("tenant") {
			ask(func(p *analytics.Params) { p.Tenant = "one" })
		}
		if takes("as_of") {
			ask(func(p *analytics.Params) { p.AsOf = epoch.Add(earlier) })
		}
		for _, choice := range report.Choices {
			for _, value := range choice.Values[1:] {
				ask(func(p *analytics.Params) {
					if choice.Parameter == "basis" {
						p.Basis = value
					} else {
						p.Dates = value
					}
				})
			}
		}
	}
	return all
}

// oneOfEach asks each report about everything, in as many groups as there can be.
func oneOfEach(t testing.TB) []question {
	t.Helper()
	return slices.DeleteFunc(questions(t), func(q question) bool {
		plain := q.params.Tenant == "" && q.params.Basis == "" && q.params.Dates == "" && q.params.AsOf.Sub(epoch) != earlier
		return !plain || len(q.params.By) != len(q.report.Dimensions)
	})
}

// answers runs every question, and gives what each answers as JSON.
func answers(t testing.TB, conn driver.Conn, asked []question) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for i, q := range asked {
		result, err := analytics.Run(t.Context(), conn, q.report, q.params)
		require.NoError(t, err)
		var text bytes.Buffer
		require.NoError(t, result.Render(&text, analytics.FormatJSON))
		all[fmt.Sprintf("%d: %s %+v", i, q.report.Name, q.params)] = text.String()
	}
	return all
}

// requireAnswers compares the answers of two databases, byte by byte.
func requireAnswers(t testing.TB, want, got map[string]string, why string) {
	t.Helper()
	for question, answer := range want {
		require.Equal(t, answer, got[question], "%s: %s", why, question)
	}
}

func atoi(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func askOf[V any](t testing.TB, conn driver.Conn, query string) V {
	t.Helper()
	var v V
	require.NoError(t, conn.QueryRow(t.Context(), query).Scan(&v), query)
	return v
}
