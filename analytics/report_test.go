package analytics_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

func TestReportsSayWhatTheyAnswer(t *testing.T) {
	reports, err := analytics.Reports()
	require.NoError(t, err)
	var names []string
	for _, r := range reports {
		names = append(names, r.Name)
		require.NotEmpty(t, r.Answers, r.Name)
		require.Contains(t, r.Basis, "Date basis: ", r.Name)
		if slices.Contains(r.Parameters, "since") {
			require.Contains(t, r.Parameters, "as_of", "%s: the last 30 days end at as_of", r.Name)
		}
		require.Subset(t, append([]string{""}, r.Dimensions...), append([]string{""}, r.DefaultBy...), r.Name)
	}
	require.Equal(t, []string{
		"delays",
		"eta-drift",
		"exception-resolution",
		"exceptions",
		"first-attempt",
		"on-time",
		"order",
		"overdue",
		"returns-losses",
		"scan-latency",
		"shipment",
		"stalled",
		"transit-time",
		"usage",
		"webhook-health",
	}, names)

	onTime, err := analytics.FindReport("on-time")
	require.NoError(t, err)
	require.Equal(t, []string{"carrier", "service", "lane", "origin", "destination", "month", "week", "day"}, onTime.Dimensions)
	require.Equal(t, []string{"carrier"}, onTime.DefaultBy)
	require.Equal(t, []string{"by", "basis", "as_of", "dates", "tenant", "since", "until"}, onTime.Parameters)

	_, err = analytics.FindReport("in-time")
	var unknown *analytics.UnknownReportError
	require.ErrorAs(t, err, &unknown)
	require.ErrorContains(t, err, "on-time")
}

// Every file runs as it is, with the parameters that its head gives: the same
// text and parameters that clickhouse-client would send.
func TestReportFilesRunAsTheyAre(t *testing.T) {
	server := ownClickHouse(t)
	options := &clickhouse.Options{Addr: []string{server.Addr()}}
	options.Auth.Database = "waybill"
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)

	files, err := filepath.Glob("reports/*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	run := regexp.MustCompile(`(?m)^-- Run: clickhouse-client --database waybill (.*) --queries-file (\S+)$`)
	parameter := regexp.MustCompile(`--param_(\w+) (?:"([^"]*)"|(\S+))`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		command := run.FindStringSubmatch(string(text))
		require.NotNil(t, command, "%s does not say how it is run", file)
		require.Equal(t, filepath.Base(file), command[2])
		query := []string{"database", "waybill"}
		for _, p := range parameter.FindAllStringSubmatch(command[1], -1) {
			query = append(query, "param_"+p[1], p[2]+p[3])
		}
		askHTTP(t, server, string(text), query...)
	}
}

func TestParamsAreChecked(t *testing.T) {
	conn := migrated(t)
	for problem, test := range map[string]struct {
		report string
		params analytics.Params
	}{
		`cannot be grouped by "colour"; it can by: carrier`:    {"on-time", analytics.Params{By: []string{"colour"}}},
		"it cannot be grouped":                                 {"shipment", analytics.Params{TrackingNumber: "1", By: []string{"carrier"}}},
		"it needs a tracking number":                           {"shipment", analytics.Params{}},
		"it takes no tracking_number":                          {"on-time", analytics.Params{TrackingNumber: "1"}},
		"it takes no tenant":                                   {"scan-latency", analytics.Params{Tenant: "x"}},
		"it takes no as_of":                                    {"shipment", analytics.Params{TrackingNumber: "1", AsOf: day(2026, 5, 1)}},
		"it takes no since":                                    {"shipment", analytics.Params{TrackingNumber: "1", Last: time.Hour}},
		"only one can be given":                                {"on-time", analytics.Params{Last: time.Hour, Since: day(2026, 1, 1)}},
		"-1h0m0s is negative":                                  {"on-time", analytics.Params{Last: -time.Hour}},
		"limit -1 is negative":                                 {"overdue", analytics.Params{Limit: -1}},
		`its basis cannot be "attempt"; it can be: delivery`:   {"on-time", analytics.Params{Basis: "attempt"}},
		`its dates cannot be "shipped"; it can be: registered`: {"delays", analytics.Params{Dates: "shipped"}},
	} {
		report, err := analytics.FindReport(test.report)
		require.NoError(t, err)
		_, err = analytics.Run(t.Context(), conn, report, test.params)
		require.ErrorContains(t, err, problem)
		var wrong *analytics.ParamError
		require.ErrorAs(t, err, &wrong)
		require.Contains(t, "by basis dates tracking_number tenant as_of since limit", wrong.Parameter)
	}
}

func TestEveryReportRunsOnEmptyTables(t *testing.T) {
	conn := migrated(t)
	reports, err := analytics.Reports()
	require.NoError(t, err)
	for _, report := range reports {
		var params analytics.Params
		if slices.Contains(report.Parameters, "tracking_number") {
			params.TrackingNumber = "1Z"
		}
		if slices.Contains(report.Parameters, "reference") {
			params.Reference = "1"
		}
		if slices.Contains(report.Parameters, "since") {
			params.Last = time.Hour
		}
		result, err := analytics.Run(t.Context(), conn, report, params)
		require.NoError(t, err, report.Name)
		require.Empty(t, result.Rows, report.Name)
		require.NotEmpty(t, result.Columns, report.Name)
		require.True(t, result.AsOf.IsZero(), report.Name)
	}
}
