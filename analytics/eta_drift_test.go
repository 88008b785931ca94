package analytics_test

import (
	"fmt"
	"testing"
	"time"

	"waybill/analytics"
	"waybill/schemas"
)

// toldETA is an ETA as it was told, a day or an instant.
type toldETA struct {
	told time.Time
	eta  string
}

// withETAs gives a shipment the history of its ETA.
func withETAs(s *schemas.Shipment, etas ...toldETA) *schemas.Shipment {
	s.ETAChanges = nil
	for i, e := range etas {
		change := schemas.ETAChange{CausingEventID: fmt.Sprint(i), ChangedAt: e.told}
		if at, err := time.Parse(time.RFC3339, e.eta); err == nil {
			change.ToAt = &at
		} else {
			change.ToDate = &e.eta
		}
		if i > 0 {
			change.FromAt, change.FromDate = s.ETAChanges[i-1].ToAt, s.ETAChanges[i-1].ToDate
		}
		s.ETAChanges = append(s.ETAChanges, change)
	}
	return s
}

// Five parcels, all registered on 1 June 2026 by tenant x, E3 a day later by y as well:
//
//	parcel  first stop    delivered              told            ETA             moved  days before delivery  off
//	E1      -             10 June 12:00          1 June 12:00    9 June                 9                     1 day
//	                                             8 June          11 June         +2     2.5                   1 day
//	                                             9 June 18:00    10 June 09:00   -1     0.75                  3 hours
//	E2      10 June 9:00  11 June, a day only,   5 June 03:00    9 June 12:00           7 less a second       2 days
//	                      at UTC-3               9 June 03:00    10 June 00:00   +0.5   3 less a second       1 day
//	                                             10 June 12:00   10 June         no     1.6                   1 day
//	B3      -             -                      2 June          9 June
//	                                             8 June 18:00    15 June         +6
//	E4      -             10 June                never
//	E5      -             5 June                 6 June          6 June                 told after it
//
// A correction took an ETA of E1 away, 20 June.
func etaWorld() []records {
	june := func(n, hour int) time.Time { return day(2026, 6, n).Add(time.Duration(hour) * time.Hour) }
	shipment := func(number string, delivered time.Time, etas ...toldETA) *schemas.Shipment {
		return withETAs(parcel{number: number, delivered: delivered}.shipment(june(1, 0), "x"), etas...)
	}
	first := []toldETA{{june(1, 12), "2026-06-09"}, {june(8, 0), "2026-06-11"}, {june(9, 18), "2026-06-10T09:00:00Z"}}
	before := shipment("E1", june(10, 12), append(first, toldETA{june(9, 19), "2026-06-20"})...)
	before.Revision = 1
	tried := shipment("E2", june(12, 3).Add(-time.Second), toldETA{june(5, 3), "2026-06-09T12:00:00Z"}, toldETA{june(9, 3), "2026-06-10T00:00:00Z"}, toldETA{june(10, 12), "2026-06-10"})
	tried.DeliveredLocal, tried.DeliveredPrecision = "2026-06-11", schemas.PrecisionDay
	stop := june(10, 9)
	tried.ClockStop, tried.ClockStopLocal = &stop, "2026-06-10T06:00:00"
	shared := shipment("B3", time.Time{}, toldETA{june(2, 0), "2026-06-09"}, toldETA{june(8, 18), "2026-06-15"})
	shared.Registrations = append(shared.Registrations, parcel{number: "B3"}.registration(june(2, 0), "y"))
	return []records{{shipments: []*schemas.Shipment{before}}, {shipments: []*schemas.Shipment{
		shipment("E1", june(10, 12), first...), tried, shared, shipment("E4", june(10, 0)), shipment("E5", june(5, 0), toldETA{june(6, 0), "2026-06-06"}),
	}}, {shipments: []*schemas.Shipment{before}}}
}

func TestETADrift(t *testing.T) {
	conn := load(t, etaWorld()...)
	july := day(2026, 7, 1)
	const head = `parcels,moved,moved_share,moves,moves_per_parcel,later,earlier,mean_days,p50_days,p50_days_before,measured,accuracy,accuracy_0_to_1,accuracy_1_to_2,accuracy_2_to_4,accuracy_4_to_7,accuracy_over_7
				`
	for _, test := range []reportTest{
		{
			// alpha: E1 moved twice, E2 once: +2, -1, +0.5, in order of age 0.75 2.5 3. Of 6 measured all but E2's first were right.
			// All: -1 0.5 2 6: P50 1.25, mean 7.5/4.
			name: "by carrier", report: "eta-drift", params: analytics.Params{AsOf: july},
			want: `carrier,` + head + `alpha,3,2,0.6667,3,1,2,1,0.5,0.5,2.5,6,0.8333,1,1,1,0,1
				beta,1,1,1,1,1,1,0,6,6,,0,,,,,,
				,4,3,0.75,4,1,3,1,1.88,1.25,2.5,6,0.8333,1,1,1,0,1`,
		},
		{
			// E2 stopped at 9:00 on the 10th: its first was told 5.25 days before and 21 hours off, its second 1.25 days and 9 hours, its third after it.
			name: "by the first stop", report: "eta-drift", params: analytics.Params{AsOf: july, By: []string{}, Basis: "first-stop"},
			want: head + `4,3,0.75,4,1,3,1,1.88,1.25,1.25,5,1,1,1,1,1,1`,
		},
		{
			name: "of a tenant", report: "eta-drift", params: analytics.Params{AsOf: july, By: []string{}, Tenant: "y"},
			want: head + `1,1,1,1,1,1,0,6,6,,0,,,,,,`,
		},
		{
			// Told by then: two of E1, and the first ones of E2 B3 E5. None but E5 had been delivered.
			name: "as of noon of 8 June", report: "eta-drift", params: analytics.Params{AsOf: day(2026, 6, 8).Add(12 * time.Hour), By: []string{}},
			want: head + `4,1,0.25,1,0.25,1,0,2,2,,0,,,,,,`,
		},
		{
			// E1 moved 2.5 and 0.75 days before: 1.625, rounded to the even digit.
			name: "by the day of delivery", report: "eta-drift", params: analytics.Params{AsOf: july, By: []string{"day"}, Dates: "stopped", Since: day(2026, 6, 6)},
			want: `day,` + head + `2026-06-10,1,1,1,2,2,1,1,0.5,0.5,1.62,3,1,1,,1,,1
				2026-06-12,1,1,1,1,1,1,0,0.5,0.5,3,3,0.6667,,1,1,0,
				,2,2,1,3,1.5,2,1,0.5,0.5,2.5,6,0.8333,1,1,1,0,1`,
		},
	} {
		test.run(t, conn)
	}
}
