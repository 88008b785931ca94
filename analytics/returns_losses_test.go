package analytics_test

import (
	"testing"

	"waybill/analytics"
)

func TestReturnsAndLosses(t *testing.T) {
	const columns = "parcels,shipments,share_of_shipments,troubled,share_of_troubled"
	conn := load(t, troubles()...)
	for _, test := range []reportTest{
		{
			// Of 9 parcels T1 T2 T3 T4 T6 and G3 had an exception, and G1 and G2 ended badly without one: 8.
			// T3 was damaged on the way, G2 came so. G3 was lost and found: it is delivered.
			name: "by ending", report: "returns-losses",
			want: "ending," + columns + `
				damaged,2,9,0.2222,8,0.25
				lost,1,9,0.1111,8,0.125
				returned,1,9,0.1111,8,0.125
				undeliverable,1,9,0.1111,8,0.125`,
		},
		{
			name: "by carrier, party and week", report: "returns-losses", params: analytics.Params{By: []string{"carrier", "party", "week"}},
			want: "party,carrier,week," + columns + `
				carrier,alpha,2026-W19,2,6,0.3333,5,0.4
				unknown,gamma,2026-W19,2,2,1,2,1
				consignee,alpha,2026-W19,1,6,0.1667,5,0.2`,
		},
		{
			// G2 came on the 16th. T2 was returned, T3 damaged; G1 and T6 were still on their way, T4 had no trouble yet.
			// G3 had its weather: T1 T2 T3 T6 G2 G3 are troubled.
			name: "as of 17 May", report: "returns-losses", params: analytics.Params{AsOf: day(2026, 5, 17)},
			want: "ending," + columns + `
				damaged,2,9,0.2222,6,0.3333
				returned,1,9,0.1111,6,0.1667`,
		},
		{
			// T5 never started.
			name: "in one, started on 5 May", report: "returns-losses",
			params: analytics.Params{By: []string{}, Dates: "started", Since: day(2026, 5, 5), Until: day(2026, 5, 6)},
			want: columns + `
				5,7,0.7143,7,0.7143`,
		},
		{
			// T3's damage was found before y followed it, and T4 has not ended.
			name: "of a tenant", report: "returns-losses", params: analytics.Params{Tenant: "y"},
			want: "ending," + columns,
		},
	} {
		test.run(t, conn)
	}
}
