package analytics_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

// rollupStates reads the view rollups, in the order of names.
func rollupStates(t testing.TB, conn driver.Conn) []rollupState {
	t.Helper()
	var states []rollupState
	require.NoError(t, conn.Select(t.Context(), &states, "SELECT * FROM rollups ORDER BY name"))
	return states
}

type rollupState struct {
	Name          string     `ch:"name"`
	RefreshedAt   *time.Time `ch:"refreshed_at"`
	AgeS          *int64     `ch:"age_s"`
	TookMS        *uint64    `ch:"took_ms"`
	Status        string     `ch:"status"`
	NextRefreshAt *time.Time `ch:"next_refresh_at"`
	Error         string     `ch:"error"`
}

// refresh makes all rollups anew, as their schedule does.
func refresh(t testing.TB, conn driver.Conn) {
	t.Helper()
	for _, rollup := range rollupStates(t, conn) {
		view := strings.Replace(rollup.Name, "rollup_", "refresh_", 1)
		require.NoError(t, conn.Exec(t.Context(), "SYSTEM REFRESH VIEW "+view))
		require.NoError(t, conn.Exec(t.Context(), "SYSTEM WAIT VIEW "+view))
	}
}

// rollupTest compares a question to a rollup with a report: the columns that the
// rollup gives must be those of the report, row for row.
type rollupTest struct {
	report, dates string
	by            []string
	sql           string
}

func (test rollupTest) run(t *testing.T, conn driver.Conn, tenant string) {
	t.Helper()
	report, err := analytics.FindReport(test.report)
	require.NoError(t, err)
	said, err := analytics.Run(t.Context(), conn, report, analytics.Params{Tenant: tenant, Dates: test.dates, By: test.by})
	require.NoError(t, err)
	got := ask(t, conn, strings.ReplaceAll(test.sql, "DATES", "'"+test.dates+"'"), analytics.Params{Tenant: tenant})
	var at []int
	for _, c := range got.Columns {
		i := slices.IndexFunc(said.Columns, func(of analytics.Column) bool { return of.Name == c.Name })
		require.GreaterOrEqual(t, i, 0, "report %s has no column %s", test.report, c.Name)
		at = append(at, i)
	}
	var want [][]any
	for _, row := range said.Rows {
		var picked []any
		for _, i := range at {
			picked = append(picked, row[i])
		}
		want = append(want, picked)
	}
	require.Equal(t, fmt.Sprint(want), fmt.Sprint(got.Rows), "%s of tenant %q, signed or not", test.report, tenant)
}

// ask runs a query of our own as reports are run.
func ask(t testing.TB, conn driver.Conn, sql string, params analytics.Params) *analytics.Result {
	t.Helper()
	question, err := analytics.NewReport("question", "-- A question.\n-- Date basis: none.\n"+sql)
	require.NoError(t, err)
	result, err := analytics.Run(t.Context(), conn, question, params)
	require.NoError(t, err, sql)
	return result
}

// asReports are the reports, asked of rollups. DATES is for the test's dates.
func asReports() (tests []rollupTest) {
	for _, dates := range []string{"registered", "stopped"} {
		tests = append(tests,
			rollupTest{"on-time", dates, []string{"carrier", "service", "lane", "day"}, `
				SELECT carrier, service, lane, toString(r.day) AS day,
					early + on_time + late + unknown AS delivered,
					sum(r.early) AS early, sum(r.on_time) AS on_time, sum(r.late) AS late, sum(r.unknown) AS unknown, sum(r.open) AS open,
					if(early + on_time + late = 0, NULL, round((early + on_time) / (early + on_time + late), 4)) AS on_time_rate,
					sum(r.late_accountable) AS late_accountable
				FROM rollup_outcomes AS r
				WHERE tenant = {tenant:String} AND dates = DATES
				GROUP BY carrier, service, lane, day
				ORDER BY day, carrier, service, lane`},
			rollupTest{"delays", dates, []string{"lane"}, `
				WITH quantilesExactInclusiveMerge(0.5, 0.9, 0.95, 0.99)(delays) AS q
				SELECT lane, sum(r.early + r.on_time + r.late) AS measured, sum(r.late) AS late, round(late / measured, 4) AS late_share,
					if(late = 0, NULL, round(q[1], 2)) AS p50_days, if(late = 0, NULL, round(q[2], 2)) AS p90_days,
					if(late = 0, NULL, round(q[3], 2)) AS p95_days, if(late = 0, NULL, round(q[4], 2)) AS p99_days,
					round(sum(r.days_lost), 2) AS days_lost
				FROM rollup_outcomes AS r
				WHERE tenant = {tenant:String} AND dates = DATES
				GROUP BY lane HAVING measured > 0
				ORDER BY days_lost DESC`})
	}
	for _, dates := range []string{"registered", "opened"} {
		tests = append(tests, rollupTest{"exception-resolution", dates, []string{"code", "party", "carrier", "service", "lane", "day"}, `
			WITH quantilesExactInclusiveMerge(0.5, 0.95)(resolutions) AS q
			SELECT code, party, carrier, service, lane, toString(r.day) AS day, sum(r.exceptions) AS exceptions, exceptions - open AS resolved,
				if(open = exceptions, NULL, round(q[1], 2)) AS p50_hours, if(open = exceptions, NULL, round(q[2], 2)) AS p95_hours, sum(r.open) AS open
			FROM rollup_exceptions AS r
			WHERE tenant = {tenant:String} AND dates = DATES
			GROUP BY code, party, carrier, service, lane, day
			ORDER BY day, exceptions DESC, code, party, carrier, service, lane`})
	}
	return append(tests,
		rollupTest{"exceptions", "registered", []string{"code", "party"}, `
			WITH (SELECT sum(parcels) FROM rollup_outcomes WHERE tenant = {tenant:String} AND dates = DATES) AS all
			SELECT code, party, sum(r.exceptions) AS exceptions, sum(r.open) AS open, round(exceptions / sum(exceptions) OVER (), 4) AS share_of_exceptions,
				sum(r.parcels) AS parcels, assumeNotNull(all) AS shipments, round(1000 * exceptions / shipments, 2) AS per_1000
			FROM rollup_exceptions AS r
			WHERE tenant = {tenant:String} AND dates = DATES
			GROUP BY code, party
			ORDER BY exceptions DESC, code, party`},
		rollupTest{"overdue", "", []string{"age", "carrier", "service", "lane", "status"}, `
			SELECT age, carrier, service, lane, status, sum(r.parcels) AS parcels
			FROM rollup_under_way AS r
			WHERE tenant = {tenant:String} AND age NOT IN ('no promise', 'not due')
			GROUP BY age, carrier, service, lane, status
			ORDER BY carrier`})
}

// A rollup says what the report says, for all tenants and for one. A correction
// that comes late changes a day that is long gone.
func TestRollupsSayWhatTheReportsSay(t *testing.T) {
	conn := load(t, world()...)
	agree := func() {
		t.Helper()
		refresh(t, conn)
		for _, tenant := range []string{"", "x", "y", "nobody"} {
			for _, test := range asReports() {
				test.run(t, conn, tenant)
			}
		}
	}
	agree()
	early := func() uint64 {
		return ask(t, conn, "SELECT sum(early) FROM rollup_outcomes WHERE tenant = {tenant:String} AND dates = 'stopped' AND day = '2026-05-09'", analytics.Params{}).Rows[0][0].(uint64)
	}
	require.EqualValues(t, 0, early()) // A1 came on the 10th in UTC, A6 on the 9th, on time
	// A4, late by its carrier on 10 May, was delivered on the 9th after all, and its exception never was.
	require.NoError(t, conn.Exec(t.Context(), `
		INSERT INTO registrations (* EXCEPT (version, delivered_at, delivered_local), version, delivered_at, delivered_local)
		SELECT * EXCEPT (version, delivered_at, delivered_local), 3, '2026-05-09 09:00:00', ''
		FROM registrations WHERE tracking_number = 'A4' SETTINGS final = 1`))
	agree()
	require.EqualValues(t, 1, early())
}

func TestRollupOfScans(t *testing.T) {
	conn := load(t, latencyWorld()...)
	// And 10,000 of carrier gamma that took 1 to 10,000 seconds.
	require.NoError(t, conn.Exec(t.Context(), `
		INSERT INTO tracking_events (carrier, tracking_number, event_id, type, status, source, occurred_at, received_at, version)
		SELECT 'gamma', 'G', toString(number), 'tracking.event', 'IN_TRANSIT', 'push', toDateTime64('2026-05-09', 3, 'UTC') - number - 1, '2026-05-09', 1
		FROM numbers(10000)`))
	refresh(t, conn)
	rollupTest{"scan-latency", "", []string{"carrier", "source"}, `
		SELECT carrier, source, sum(r.events) AS events, sum(r.delivered_events) AS delivered_events, sum(r.later_than_occurred) AS later_than_occurred,
			sum(r.raw_events) AS raw_events,
			if(raw_events = 0, NULL, round(sum(r.late) / raw_events, 4)) AS late_rate,
			if(raw_events = 0, NULL, round(sum(r.duplicates) / raw_events, 4)) AS duplicate_rate,
			if(raw_events = 0, NULL, round(sum(r.future) / raw_events, 4)) AS future_rate,
			if(raw_events = 0, NULL, round(sum(r.unmapped) / raw_events, 4)) AS unmapped_rate
		FROM rollup_scans AS r
		GROUP BY carrier, source
		ORDER BY carrier, source`}.run(t, conn, "")

	latencies := ask(t, conn, "SELECT quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(latencies) FROM rollup_scans WHERE carrier = 'gamma'", analytics.Params{}).Rows[0][0].([]float64)
	for i, exact := range []float64{5000, 9500, 9900} {
		require.InEpsilon(t, exact, latencies[i], 0.01)
	}
}

// What cannot be made anew stays as it was, and says so.
func TestRollupsThatFail(t *testing.T) {
	conn := load(t, world()...)
	for _, rollup := range rollupStates(t, conn) {
		require.Nil(t, rollup.RefreshedAt, "%s: the first is made when it is due, not by the migration", rollup.Name)
		require.NotNil(t, rollup.NextRefreshAt, rollup.Name)
	}
	refresh(t, conn)
	parcels := func() uint64 {
		return ask(t, conn, "SELECT sum(parcels) FROM rollup_outcomes WHERE tenant = {tenant:String} AND dates = 'registered'", analytics.Params{}).Rows[0][0].(uint64)
	}
	all := parcels()
	require.EqualValues(t, 14, all)
	for _, rollup := range rollupStates(t, conn) {
		require.NotNil(t, rollup.RefreshedAt, rollup.Name)
		require.Less(t, *rollup.AgeS, int64(600), rollup.Name)
		require.Empty(t, rollup.Error, rollup.Name)
	}

	require.NoError(t, conn.Exec(t.Context(), "RENAME TABLE registrations TO elsewhere"))
	require.NoError(t, conn.Exec(t.Context(), "SYSTEM REFRESH VIEW refresh_outcomes"))
	require.ErrorContains(t, conn.Exec(t.Context(), "SYSTEM WAIT VIEW refresh_outcomes"), "registrations")
	outcomes := func() rollupState {
		states := rollupStates(t, conn)
		return states[slices.IndexFunc(states, func(s rollupState) bool { return s.Name == "rollup_outcomes" })]
	}
	require.Contains(t, outcomes().Error, "registrations")
	require.NotContains(t, outcomes().Error, "Stack trace")
	require.NotNil(t, outcomes().RefreshedAt)
	require.Equal(t, all, parcels())

	require.NoError(t, conn.Exec(t.Context(), "RENAME TABLE elsewhere TO registrations"))
	refresh(t, conn)
	require.Empty(t, outcomes().Error)
	require.Equal(t, all, parcels())
}

func TestRollupOfWebhooks(t *testing.T) {
	conn := load(t, append(webhookWorld(), world()...)...)
	refresh(t, conn)
	for _, tenant := range []string{"", "x", "y", "nobody"} {
		rollupTest{"webhook-health", "", []string{"tenant", "endpoint", "day"}, `
			SELECT tenant, endpoint_id AS endpoint, toString(r.day) AS day, sum(r.webhooks) AS webhooks, sum(r.tried) AS tried, sum(r.delivered) AS delivered,
				sum(r.expired) AS expired, sum(r.cancelled) AS cancelled, sum(r.open) AS open,
				if(delivered + expired = 0, NULL, round(delivered / (delivered + expired), 4)) AS success_rate,
				if(tried = 0, NULL, round(sum(r.first_try) / tried, 4)) AS first_try_rate,
				if(tried = 0, NULL, round((sum(r.attempts) - tried) / tried, 4)) AS retries_per_webhook
			FROM rollup_webhooks AS r
			WHERE {tenant:String} = '' OR tenant = {tenant:String}
			GROUP BY tenant, endpoint, day
			ORDER BY day, tenant, endpoint`}.run(t, conn, tenant)
	}
	// Of x in order 1.5 2.5 3.5 60.5 86400.5 86400.5 seconds: the P99 is the last.
	lags := ask(t, conn, "SELECT quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(latencies) FROM rollup_webhooks WHERE tenant = 'x'", analytics.Params{}).Rows[0][0].([]float64)
	require.InEpsilon(t, 86400.5, lags[2], 0.01)
}
