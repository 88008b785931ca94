package analytics_test

import (
	"testing"
	"time"

	"waybill/analytics"
	"waybill/schemas"
)

// R8: units by tenant and month; a unit that was written twice counts once.
func TestUsage(t *testing.T) {
	unit := func(tenant, id, carrier string, at time.Time) *schemas.Usage {
		return &schemas.Usage{Tenant: tenant, RegistrationID: id, Carrier: carrier, TrackingNumber: "A1", Epoch: day(2026, 4, 1), UsedAt: at}
	}
	conn := load(t, records{usage: []*schemas.Usage{
		unit("x", "1", "alpha", day(2026, 4, 30).Add(23*time.Hour)), unit("x", "2", "beta", day(2026, 5, 1)),
		unit("x", "3", "beta", day(2026, 5, 2)), unit("y", "4", "beta", day(2026, 5, 2)),
	}}, records{
		usage: []*schemas.Usage{unit("x", "3", "beta", day(2026, 5, 2))},
		// The highest stream time, which reports take for now.
		shipments: world()[0].shipments,
	})
	for _, test := range []reportTest{
		{
			name: "by tenant and month", report: "usage", params: analytics.Params{AsOf: day(2026, 6, 1), Since: day(2026, 1, 1)},
			want: `tenant,month,units,parcels
				x,2026-04,1,1
				x,2026-05,2,1
				y,2026-05,1,1
				,,4,2`,
		},
		{
			name: "one tenant by carrier, up to a day", report: "usage",
			params: analytics.Params{Tenant: "x", By: []string{"carrier"}, AsOf: day(2026, 5, 1), Since: day(2026, 1, 1)},
			want: `carrier,units,parcels
				alpha,1,1
				beta,1,1
				,2,2`,
		},
	} {
		test.run(t, conn)
	}
}
