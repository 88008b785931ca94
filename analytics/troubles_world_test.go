package analytics_test

import (
	"fmt"
	"time"

	"waybill/schemas"
)

// The world of the reports on what goes wrong: nine parcels of May 2026, of
// carrier alpha on CN-DE (T) and of gamma on US-FR (G). Tenant x registered all
// of them on Monday 4 May but G3, a week later. History is known up to 1 June.
//
//	parcel  started  exceptions                                                    attempts           how it stands
//	T1      5 May    exc.weather 6 May, for 12 h                                   -                  delivered 10 May
//	T2      5 May    exc.refused 8 May, for 24 h, closed by returning.in_progress  -                  returned 15 May
//	T3      5 May    exc.damaged 7 May, for 6 h                                    failed 11 May      delivered 12 May
//	T4      5 May    exc.customs_hold 30 May, open                                 -                  in trouble
//	T5      -        -                                                             -                  announced
//	T6      5 May    exc.contact_carrier 14 May, for 144 h, closed by failed.lost  -                  lost 20 May
//	G1      5 May    -                                                             failed 9, 10 May   undeliverable 18 May
//	G2      5 May    -                                                             not made 13 May    delivered damaged 16 May
//	G3      12 May   exc.weather 13 May, for 36 h                                  -                  delivered 25 May
//
// x took T1's case in hand after 3 hours and T4's after 36. y follows T4 as
// well, since 29 May, and took the case in hand after 12 hours; and since 12 May
// T3, so that it sees neither its exception nor its failed attempt (R5).
//
// In their first revisions T5 had an exception and a failed attempt, which
// corrections took away, and G3 was lost.
func troubles() []records {
	all := []troubled{
		{number: "T1", started: 5, code: "delivered.delivered", at: day(2026, 5, 10), trouble: solved("exc.weather", "external", 1, day(2026, 5, 6), 12, "transit.moving")},
		{number: "T2", started: 5, code: "returned.returned", at: day(2026, 5, 15), trouble: solved("exc.refused", "consignee", 2, day(2026, 5, 8), 24, "returning.in_progress")},
		{number: "T3", started: 5, code: "delivered.signed", at: day(2026, 5, 12), trouble: solved("exc.damaged", "carrier", 2, day(2026, 5, 7), 6, "transit.problem_resolved"),
			attempts: []attempt{{day(2026, 5, 11), "attempt.no_recipient"}}},
		{number: "T4", started: 5, code: "exc.customs_hold", at: day(2026, 5, 30), trouble: solved("exc.customs_hold", "customs", 2, day(2026, 5, 30), 0, "")},
		{number: "T5", code: "info.received", at: day(2026, 5, 4)},
		{number: "T6", started: 5, code: "failed.lost", at: day(2026, 5, 20), trouble: solved("exc.contact_carrier", "carrier", 2, day(2026, 5, 14), 144, "failed.lost")},
		{number: "G1", started: 5, code: "failed.undeliverable", at: day(2026, 5, 18),
			attempts: []attempt{{day(2026, 5, 9), "attempt.bad_address"}, {day(2026, 5, 10), "attempt.final"}}},
		{number: "G2", started: 5, code: "delivered.damaged", at: day(2026, 5, 16), attempts: []attempt{{day(2026, 5, 13), "attempt.not_made"}}},
		{number: "G3", started: 12, code: "delivered.delivered", at: day(2026, 5, 25), trouble: solved("exc.weather", "external", 1, day(2026, 5, 13), 36, "transit.moving")},
	}
	var before, now records
	for _, p := range all {
		s := p.shipment()
		now.shipments, now.events = append(now.shipments, s), append(now.events, p.events(s)...)
		switch p.number {
		case "T5":
			wrong := troubled{number: "T5", code: "attempt.failed", at: day(2026, 5, 7), trouble: solved("exc.address", "shipper", 2, day(2026, 5, 6), 0, ""),
				attempts: []attempt{{day(2026, 5, 7), "attempt.failed"}}}
			was := wrong.shipment()
			was.Revision = 1
			events := wrong.events(was)
			before.shipments, before.events = append(before.shipments, was), append(before.events, events...)
			withdrawn := *events[0]
			withdrawn.Revision, withdrawn.Deleted = 2, true
			now.events = append(now.events, &withdrawn)
		case "G3":
			wrong := p
			wrong.code, wrong.at = "failed.lost", day(2026, 5, 20)
			was := wrong.shipment()
			was.Revision = 1
			before.shipments = append(before.shipments, was)
		}
	}
	return []records{before, now, before}
}

// troubled is a line of the table above.
type troubled struct {
	number, code string
	started      int // day of May
	at           time.Time
	trouble      *schemas.ExceptionEpisode
	attempts     []attempt
}

type attempt struct {
	at   time.Time
	code string
}

func solved(code, party string, severity int, opened time.Time, hours int, closing string) *schemas.ExceptionEpisode {
	e := episode(code, party, opened, hours)
	e.Severity, e.ClosingCode = severity, closing
	return e
}

func (p troubled) shipment() *schemas.Shipment {
	registered, carrier := day(2026, 5, 4), "alpha"
	if p.number == "G3" {
		registered = day(2026, 5, 11)
	}
	if p.number[0] == 'G' {
		carrier = "gamma"
	}
	s := &schemas.Shipment{
		Carrier: carrier, TrackingNumber: p.number, Epoch: registered, Revision: 2, Status: statusOf(p.code), Code: p.code, StatusAt: &p.at,
		Leg: schemas.LegForward, DeliveredPrecision: schemas.PrecisionSecond, CreatedAt: registered, UpdatedAt: day(2026, 6, 1),
		Registrations: []schemas.RegistrationState{p.registration(registered, "x", 3)},
	}
	switch s.Status {
	case "DELIVERED":
		s.Terminal, s.DeliveredAt, s.ClockStop = true, &p.at, &p.at
	case "RETURNED", "FAILED":
		s.Terminal = true
	}
	if p.started != 0 {
		started := day(2026, 5, p.started)
		s.ClockStart = &started
	}
	if len(p.attempts) > 0 && p.attempts[0].code != "attempt.not_made" {
		s.ClockStop = &p.attempts[0].at
	}
	if p.trouble != nil {
		s.ExceptionEpisodes = []schemas.ExceptionEpisode{*p.trouble}
		for _, r := range s.Registrations {
			if len(r.Acknowledgements) > 0 {
				s.ExceptionEpisodes[0].AcknowledgedAt = &r.Acknowledgements[0].AcknowledgedAt
			}
		}
	}
	if p.number == "T3" {
		s.Registrations = append(s.Registrations, p.registration(day(2026, 5, 12).Add(-time.Hour), "y", 0))
	}
	if p.number == "T4" {
		s.Registrations = append(s.Registrations, p.registration(day(2026, 5, 29), "y", 12))
		s.Registrations[0].Acknowledgements[0].AcknowledgedAt = p.trouble.OpenedAt.Add(36 * time.Hour)
		s.ExceptionEpisodes[0].AcknowledgedAt = &s.Registrations[1].Acknowledgements[0].AcknowledgedAt
	}
	return s
}

// registration of a tenant that took the case in hand after some hours.
func (p troubled) registration(at time.Time, tenant string, afterHours int) schemas.RegistrationState {
	r := parcel{number: p.number}.registration(at, tenant)
	if p.number[0] == 'G' {
		r.OriginCountry, r.DestinationCountry = "US", "FR"
	}
	if p.number == "T1" || p.number == "T4" {
		r.Acknowledgements = []schemas.Acknowledgement{{
			OpeningEventID: p.trouble.OpeningEventID, AcknowledgedAt: p.trouble.OpenedAt.Add(time.Duration(afterHours) * time.Hour),
		}}
	}
	return r
}

// events are the parcel's attempts.
func (p troubled) events(s *schemas.Shipment) []*schemas.TrackingEvent {
	var all []*schemas.TrackingEvent
	for i, a := range p.attempts {
		all = append(all, &schemas.TrackingEvent{
			Carrier: s.Carrier, TrackingNumber: s.TrackingNumber, Epoch: s.Epoch, EventID: fmt.Sprint("attempt ", i), Revision: s.Revision,
			Type: schemas.TypeEvent, Status: "ATTEMPT_FAILED", Code: a.code, AttemptFailure: a.code != "attempt.not_made", Leg: schemas.LegForward,
			OccurredAt: a.at, OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, SourceKind: schemas.SourceFile,
			ReceivedAt: a.at, ArrivedAt: a.at, ObjectCreated: a.at, ObjectUpdated: a.at, Decision: schemas.DecisionAccepted,
		})
	}
	return all
}

func statusOf(code string) string {
	return map[string]string{
		"delivered.delivered": "DELIVERED", "delivered.signed": "DELIVERED", "delivered.damaged": "DELIVERED", "returned.returned": "RETURNED",
		"failed.lost": "FAILED", "failed.undeliverable": "FAILED", "exc.customs_hold": "EXCEPTION", "info.received": "INFO_RECEIVED",
		"attempt.failed": "ATTEMPT_FAILED",
	}[code]
}
