package analytics_test

import (
	"testing"

	"waybill/analytics"
	"waybill/schemas"
)

// A registration that went over to a new parcel with the number of an old one
// stands for the new one alone; one that ended with its parcel still counts.
//
//	number  first life          second life         third life
//	A1      delivered, moved    open
//	A2      delivered, moved    delivered, moved    delivered, stopped
//	A3      delivered, stopped  open, another registration
//	A4      delivered, stopped
//	A5      moved, to another carrier who has it with another number
//	A6      open
//
// All were due on 10 May and came on 9 May but A2's second parcel, on the 12th.
func TestMovedRegistrationsCountOnce(t *testing.T) {
	life := func(number string, n int, delivered bool, id, state string) *schemas.Shipment {
		p := parcel{number: number, promise: "2026-05-10", state: state}
		if delivered {
			p.delivered = day(2026, 5, 9)
		}
		s := p.shipment(day(2026, 5, n), "x")
		s.Registrations[0].RegistrationID, s.Registrations[0].RegisteredAt = id, day(2026, 5, 1)
		return s
	}
	late := life("A2", 2, true, "a2", "moved")
	*late.DeliveredAt = day(2026, 5, 12)
	late.ExceptionEpisodes = []schemas.ExceptionEpisode{*episode("exc.weather", "external", day(2026, 5, 8), 6)}
	before := life("A1", 1, true, "a1", "active")
	before.Revision = 1
	conn := load(t, records{shipments: []*schemas.Shipment{before}}, records{shipments: []*schemas.Shipment{
		life("A1", 1, true, "a1", "moved"), life("A1", 2, false, "a1", "active"),
		life("A2", 1, true, "a2", "moved"), late, life("A2", 3, true, "a2", "stopped"),
		life("A3", 1, true, "a3", "stopped"), life("A3", 2, false, "other", "active"),
		life("A4", 1, true, "a4", "stopped"), life("A5", 1, true, "a5", "moved"), life("A6", 3, false, "a5", "active"),
	}}, records{shipments: []*schemas.Shipment{before}})
	for _, tenant := range []string{"", "x"} {
		for _, test := range []reportTest{
			{
				name: "A2 A3 A4 came, A1, the new A3 and A6 did not", report: "on-time", params: analytics.Params{By: []string{}, Tenant: tenant},
				want: `delivered,early,on_time,late,unknown,open,on_time_rate,late_accountable,accountable_rate
					3,3,0,0,0,3,1,0,1`,
			},
			{
				name: "none was late", report: "delays", params: analytics.Params{By: []string{}, Tenant: tenant},
				want: `measured,late,late_share,p50_days,p90_days,p95_days,p99_days,max_days,days_lost
					3,0,0,,,,,,0`,
			},
			{
				name: "the weather was A2's second parcel's", report: "exceptions", params: analytics.Params{By: []string{}, Tenant: tenant},
				want: `exceptions,open,share_of_exceptions,parcels,shipments,per_1000,share_of_shipments,started,share_of_started`,
			},
			{
				name: "A1, the new A3 and A6 on 11 May", report: "overdue",
				params: analytics.Params{By: []string{"carrier"}, Tenant: tenant, AsOf: day(2026, 5, 11)},
				want: `carrier,tracking_number,reference,promise_date,last_event_at,days_overdue,parcels
					alpha,,,2026-05-10,,1,3
					,,,2026-05-10,,1,3`,
			},
		} {
			test.run(t, conn)
		}
	}
}
