package analytics_test

import (
	"testing"
	"time"

	"waybill/analytics"
)

const exceptionColumns = "exceptions,open,share_of_exceptions,parcels,shipments,per_1000,share_of_shipments,started,share_of_started"

func TestExceptions(t *testing.T) {
	conn := load(t, troubles()...)
	for _, test := range []reportTest{
		{
			// 9 parcels, of which the carriers had 8, and 6 exceptions: two of weather.
			name: "by code and party", report: "exceptions",
			want: "code,party," + exceptionColumns + `
				exc.weather,external,2,0,0.3333,2,9,222.22,0.2222,8,0.25
				exc.contact_carrier,carrier,1,0,0.1667,1,9,111.11,0.1111,8,0.125
				exc.customs_hold,customs,1,1,0.1667,1,9,111.11,0.1111,8,0.125
				exc.damaged,carrier,1,0,0.1667,1,9,111.11,0.1111,8,0.125
				exc.refused,consignee,1,0,0.1667,1,9,111.11,0.1111,8,0.125`,
		},
		{
			// In week 19 alpha has 6 parcels, 5 started; gamma 2 without any, and 1 in week 20.
			name: "by carrier and week", report: "exceptions", params: analytics.Params{By: []string{"carrier", "week"}},
			want: "carrier,week," + exceptionColumns + `
				alpha,2026-W19,5,1,0.8333,5,6,833.33,0.8333,5,1
				gamma,2026-W20,1,0,0.1667,1,1,1000,1,1,1`,
		},
		{
			name: "by severity, lane and month", report: "exceptions", params: analytics.Params{By: []string{"severity", "destination", "origin", "month"}},
			want: "severity,origin,destination,month," + exceptionColumns + `
				act,CN,DE,2026-05,4,1,0.6667,4,6,666.67,0.6667,5,0.8
				watch,CN,DE,2026-05,1,0,0.1667,1,6,166.67,0.1667,5,0.2
				watch,US,FR,2026-05,1,0,0.1667,1,3,333.33,0.3333,3,0.3333`,
		},
		{
			// At 1:00 on 7 May: T1's weather was over, T3's damage an hour old; G3 was not registered.
			name: "as of 7 May", report: "exceptions", params: analytics.Params{AsOf: day(2026, 5, 7).Add(time.Hour)},
			want: "code,party," + exceptionColumns + `
				exc.damaged,carrier,1,1,0.5,1,8,125,0.125,7,0.1429
				exc.weather,external,1,0,0.5,1,8,125,0.125,7,0.1429`,
		},
		{
			// On 4 May nothing had started yet, so that there is nothing to be a share of.
			name: "as of the first day, by the day of the start", report: "exceptions",
			params: analytics.Params{AsOf: day(2026, 5, 30), By: []string{"day"}, Dates: "started", Since: day(2026, 5, 5), Until: day(2026, 5, 6)},
			want: "day," + exceptionColumns + `
				2026-05-05,5,1,1,5,7,714.29,0.7143,7,0.7143`,
		},
		{
			// The clock of T1 stopped on the 10th, T3's on the 11th; G1 and G2 had no exception, G3's stopped later.
			name: "by the day of the stop", report: "exceptions",
			params: analytics.Params{By: []string{"day"}, Dates: "stopped", Until: day(2026, 5, 25)},
			want: "day," + exceptionColumns + `
				2026-05-10,1,0,0.5,1,1,1000,1,1,1
				2026-05-11,1,0,0.5,1,1,1000,1,1,1`,
		},
		{
			name: "nothing was promised", report: "exceptions", params: analytics.Params{Dates: "promised"},
			want: "code,party," + exceptionColumns,
		},
		{
			// Of T3 and T4.
			name: "of a tenant", report: "exceptions", params: analytics.Params{Tenant: "y"},
			want: "code,party," + exceptionColumns + `
				exc.customs_hold,customs,1,1,1,1,2,500,0.5,2,0.5`,
		},
	} {
		test.run(t, conn)
	}
}

const resolutionColumns = "exceptions,resolved,p50_hours,p90_hours,p95_hours,share_without_return,open,open_p50_hours,open_max_hours,acknowledged,ack_p50_hours,ack_p95_hours"

func TestExceptionResolution(t *testing.T) {
	conn := load(t, troubles()...)
	for _, test := range []reportTest{
		{
			// Resolved after 6 12 24 36 144 hours: P90 at place 3.6 of 0 to 4: 36 + 0.6 * 108, P95 at 3.8. T2 went
			// back and T6 is lost: 3 of 5. T4's is open for 48 hours. Taken in hand after 3 and, by y first, 12 hours.
			name: "in one", report: "exception-resolution", params: analytics.Params{By: []string{}},
			want: resolutionColumns + `
				6,5,24,100.8,122.4,0.6,1,48,48,2,7.5,11.55`,
		},
		{
			// Weather took 12 and 36 hours.
			name: "by party", report: "exception-resolution", params: analytics.Params{By: []string{"party"}},
			want: "party," + resolutionColumns + `
				carrier,2,2,75,130.2,137.1,0.5,0,,,0,,
				external,2,2,24,33.6,34.8,1,0,,,1,3,3
				consignee,1,1,24,24,24,0,0,,,0,,
				customs,1,0,,,,,1,48,48,1,12,12
				,6,5,24,100.8,122.4,0.6,1,48,48,2,7.5,11.55`,
		},
		{
			// Opened from 8 to 13 May: T2's and G3's. On 14 May at noon G3's was 36 hours old and just resolved.
			name: "opened in a week, as of later", report: "exception-resolution",
			params: analytics.Params{By: []string{"code", "day"}, Since: day(2026, 5, 8), Until: day(2026, 5, 14), AsOf: day(2026, 5, 14).Add(12 * time.Hour)},
			want: "code,day," + resolutionColumns + `
				exc.refused,2026-05-08,1,1,24,24,24,0,0,,,0,,
				exc.weather,2026-05-13,1,1,36,36,36,1,0,,,0,,
				,,2,2,30,34.8,35.4,0.5,0,,,0,,`,
		},
		{
			// T1 is not yet taken in hand, T2 not yet opened.
			name: "as of two hours into the first", report: "exception-resolution",
			params: analytics.Params{By: []string{}, AsOf: day(2026, 5, 6).Add(2 * time.Hour)},
			want: resolutionColumns + `
				1,0,,,,,1,2,2,0,,`,
		},
		{
			name: "of parcels of week 20", report: "exception-resolution",
			params: analytics.Params{By: []string{"week"}, Dates: "registered", Since: day(2026, 5, 11)},
			want: "week," + resolutionColumns + `
				2026-W20,1,1,36,36,36,1,0,,,0,,
				,1,1,36,36,36,1,0,,,0,,`,
		},
		{
			// x sees that it took T4's case in hand after 36 hours itself, not that y did before: 3 and 36.
			name: "of the first tenant", report: "exception-resolution", params: analytics.Params{By: []string{}, Tenant: "x"},
			want: resolutionColumns + `
				6,5,24,100.8,122.4,0.6,1,48,48,2,19.5,34.35`,
		},
		{
			name: "of the second tenant", report: "exception-resolution", params: analytics.Params{By: []string{}, Tenant: "y"},
			want: resolutionColumns + `
				1,0,,,,,1,48,48,1,12,12`,
		},
	} {
		test.run(t, conn)
	}
}
