package analytics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/schemas"
)

// transit is a line of the table below: from the start of the clock to the delivery.
type transit struct {
	parcel
	origin, destination string
	start               time.Time
	startLocal          string
}

// Parcels of tenant x, all registered in February 2024; y follows T10 as well.
//
//	parcel  lane   started               delivered, local                days  business days                hours  measure
//	T1      US-US  24 Dec 2025 01:00     Mon 29 Dec 10:00 at UTC-5       6     3: 24, 26, 29                134    29 Dec, on time
//	T2      US-US  Wed 28 Feb 2024 12:00 Fri 1 March 12:00               2     2: 29 Feb, 1 March           48     29 Feb, late
//	T3      DE-DE  Sat 3 Jan 2026 10:00  Mon 5 Jan 09:00 at UTC+1        2     1: 5                         46     none
//	T4      GB-GB  Mon 5 Jan, a day only the same day 16:00              0     0                            -      5 Jan, on time
//	T5      CN-SA  Thu 8 Jan 06:00       Sun 11 Jan 09:00 at UTC+3       3     1: 11                        72     10 Jan, late
//	T6      CN-ZZ  Fri 9 Jan 12:00       Mon 12 Jan, a day only          3     1: 12                        -      none
//	T7      GB-GB  never                 12 Jan                          -     -                            -      none
//	T8      GB-GB  10 Jan                9 Jan, before its start         -     -                            -      none
//	T9      GB-GB  9 Jan                 -
//	T10     DE-DE  Mon 5 Jan 12:00       Thu 8 Jan 12:00                 3     3: 6, 7, 8                   72     7 Jan, late
//
// T1 started on the evening of the 23rd, 20:00 at UTC-5; the 25th is
// Christmas. Of T10 a first attempt was made on the 6th at 12:00, which is Epiphany
// in some parts of Germany only: early, after 1 day, 1 business day and 24 hours.
func transitWorld() records {
	at := func(year int, month time.Month, n, hour int) time.Time {
		return day(year, month, n).Add(time.Duration(hour) * time.Hour)
	}
	january := func(n, hour int) time.Time { return at(2026, 1, n, hour) }
	var world records
	for _, p := range []transit{
		{parcel{number: "T1", promise: "2025-12-29", delivered: at(2025, 12, 29, 15), local: "2025-12-29T10:00:00"}, "US", "US", at(2025, 12, 24, 1), "2025-12-23T20:00:00"},
		{parcel{number: "T2", promise: "2024-02-29", delivered: at(2024, 3, 1, 12)}, "US", "US", at(2024, 2, 28, 12), ""},
		{parcel{number: "T3", delivered: january(5, 8), local: "2026-01-05T09:00:00"}, "DE", "DE", january(3, 10), ""},
		{parcel{number: "T4", promise: "2026-01-05", delivered: january(5, 16)}, "GB", "GB", january(6, 0).Add(-time.Second), "2026-01-05"},
		{parcel{number: "T5", promise: "2026-01-10", delivered: january(11, 6), local: "2026-01-11T09:00:00"}, "CN", "SA", january(8, 6), "2026-01-08T14:00:00"},
		{parcel{number: "T6", delivered: january(13, 0).Add(-time.Second), local: "2026-01-12", precision: schemas.PrecisionDay}, "CN", "ZZ", january(9, 12), ""},
		{parcel{number: "T7", delivered: january(12, 0)}, "GB", "GB", time.Time{}, ""},
		{parcel{number: "T8", delivered: january(9, 0)}, "GB", "GB", january(10, 0), ""},
		{parcel{number: "T9"}, "GB", "GB", january(9, 0), ""},
		{parcel{number: "T10", promise: "2026-01-07", delivered: january(8, 12)}, "DE", "DE", january(5, 12), ""},
	} {
		s := p.shipment(day(2024, 2, 20), "x")
		if !p.start.IsZero() {
			s.ClockStart, s.ClockStartLocal = &p.start, p.startLocal
		}
		if p.number == "T10" {
			tried := january(6, 12)
			s.ClockStop, s.ClockStopCode = &tried, "attempt.no_recipient"
			s.Registrations = append(s.Registrations, p.registration(day(2024, 2, 21), "y"))
		}
		for i := range s.Registrations {
			s.Registrations[i].OriginCountry, s.Registrations[i].DestinationCountry = p.origin, p.destination
		}
		world.shipments = append(world.shipments, s)
	}
	return world
}

func TestTransitTime(t *testing.T) {
	conn := load(t, transitWorld())
	february := day(2026, 2, 1)
	const head = `stopped,measured,timed,p50_hours,p90_hours,p95_hours,p50_days,p90_days,p95_days,p50_business_days,p90_business_days,p95_business_days,no_holidays,promised,p50_promised_days,within_share
				`
	for _, test := range []reportTest{
		{
			// All: hours 24 46 48 72 134, P90 at place 3.6 of 0 to 4; days 0 1 2 2 3 3 6, P90 at place 5.4 of 0 to 6;
			// business days 0 1 1 1 1 2 3; promised 6 1 2 0 2 days after the start; in time T1 T4 T10 of 5.
			name: "by destination", report: "transit-time", params: analytics.Params{AsOf: february, By: []string{"destination"}},
			want: `destination,` + head + `GB,3,1,0,,,,0,0,0,0,0,0,0,1,0,1
				DE,2,2,2,35,43.8,44.9,1.5,1.9,1.95,1,1,1,0,1,2,1
				US,2,2,2,91,125.4,129.7,4,5.6,5.8,2.5,2.9,2.95,0,2,3.5,0.5
				SA,1,1,1,72,72,72,3,3,3,1,1,1,1,1,2,0
				ZZ,1,1,0,,,,3,3,3,1,1,1,1,0,,
				,9,7,5,48,109.2,121.6,2,4.2,5.1,1,2.4,2.7,2,5,2,0.6`,
		},
		{
			name: "of a tenant, up to the delivery", report: "transit-time", params: analytics.Params{AsOf: february, By: []string{}, Tenant: "y", Basis: "delivery"},
			want: head + `1,1,1,72,72,72,3,3,3,3,3,3,0,1,2,0`,
		},
		{
			// T3 and T4 had stopped, T10 had not.
			name: "started in January, as of the 6th", report: "transit-time",
			params: analytics.Params{AsOf: day(2026, 1, 6), By: []string{"month"}, Dates: "started", Since: day(2026, 1, 1)},
			want: `month,` + head + `2026-01,2,2,1,46,46,46,1,1.8,1.9,0.5,0.9,0.95,0,1,0,1
				,2,2,1,46,46,46,1,1.8,1.9,0.5,0.9,0.95,0,1,0,1`,
		},
	} {
		test.run(t, conn)
	}

	// Somebody's own holidays count beside those that are known: T10 was on its way on the 7th and 8th alone.
	require.NoError(t, conn.Exec(t.Context(), "INSERT INTO holidays (country, day, name) VALUES ('DE', '2026-01-06', 'Epiphany in the south')"))
	reportTest{
		name: "with an own holiday", report: "transit-time", params: analytics.Params{AsOf: february, By: []string{}, Tenant: "y", Basis: "delivery"},
		want: head + `1,1,1,72,72,72,3,3,3,2,2,2,0,1,2,0`,
	}.run(t, conn)
}
