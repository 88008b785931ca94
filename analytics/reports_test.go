package analytics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

// reportTest runs one report and compares its rows, and its totals after them,
// as comma-separated text.
type reportTest struct {
	name   string
	report string
	params analytics.Params
	want   string
}

func (test reportTest) run(t *testing.T, conn driver.Conn) {
	t.Helper()
	report, err := analytics.FindReport(test.report)
	require.NoError(t, err)
	result, err := analytics.Run(t.Context(), conn, report, test.params)
	require.NoError(t, err, test.name)
	if result.Totals != nil {
		result.Rows = append(result.Rows, result.Totals)
	}
	var out strings.Builder
	require.NoError(t, result.Render(&out, analytics.FormatCSV))
	require.Equal(t, strings.ReplaceAll(strings.TrimSpace(test.want), "\t", ""), strings.TrimSpace(out.String()), "%s: %s", test.report, test.name)
}

func TestOnTime(t *testing.T) {
	conn := load(t, world()...)
	for _, test := range []reportTest{
		{
			// alpha: early A1 A8; on time A2 A5 A6; late A3 A4 A7; unknown A9; open A10. Rate 5/8.
			// Late by the carrier's fault: A4, A7, for A3 is excused: 6/8.
			// beta: late B1, by the carrier's fault for 3 days of 4; open B2 B3 B4. All: 5/9, 6/9.
			name: "by carrier", report: "on-time",
			want: `carrier,delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				alpha,9,2,3,3,1,1,0.625,2,0.75
				beta,1,0,0,1,0,3,0,1,0
				,10,2,3,4,1,4,0.5556,3,0.6667`,
		},
		{
			name: "by week, service and lane", report: "on-time", params: analytics.Params{By: []string{"week", "lane", "service"}},
			want: `service,lane,week,delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				standard,CN-DE,2026-W19,9,2,3,3,1,1,0.625,2,0.75
				standard,US-FR,2026-W20,1,0,0,1,0,3,0,1,0
				,,,10,2,3,4,1,4,0.5556,3,0.6667`,
		},
		{
			name: "in one", report: "on-time", params: analytics.Params{By: []string{}},
			want: `delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				10,2,3,4,1,4,0.5556,3,0.6667`,
		},
		{
			// y: A2 late by 1 day against the promise that y was given, of which 6 hours of weather; B1 late.
			name: "of a tenant", report: "on-time", params: analytics.Params{By: []string{}, Tenant: "y"},
			want: `delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				2,0,0,2,0,3,0,2,0`,
		},
		{
			name: "registered in week 20", report: "on-time", params: analytics.Params{By: []string{}, Since: day(2026, 5, 11), Until: day(2026, 5, 18)},
			want: `delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				1,0,0,1,0,3,0,1,0`,
		},
		{
			// 27 days before 1 June is 5 May: beta's alone.
			name: "registered in the last 27 days", report: "on-time", params: analytics.Params{By: []string{"carrier"}, Last: 27 * 24 * time.Hour},
			want: `carrier,delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				beta,1,0,0,1,0,3,0,1,0
				,1,0,0,1,0,3,0,1,0`,
		},
		{
			// By noon of 10 May A1 A5 A6 A8 A9 had come. B's were not registered, so alpha's alone are counted.
			name: "as of 10 May", report: "on-time", params: analytics.Params{AsOf: day(2026, 5, 10).Add(12 * time.Hour)},
			want: `carrier,delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
				alpha,5,2,2,0,1,5,1,0,1
				,5,2,2,0,1,5,1,0,1`,
		},
		{
			name: "as of before all", report: "on-time", params: analytics.Params{AsOf: day(2010, 1, 1)},
			want: `carrier,delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate`,
		},
		{
			name: "of nobody", report: "on-time", params: analytics.Params{Tenant: `x' OR 1=1 \`},
			want: `carrier,delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate`,
		},
	} {
		test.run(t, conn)
	}
}

func TestDelays(t *testing.T) {
	conn := load(t, world()...)
	for _, test := range []reportTest{
		{
			// CN-DE: of 8 with a measure late A4 0.25, A3 1, A7 1. US-FR: B1 4.
			// All, in order 0.25 1 1 4: P50 between the 2nd and 3rd; P90 at place 2.7 of 0 to 3: 1 + 0.7 * 3; P95 at 2.85, P99 at 2.97.
			name: "by lane, worst first", report: "delays",
			want: `lane,measured,late,late_share,p50_days,p90_days,p95_days,p99_days,max_days,days_lost
				US-FR,1,1,1,4,4,4,4,4,4
				CN-DE,8,3,0.375,1,1,1,1,1,2.25
				,9,4,0.4444,1,3.1,3.55,3.91,4,6.25`,
		},
		{
			name: "of a tenant", report: "delays", params: analytics.Params{Tenant: "y", By: []string{}},
			want: `measured,late,late_share,p50_days,p90_days,p95_days,p99_days,max_days,days_lost
				2,2,1,2.5,3.7,3.85,3.97,4,5`,
		},
		{
			// By 20:00 of 10 May A1 A4 A5 A6 A8 had come that can be measured, A4 of them late.
			name: "as of 10 May", report: "delays", params: analytics.Params{AsOf: day(2026, 5, 10).Add(20 * time.Hour)},
			want: `lane,measured,late,late_share,p50_days,p90_days,p95_days,p99_days,max_days,days_lost
				CN-DE,5,1,0.2,0.25,0.25,0.25,0.25,0.25,0.25
				,5,1,0.2,0.25,0.25,0.25,0.25,0.25,0.25`,
		},
		{
			// Registered up to 5 May, and none of the late ones among them but alpha's.
			name: "trend", report: "delays", params: analytics.Params{By: []string{"week"}, Until: day(2026, 5, 5)},
			want: `week,measured,late,late_share,p50_days,p90_days,p95_days,p99_days,max_days,days_lost
				2026-W19,8,3,0.375,1,1,1,1,1,2.25
				,8,3,0.375,1,1,1,1,1,2.25`,
		},
	} {
		test.run(t, conn)
	}
}

func TestOverdue(t *testing.T) {
	conn := load(t, world()...)
	for _, test := range []reportTest{
		{
			// On 1 June: A10 since 20 May, 12 days; B2 since noon of the day before. B3 is due later, B4 has ended.
			name: "the list", report: "overdue",
			want: `age,carrier,service,lane,status,tracking_number,reference,promise_date,last_event_at,days_overdue,parcels
				7 to 14 days,alpha,standard,CN-DE,IN_TRANSIT,A10,order A10,2026-05-20,,12,1
				up to 1 day,beta,standard,US-FR,IN_TRANSIT,B2,order B2,2026-05-31,,0.5,1`,
		},
		{
			name: "by age", report: "overdue", params: analytics.Params{By: []string{"age"}},
			want: `age,tracking_number,reference,promise_date,last_event_at,days_overdue,parcels
				7 to 14 days,,,2026-05-20,,12,1
				up to 1 day,,,2026-05-31,,0.5,1
				,,,2026-05-20,,12,2`,
		},
		{
			// At midnight after 10 May, in UTC: A2 was still on its way (3 hours to go), A1 and A3 to A7 were not.
			name: "as of another time", report: "overdue", params: analytics.Params{AsOf: day(2026, 5, 11)},
			want: `age,carrier,service,lane,status,tracking_number,reference,promise_date,last_event_at,days_overdue,parcels
				up to 1 day,alpha,standard,CN-DE,DELIVERED,A2,order A2,2026-05-10,,1,1`,
		},
		{
			name: "the first", report: "overdue", params: analytics.Params{Limit: 1, Tenant: "y"},
			want: `age,carrier,service,lane,status,tracking_number,reference,promise_date,last_event_at,days_overdue,parcels
				up to 1 day,beta,standard,US-FR,IN_TRANSIT,B2,order B2,2026-05-31,,0.5,1`,
		},
	} {
		test.run(t, conn)
	}
}
