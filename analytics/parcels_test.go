package analytics_test

import (
	"slices"
	"time"

	"waybill/schemas"
)

// The small world of the report tests: 15 parcels of two carriers, written out
// so that each report can be worked out by hand. All were registered on Monday
// 4 May 2026 (week 19) but beta's, a week later. History is known up to 1 June.
//
//	parcel  measure                delivered                        so
//	A1      10 May                 9 May 23:30 at UTC-3             early (in UTC it was the 10th)
//	A2      10 May                 10 May 23:59:59 at UTC-3         on time (in UTC it was the 11th)
//	A3      10 May                 11 May 00:00:01 at UTC+2         late, 1 day (in UTC it was the 10th)
//	A4      10 May 12:00 UTC       10 May 18:00 UTC                 late, 0.25 days
//	A5      10 May 12:00 UTC       10 May 08:00 UTC                 on time: the same day
//	A6      10 May 01:00 UTC       9 May 20:00 at UTC-3             on time: at UTC-3 it was due on the 9th
//	A7      10 May 12:00 UTC       11 May, a day only               late, 1 day: compared as days
//	A8      none; first ETA 12 May 10 May                           early
//	A9      none                   10 May                           unknown
//	A10     20 May                 -                                open
//	B1      20 May                 24 May                           late, 4 days
//	B2      31 May 12:00 UTC       -                                open
//	B3      10 June                -                                open
//	B4      15 May                 returned on 18 May               open
//	B5      1 May, do not track    -                                left out
//
// Tenant x follows the A's, y the B's; y follows A2 as well, a day later and
// with a promise of 9 May, so that for y it is late by 1 day.
//
//	exceptions                                    excuse the carrier for
//	A2  exc.weather       external   6 h
//	A3  exc.weather       external  60 h          1.9 days until the delivery: more than it was late
//	A4  exc.misrouted     carrier   12 h          nothing: it is the carrier's
//	B1  exc.refused       consignee 24 h          1 day of 4
//	B2  exc.customs_hold  customs   open since 30 May
//
// In their first revisions A10 was delivered, late, and B1 had another exception;
// corrections took both away.
func world() []records {
	monday := day(2026, 5, 4)
	first := []parcel{
		{number: "A1", promise: "2026-05-10", delivered: day(2026, 5, 10).Add(150 * time.Minute), local: "2026-05-09T23:30:00"},
		{number: "A2", promise: "2026-05-10", delivered: day(2026, 5, 11).Add(3*time.Hour - time.Second), local: "2026-05-10T23:59:59",
			trouble: episode("exc.weather", "external", day(2026, 5, 8), 6)},
		{number: "A3", promise: "2026-05-10", delivered: day(2026, 5, 10).Add(22*time.Hour + time.Second), local: "2026-05-11T00:00:01",
			trouble: episode("exc.weather", "external", day(2026, 5, 9), 60)},
		{number: "A4", promise: "2026-05-10T12:00:00Z", delivered: day(2026, 5, 10).Add(18 * time.Hour), local: "2026-05-10T18:00:00",
			trouble: episode("exc.misrouted", "carrier", day(2026, 5, 8), 12)},
		{number: "A5", promise: "2026-05-10T12:00:00Z", delivered: day(2026, 5, 10).Add(8 * time.Hour)},
		{number: "A6", promise: "2026-05-10T01:00:00Z", delivered: day(2026, 5, 9).Add(23 * time.Hour), local: "2026-05-09T20:00:00"},
		{number: "A7", promise: "2026-05-10T12:00:00Z", delivered: day(2026, 5, 11), local: "2026-05-11", precision: schemas.PrecisionDay},
		{number: "A8", eta: "2026-05-12", delivered: day(2026, 5, 10), local: "2026-05-10", precision: schemas.PrecisionDay},
		{number: "A9", delivered: day(2026, 5, 10), local: "2026-05-10", precision: schemas.PrecisionDay},
		{number: "A10", promise: "2026-05-20"},
		{number: "B1", promise: "2026-05-20", delivered: day(2026, 5, 24).Add(12 * time.Hour), local: "2026-05-24T12:00:00",
			trouble: episode("exc.refused", "consignee", day(2026, 5, 20), 24)},
		{number: "B2", promise: "2026-05-31T12:00:00Z", trouble: episode("exc.customs_hold", "customs", day(2026, 5, 30), 0)},
		{number: "B3", promise: "2026-06-10"},
		{number: "B4", promise: "2026-05-15", ended: day(2026, 5, 18)},
		{number: "B5", promise: "2026-05-01", state: "do_not_track"},
	}
	var before, now records
	for _, p := range first {
		at, tenant := monday, "x"
		if p.number[0] == 'B' {
			at, tenant = monday.AddDate(0, 0, 7), "y"
		}
		s := p.shipment(at, tenant)
		if p.number == "A2" {
			s.Registrations = append(s.Registrations, p.registration(at.AddDate(0, 0, 1), "y"))
			*s.Registrations[1].PromisedDate = "2026-05-09"
			slices.Reverse(s.Registrations) // their order means nothing
		}
		now.shipments = append(now.shipments, s)
		before.shipments = append(before.shipments, p.earlier(at, tenant))
	}
	return []records{before, now, before} // old versions come again, too
}

func day(year int, month time.Month, n int) time.Time {
	return time.Date(year, month, n, 0, 0, 0, 0, time.UTC)
}

// parcel is a line of the table above. promise is a day or an instant.
type parcel struct {
	number, promise, eta, local, precision, state string
	delivered, ended                              time.Time
	trouble                                       *schemas.ExceptionEpisode
}

func episode(code, party string, opened time.Time, hours int) *schemas.ExceptionEpisode {
	e := &schemas.ExceptionEpisode{OpeningEventID: code, OpenedAt: opened, Code: code, Party: party}
	if hours > 0 {
		closed := opened.Add(time.Duration(hours) * time.Hour)
		e.ClosedAt, e.ClosingCode = &closed, "transit.problem_resolved"
	}
	return e
}

// shipment is how the parcel stands: revision 2.
func (p parcel) shipment(registered time.Time, tenant string) *schemas.Shipment {
	s := p.earlier(registered, tenant)
	s.Revision, s.UpdatedAt = 2, day(2026, 6, 1)
	s.DeliveredAt, s.DeliveredLocal, s.ExceptionEpisodes = nil, "", nil
	if p.trouble != nil {
		s.ExceptionEpisodes = []schemas.ExceptionEpisode{*p.trouble}
	}
	if p.eta != "" {
		s.OriginalETADate = &p.eta
	}
	switch {
	case !p.delivered.IsZero():
		s.Status, s.Code, s.Terminal, s.StatusAt = "DELIVERED", "delivered.delivered", true, &p.delivered
		s.DeliveredAt, s.DeliveredLocal = &p.delivered, p.local
		if p.precision != "" {
			s.DeliveredPrecision = p.precision
		}
	case !p.ended.IsZero():
		s.Status, s.Code, s.Terminal, s.StatusAt = "RETURNED", "returned.returned", true, &p.ended
	}
	return s
}

// earlier is how the parcel stood before: revision 1, on its way, but for what
// corrections took away.
func (p parcel) earlier(registered time.Time, tenant string) *schemas.Shipment {
	s := &schemas.Shipment{
		Carrier: "alpha", TrackingNumber: p.number, Epoch: registered, Revision: 1, Status: "IN_TRANSIT", Code: "transit.moving",
		Leg: schemas.LegForward, DeliveredPrecision: schemas.PrecisionSecond, CreatedAt: registered, UpdatedAt: registered,
		Registrations: []schemas.RegistrationState{p.registration(registered, tenant)},
	}
	if p.number[0] == 'B' {
		s.Carrier = "beta"
	}
	switch p.number {
	case "A10":
		withdrawn := day(2026, 5, 25)
		s.DeliveredAt, s.DeliveredLocal = &withdrawn, "2026-05-25"
	case "B1":
		s.ExceptionEpisodes = []schemas.ExceptionEpisode{*episode("exc.damaged", "carrier", registered, 0)}
	}
	return s
}

func (p parcel) registration(at time.Time, tenant string) schemas.RegistrationState {
	r := schemas.RegistrationState{
		RegistrationID: tenant + p.number, Tenant: tenant, State: p.state, Reference: "order " + p.number, RegisteredAt: at, ExpiresAt: at.AddDate(0, 0, 30),
		Service: "standard", OriginCountry: "CN", DestinationCountry: "DE",
	}
	if p.number[0] == 'B' {
		r.OriginCountry, r.DestinationCountry = "US", "FR"
	}
	if r.State == "" {
		r.State = "active"
	}
	if at, err := time.Parse(time.RFC3339, p.promise); err == nil {
		r.PromisedAt = &at
	} else if p.promise != "" {
		r.PromisedDate = &p.promise
	}
	return r
}
