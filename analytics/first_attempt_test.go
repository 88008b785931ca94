package analytics_test

import (
	"testing"
	"time"

	"waybill/analytics"
)

func TestFirstAttempt(t *testing.T) {
	const columns = "attempted,first_success,first_attempt_rate,delivered,attempts,attempts_per_delivery,false_attempts,false_attempt_rate"
	conn := load(t, troubles()...)
	for _, test := range []reportTest{
		{
			// alpha: T1 at once, T3 at the second attempt; T5's was withdrawn. gamma: G2 and G3 at once, G1 in vain, twice;
			// that G2 was tried on the 13th is not true.
			name: "by carrier", report: "first-attempt",
			want: "carrier," + columns + `
				gamma,3,2,0.6667,2,4,1,1,0.2
				alpha,2,1,0.5,2,3,1.5,0,0
				,5,3,0.6,4,7,1.25,1,0.125`,
		},
		{
			// On 11 May at noon T1 had come and T3 been tried in vain; G1 twice.
			name: "as of 11 May", report: "first-attempt", params: analytics.Params{By: []string{}, AsOf: day(2026, 5, 11).Add(12 * time.Hour)},
			want: columns + `
				3,1,0.3333,1,4,1,0,0`,
		},
		{
			// On the 9th there had been one attempt, of G1's, and no delivery.
			name: "as of 9 May", report: "first-attempt", params: analytics.Params{By: []string{"lane"}, AsOf: day(2026, 5, 9).Add(12 * time.Hour)},
			want: "lane," + columns + `
				US-FR,1,0,0,0,1,,0,0
				,1,0,0,0,1,,0,0`,
		},
		{
			// The clock of G1 stopped with its first attempt, on the 9th, T1's on the 10th.
			name: "by the day of the stop", report: "first-attempt",
			params: analytics.Params{By: []string{"day"}, Dates: "stopped", Until: day(2026, 5, 11)},
			want: "day," + columns + `
				2026-05-09,1,0,0,0,2,,0,0
				2026-05-10,1,1,1,1,1,1,0,0
				,2,1,0.5,1,3,1,0,0`,
		},
		{
			// Of T3 y was told the delivery alone.
			name: "of a tenant", report: "first-attempt", params: analytics.Params{By: []string{}, Tenant: "y"},
			want: columns + `
				1,1,1,1,1,1,0,0`,
		},
	} {
		test.run(t, conn)
	}
}

// Where the delivery is only a day, an attempt of that day came before it; and
// what was recorded after the delivery does not make it a second attempt.
func TestFirstAttemptOfADay(t *testing.T) {
	early := troubled{number: "T7", started: 5, code: "delivered.delivered", at: day(2026, 5, 10), attempts: []attempt{{day(2026, 5, 10).Add(9 * time.Hour), "attempt.failed"}}}
	late := troubled{number: "T8", started: 5, code: "delivered.delivered", at: day(2026, 5, 10), attempts: []attempt{{day(2026, 5, 10).Add(9 * time.Hour), "attempt.failed"}}}
	var world records
	for _, p := range []troubled{early, late} {
		s := p.shipment()
		if p.number == "T7" {
			s.DeliveredPrecision, s.DeliveredLocal = "day", "2026-05-10"
		}
		world.shipments, world.events = append(world.shipments, s), append(world.events, p.events(s)...)
	}
	reportTest{
		name: "T8 alone", report: "first-attempt", params: analytics.Params{By: []string{}},
		want: `attempted,first_success,first_attempt_rate,delivered,attempts,attempts_per_delivery,false_attempts,false_attempt_rate
			2,1,0.5,2,4,2,0,0`,
	}.run(t, load(t, world))
}
