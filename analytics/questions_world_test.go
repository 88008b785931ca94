package analytics_test

import (
	"fmt"
	"slices"
	"time"

	"waybill/schemas"
)

// questionWorld is what docs/questions.md is asked of: the worlds of the reports
// beside each other, and what they lack:
//
//	delays  by the first stop, seconds late and of these the carrier's: A3 1 and 0, A4 21600 and 21600, A7 86400 and 86400,
//	        OA2 108000, which is 30 hours, and 0
//	orders  orderWorld's, their numbers behind an O. Where OA2 goes is not known; OB6 is due on 20 June at 12:00 UTC
//	units   of x one in April, two in May for one parcel; of y one
//	parcel  dhl 00340434161094042557, promised for 12 May and delivered then at 09:30 in Berlin; three events before
//
// So for tenant x on 1 July:
//
//	overdue     A10 42 days, OA3 52, OB6 10.5 from noon; OA4 came back, OA5 is not followed, OA6 went over, B2 is y's
//	on time     alpha in May: A1 A2 A5 A6 A8 OA1 OA7 in time, A3 A4 A7 OA2 late, A9 T1 T3 unknown; in June E1 E2 E4 E5 unknown
//	days lost   CN-DE: A3 1, A4 0.25, A7 1 of 8 A's, OA1, OA7 and dhl's; CN-?: OA2 2 of 1
//	exceptions  weather: A2 6 h, A3 60, T1 12, G3 36: median 24
//	attempts    G1 two; T3 one, T5's was withdrawn, G2's nobody made
//	ETAs        E1 moved twice, E2 once; E4 was told none, E5 too late
//	endpoint    w1 w2 w3 w4 w6 w9: 1.5 2.5 3.5 60.5 86400.5 86400.5, median 32; w5 and w8 expired
//	orders      1: OA1 OA2 there, OA3 OB6 under way, OA4 returned, OA5 not followed
func questionWorld() []records {
	steps := slices.Concat(world(), troubles(), etaWorld(), webhookWorld())
	extra := orderWorld()
	for _, s := range extra.shipments {
		s.TrackingNumber = "O" + s.TrackingNumber
		r := &s.Registrations[0]
		switch s.TrackingNumber {
		case "OA2":
			late, accountable := int64(108_000), int64(0)
			r.DestinationCountry, r.DelayS, r.AccountableDelayS = "", &late, &accountable
		case "OB6":
			due := day(2026, 6, 20).Add(12 * time.Hour)
			r.PromisedDate, r.PromisedAt = nil, &due
		}
	}
	for _, s := range steps[1].shipments {
		delays, found := map[string][2]int64{"A3": {1, 0}, "A4": {21600, 21600}, "A7": {86400, 86400}}[s.TrackingNumber]
		if found {
			s.Registrations[0].DelayS, s.Registrations[0].AccountableDelayS = &delays[0], &delays[1]
		}
	}
	for i, at := range []time.Time{day(2026, 4, 30).Add(23 * time.Hour), day(2026, 5, 1), day(2026, 5, 2), day(2026, 5, 2)} {
		unit := &schemas.Usage{Tenant: "x", RegistrationID: fmt.Sprint(i), Carrier: "alpha", TrackingNumber: "A1", Epoch: day(2026, 5, 1), UsedAt: at}
		switch i {
		case 0:
			unit.Epoch = day(2026, 4, 1)
		case 3:
			unit.Tenant = "y"
		}
		extra.usage = append(extra.usage, unit)
	}
	one, events := parcelWithHistory()
	extra.shipments, extra.events = append(extra.shipments, one), events
	return append(steps, extra)
}

// parcelWithHistory comes from Leipzig to Berlin; of the hand-over only the day is
// known, and the first event tells no local time.
func parcelWithHistory() (*schemas.Shipment, []*schemas.TrackingEvent) {
	delivered := day(2026, 5, 12).Add(7*time.Hour + 30*time.Minute)
	s := parcel{number: "00340434161094042557", promise: "2026-05-12", delivered: delivered, local: "2026-05-12T09:30:00"}.shipment(day(2026, 5, 4), "x")
	s.Carrier = "dhl"
	var all []*schemas.TrackingEvent
	for i, e := range []struct {
		code, local, city string
		at                time.Time
	}{
		{"delivered.delivered", "2026-05-12T09:30:00", "Berlin", delivered},
		{"info.received", "", "", day(2026, 5, 5).Add(18 * time.Hour)},
		{"transit.picked_up", "2026-05-10", "Leipzig", day(2026, 5, 9).Add(22 * time.Hour)},
		{"transit.out_for_delivery", "2026-05-12T07:05:00", "Berlin", day(2026, 5, 12).Add(5*time.Hour + 5*time.Minute)},
	} {
		event := scan(i, "push", e.code, e.local, e.at, time.Minute)
		event.Carrier, event.TrackingNumber, event.Epoch, event.Description = s.Carrier, s.TrackingNumber, s.Epoch, ""
		if e.local != "" {
			event.OccurredZone, event.Location = "Europe/Berlin", &schemas.Location{City: e.city, Country: "DE"}
		}
		all = append(all, event)
	}
	return s, all
}
