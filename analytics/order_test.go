package analytics_test

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/schemas"
)

// ordered is a parcel of an order.
func ordered(number, tenant, reference, state string, delivered time.Time) *schemas.Shipment {
	p := parcel{number: number, promise: "2026-05-10", state: state, delivered: delivered}
	s := p.shipment(day(2026, 5, 4), tenant)
	r := &s.Registrations[0]
	r.Reference, r.ShownStatus, r.ShownCode = reference, s.Status, s.Code
	return s
}

// orderWorld has two orders of the name of 1, of tenants x and y, all promised for
// 10 May.
//
//	x  A1  delivered on 9 May 12:00   early; registered twice, the second time after the window of the first
//	   A2  delivered on 12 May 06:00  late
//	   A3  under way, ETA 14 May, two exceptions open
//	   A4  returned on 13 May
//	   A5  the number is not valid: nothing is followed, though others follow a parcel with that number
//	   A6  went over to another carrier, who has it as B6: under way
//	   A7  of another order
//	y  A3  the same parcel
func orderWorld() records {
	eta := "2026-05-14"
	first := ordered("A1", "x", "1", "active", day(2026, 5, 9).Add(12*time.Hour))
	expired := first.Registrations[0]
	expired.RegistrationID, expired.State, expired.RegisteredAt = "old", "expired", day(2026, 4, 4)
	first.Registrations = append(first.Registrations, expired)
	third := ordered("A3", "x", "1", "active", time.Time{})
	third.ETADate, third.Registrations[0].OpenExceptions = &eta, 2
	third.Registrations = append(third.Registrations, third.Registrations[0])
	third.Registrations[1].Tenant, third.Registrations[1].RegistrationID = "y", "yA3"
	fourth := ordered("A4", "x", "1", "active", time.Time{})
	back := day(2026, 5, 13)
	fourth.Status, fourth.Code, fourth.Terminal, fourth.StatusAt = "RETURNED", "returned.returned", true, &back
	fourth.Registrations[0].ShownStatus = "RETURNED"
	return records{shipments: []*schemas.Shipment{
		first, ordered("A2", "x", "1", "active", day(2026, 5, 12).Add(6*time.Hour)), third, fourth,
		ordered("A5", "x", "1", "do_not_track", day(2026, 5, 9)), ordered("A6", "x", "1", "moved", time.Time{}),
		ordered("B6", "x", "1", "active", time.Time{}), ordered("A7", "x", "2", "active", day(2026, 5, 9)),
	}}
}

func TestOrder(t *testing.T) {
	conn := load(t, orderWorld())
	for _, test := range []reportTest{
		{
			name: "for operators, on 20 May", report: "order", params: analytics.Params{Reference: "1", AsOf: day(2026, 5, 20)},
			want: `tenant,carrier,tracking_number,parcels,delivered,open,ended_otherwise,not_followed,complete,status,outcome,promise_date,eta_date,first_delivered_at,last_delivered_at,open_exceptions,days_overdue
				x,alpha,A1,1,1,0,0,0,true,DELIVERED,early,2026-05-10,,2026-05-09T12:00:00Z,2026-05-09T12:00:00Z,0,
				x,alpha,A2,1,1,0,0,0,true,DELIVERED,late,2026-05-10,,2026-05-12T06:00:00Z,2026-05-12T06:00:00Z,0,
				x,alpha,A3,1,0,1,0,0,false,IN_TRANSIT,open,2026-05-10,2026-05-14,,,2,10
				x,alpha,A4,1,0,0,1,0,false,RETURNED,,2026-05-10,,,,0,
				x,alpha,A5,1,0,0,0,1,false,do_not_track,,2026-05-10,,,,0,
				x,beta,B6,1,0,1,0,0,false,IN_TRANSIT,open,2026-05-10,,,,0,10
				y,alpha,A3,1,0,1,0,0,false,IN_TRANSIT,open,2026-05-10,2026-05-14,,,2,10
				,,,7,2,3,1,1,false,DELIVERED IN_TRANSIT RETURNED do_not_track,early late open,2026-05-10,2026-05-14,2026-05-09T12:00:00Z,2026-05-12T06:00:00Z,4,10`,
		},
		{
			name: "in sum for its tenant, before A2 came and A4 went back", report: "order",
			params: analytics.Params{Reference: "1", Tenant: "x", AsOf: day(2026, 5, 12), By: []string{}},
			want: `parcels,delivered,open,ended_otherwise,not_followed,complete,status,outcome,promise_date,eta_date,first_delivered_at,last_delivered_at,open_exceptions,days_overdue
				6,1,4,0,1,false,DELIVERED IN_TRANSIT RETURNED do_not_track,early open,2026-05-10,2026-05-14,2026-05-09T12:00:00Z,2026-05-09T12:00:00Z,2,2`,
		},
		{
			name: "everything is there", report: "order", params: analytics.Params{Reference: "2", Tenant: "x", By: []string{}},
			want: `parcels,delivered,open,ended_otherwise,not_followed,complete,status,outcome,promise_date,eta_date,first_delivered_at,last_delivered_at,open_exceptions,days_overdue
				1,1,0,0,0,true,DELIVERED,early,2026-05-10,,2026-05-09T00:00:00Z,2026-05-09T00:00:00Z,0,`,
		},
		{
			name: "of another tenant", report: "order", params: analytics.Params{Reference: "2", Tenant: "y"},
			want: `tenant,carrier,tracking_number,parcels,delivered,open,ended_otherwise,not_followed,complete,status,outcome,promise_date,eta_date,first_delivered_at,last_delivered_at,open_exceptions,days_overdue`,
		},
	} {
		test.run(t, conn)
	}
}

// An order is found by the index of references: few granules of many are read.
func TestOrdersAreFoundByTheirIndex(t *testing.T) {
	conn := migrated(t)
	require.NoError(t, conn.Exec(t.Context(), `
		INSERT INTO registrations (tenant, carrier, tracking_number, reference, registration_id, state)
		SELECT 'x', 'alpha', toString(number) AS n, 'order ' || n, 'r' || n, 'active' FROM numbers(200000)`))
	var plan []struct {
		Line string `ch:"explain"`
	}
	require.NoError(t, conn.Select(t.Context(), &plan, "EXPLAIN indexes = 1 SELECT count() FROM registrations WHERE reference = 'order 31415' SETTINGS final = 1"))
	read, all := 0, 0
	for _, p := range plan {
		if found := regexp.MustCompile(`Granules: (\d+)/(\d+)`).FindStringSubmatch(p.Line); found != nil {
			read, _ = strconv.Atoi(found[1])
			of, _ := strconv.Atoi(found[2])
			all = max(all, of)
		}
	}
	require.Greater(t, all, 20, fmt.Sprint(plan))
	require.Less(t, read, all/4, fmt.Sprint(plan)) // one in a hundred is read for nothing
}
