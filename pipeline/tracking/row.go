package tracking

import (
	"slices"
	"time"

	"waybill/schemas"
)

// shipmentRow gives the shipment as it now stands, for the topic shipments.
func (t *turn) shipmentRow(s *shipment) schemas.Shipment {
	now := t.status(s)
	row := schemas.Shipment{
		Carrier: t.carrier, TrackingNumber: t.number, Epoch: utc(s.epoch), Revision: s.revision,
		Status: now.Name, Code: s.present.code, Leg: s.legOrForward(), PresentEventID: t.eventID(s.present.id), Terminal: now.Terminal,
		ClockStartLocal: t.local(&s.clockStart.local, s.clockStart.occurred),
		ClockStopLocal:  t.local(&s.clockStop.local, s.clockStop.occurred), ClockStopCode: s.clockStop.code,
		DeliveredLocal: t.local(&s.delivered.local, s.delivered.occurred), DeliveredPrecision: schemas.PrecisionSecond,
		Attempts: s.attempts, Events: s.events,
		Service: s.service, OriginCountry: s.originCountry, DestinationCountry: s.destinationCountry,
		OriginState: s.regions.origin, DestinationState: s.regions.destination,
		Closed: s.closed != 0, CreatedAt: utc(s.created), UpdatedAt: utc(s.updated),
	}
	row.NotFoundAt = t.optional(s.asking.notFound)
	if s.present.id != 0 {
		row.StatusAt = t.instant(s.present.occurred)
	}
	if s.clockStart.id != 0 {
		row.ClockStart = t.instant(s.clockStart.occurred)
	}
	if s.clockStop.id != 0 {
		row.ClockStop = t.instant(s.clockStop.occurred)
	}
	if s.delivered.id != 0 {
		row.DeliveredAt, row.DeliveredPrecision = t.instant(s.delivered.occurred), s.delivered.precision
	}
	if s.events > 0 {
		row.FirstEventAt, row.LastEventAt = t.instant(s.firstEvent), t.instant(s.lastEvent)
		row.LastScanAt = t.optional(s.lastScan)
	}
	row.SilentSince, row.StalledAt = t.optional(t.silentSince(s)), t.optional(t.stalledAt(s))
	row.ETADate, row.ETAAt, _ = t.fields(&s.eta)
	row.OriginalETADate, row.OriginalETAAt, _ = t.fields(&s.originalETA)
	row.Registrations = t.registrationRows(s)
	row.ExceptionEpisodes = t.episodeRows(s)
	row.ETAChanges = t.etaRows(s)
	return row
}

func (t *turn) registrationRows(s *shipment) []schemas.RegistrationState {
	rows := sized(t.row.Registrations, len(s.registrations))
	for i := range s.registrations {
		g := &s.registrations[i]
		measure, _ := measureOf(s, g)
		rows[i] = schemas.RegistrationState{
			RegistrationID: g.id, Tenant: g.tenant, State: g.state, Reference: g.reference, Metadata: g.metadata,
			RegisteredAt: utc(g.registered), ExpiresAt: utc(g.expires), Backfill: g.backfill,
			Service: g.serviceName(), Measure: measure,
			DelayedAt: t.optional(g.delayed), DelayClearedAt: t.optional(g.cleared), AtRiskAt: t.optional(t.riskSince(s, g)),
			PreviousStatus: g.previous, Webhooks: g.webhooks,
			Tags: g.extras.tags, ShipDate: optionalText(&g.extras.shipDate),
			Reason: g.byHand.reason, Actor: g.byHand.actor, Acknowledgements: acknowledgementRows(g),
		}
		rows[i].DelayS, rows[i].AccountableDelayS = t.latenessOf(s, g).fields()
		rows[i].PromisedDate, rows[i].PromisedAt, rows[i].PromisedZone = t.fields(&g.promise)
		givenFields(&rows[i], g)
		t.shownFields(&rows[i], s, g)
	}
	return rows
}

// givenFields are what the tenant gave and is to be shown again (R1).
func givenFields(row *schemas.RegistrationState, g *registration) {
	row.Transaction, row.CarrierAccount, row.IsReturn = g.transaction, g.extras.account, g.isReturn
	if v := g.service; v != nil {
		row.ServiceName, row.ServiceToken, row.ServiceTerms = v.Name, v.Token, v.Terms
		row.ServiceExtendedToken, row.ServiceParentToken = v.ExtendedToken, v.ParentToken
	}
	if a := g.origin; a != nil {
		row.OriginStreet, row.OriginCity, row.OriginState = a.Street, a.City, a.State
		row.OriginPostalCode, row.OriginCountry = a.PostalCode, a.Country
	}
	if a := g.destination; a != nil {
		row.DestinationStreet, row.DestinationCity, row.DestinationState = a.Street, a.City, a.State
		row.DestinationPostalCode, row.DestinationCountry = a.PostalCode, a.Country
	}
}

// shownFields are the status that the tenant is shown, and what of the time
// before the registration is for its eyes (R5).
func (t *turn) shownFields(row *schemas.RegistrationState, s *shipment, g *registration) {
	if g.followsNothing() {
		s = t.unseen(s)
	}
	shown := t.shown(s, g)
	row.ShownStatus, row.ShownCode = t.codeOf(shown.code).Status.Name, shown.code
	row.ShownEventID, row.CurrentEventID = t.eventID(shown.id), t.eventID(g.current)
	if shown.id != 0 {
		row.ShownAt = t.instant(shown.occurred)
	}
	row.OpenExceptions, row.UnacknowledgedExceptions = 0, 0
	for i := range s.episodes {
		if ep := &s.episodes[i]; ep.closing == 0 && t.sees(s, g, ep) {
			row.OpenExceptions++
			if g.acknowledged(ep.opening) == nil {
				row.UnacknowledgedExceptions++
			}
		}
	}
}

func (t *turn) episodeRows(s *shipment) []schemas.ExceptionEpisode {
	rows := sized(t.row.ExceptionEpisodes, len(s.episodes))
	for i := range s.episodes {
		ep := &s.episodes[i]
		code := t.codeOf(ep.code)
		rows[i] = schemas.ExceptionEpisode{
			OpeningEventID: t.eventID(ep.opening), OpenedAt: utc(ep.opened), Code: ep.code,
			Party: code.Party, Severity: code.Severity,
			ClosingEventID: t.eventID(ep.closing), ClosingCode: ep.closingCode, AcknowledgedAt: s.firstAcknowledged(ep.opening),
		}
		if ep.closing != 0 {
			rows[i].ClosedAt = t.instant(ep.closed)
		}
	}
	return rows
}

func (t *turn) etaRows(s *shipment) []schemas.ETAChange {
	rows := sized(t.row.ETAChanges, len(s.etaChanges))
	for i := range s.etaChanges {
		c := &s.etaChanges[i]
		rows[i] = schemas.ETAChange{
			CausingEventID: t.eventID(c.cause), ChangedAt: utc(c.changed), Source: c.source, Reason: c.reason,
		}
		rows[i].FromDate, rows[i].FromAt, _ = t.fields(&c.from)
		rows[i].ToDate, rows[i].ToAt, _ = t.fields(&c.to)
	}
	return rows
}

// fields gives a target as records hold it.
func (m *memory) fields(g *target) (date *string, at *time.Time, zone *string) {
	if g.date != "" {
		date = &g.date
	}
	if g.zone != "" {
		zone = &g.zone
	}
	return date, m.optional(g.at), zone
}

// sized gives a list of n items in the memory of an old one.
func sized[T any](old []T, n int) []T { return slices.Grow(old[:0], n)[:n] }

// optionalText gives a text for a field that may be absent; none is absent. The
// field points to where the text lies, which must not change until it is written.
func optionalText(s *string) *string {
	if *s == "" {
		return nil
	}
	return s
}
