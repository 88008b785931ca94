package tracking

import (
	"time"

	"waybill/schemas"
)

// shipmentRow gives the shipment as it now stands, for the topic shipments.
func (t *turn) shipmentRow(s *shipment) schemas.Shipment {
	now := t.status(s)
	row := schemas.Shipment{
		Carrier: t.carrier, TrackingNumber: t.number, Epoch: utc(s.epoch), Revision: s.revision,
		Status: now.Name, Code: s.present.code, Leg: s.legOrForward(), PresentEventID: eventID(s.present.id), Terminal: now.Terminal,
		ClockStopLocal: s.clockStop.local.write(s.clockStop.occurred), ClockStopCode: s.clockStop.code,
		DeliveredLocal: s.delivered.local.write(s.delivered.occurred), DeliveredPrecision: schemas.PrecisionSecond,
		Attempts: s.attempts, Events: s.events,
		Service: s.service, OriginCountry: s.originCountry, DestinationCountry: s.destinationCountry,
		Closed: s.closed != 0, CreatedAt: utc(s.created), UpdatedAt: utc(s.updated),
	}
	if s.present.id != 0 {
		row.StatusAt = instant(s.present.occurred)
	}
	if s.clockStart.id != 0 {
		row.ClockStart = instant(s.clockStart.occurred)
	}
	if s.clockStop.id != 0 {
		row.ClockStop = instant(s.clockStop.occurred)
	}
	if s.delivered.id != 0 {
		row.DeliveredAt, row.DeliveredPrecision = instant(s.delivered.occurred), s.delivered.precision
	}
	if s.events > 0 {
		row.FirstEventAt, row.LastEventAt = instant(s.firstEvent), instant(s.lastEvent)
		row.LastScanAt = optional(s.lastScan)
	}
	row.ETADate, row.ETAAt, _ = s.eta.fields()
	row.OriginalETADate, row.OriginalETAAt, _ = s.originalETA.fields()
	row.Registrations = registrationRows(s)
	row.ExceptionEpisodes = t.episodeRows(s)
	row.ETAChanges = etaRows(s)
	return row
}

func registrationRows(s *shipment) []schemas.RegistrationState {
	rows := make([]schemas.RegistrationState, len(s.registrations))
	for i := range s.registrations {
		g := &s.registrations[i]
		measure, _ := measureOf(s, g)
		rows[i] = schemas.RegistrationState{
			RegistrationID: g.id, Tenant: g.tenant, State: g.state, Reference: g.reference, Metadata: g.metadata,
			RegisteredAt: utc(g.registered), ExpiresAt: utc(g.expires), Backfill: g.backfill,
			Service: g.serviceName(), Measure: measure,
			DelayedAt: optional(g.delayed), DelayClearedAt: optional(g.cleared),
			PreviousStatus: g.previous, Webhooks: g.webhooks,
		}
		rows[i].PromisedDate, rows[i].PromisedAt, rows[i].PromisedZone = g.promise.fields()
		if g.origin != nil {
			rows[i].OriginCountry = g.origin.Country
		}
		if g.destination != nil {
			rows[i].DestinationCountry = g.destination.Country
		}
	}
	return rows
}

func (t *turn) episodeRows(s *shipment) []schemas.ExceptionEpisode {
	rows := make([]schemas.ExceptionEpisode, len(s.episodes))
	for i, ep := range s.episodes {
		code := t.codeOf(ep.code)
		rows[i] = schemas.ExceptionEpisode{
			OpeningEventID: eventID(ep.opening), OpenedAt: utc(ep.opened), Code: ep.code,
			Party: code.Party, Severity: code.Severity,
			ClosingEventID: eventID(ep.closing), ClosingCode: ep.closingCode,
		}
		if ep.closing != 0 {
			rows[i].ClosedAt = instant(ep.closed)
		}
	}
	return rows
}

func etaRows(s *shipment) []schemas.ETAChange {
	rows := make([]schemas.ETAChange, len(s.etaChanges))
	for i, c := range s.etaChanges {
		rows[i] = schemas.ETAChange{
			CausingEventID: eventID(c.cause), ChangedAt: utc(c.changed), Source: c.source, Reason: c.reason,
		}
		rows[i].FromDate, rows[i].FromAt, _ = c.from.fields()
		rows[i].ToDate, rows[i].ToAt, _ = c.to.fields()
	}
	return rows
}

// fields gives a target as records hold it.
func (g target) fields() (date *string, at *time.Time, zone *string) {
	if g.date != "" {
		date = &g.date
	}
	if g.zone != "" {
		zone = &g.zone
	}
	return date, optional(g.at), zone
}

func instant(ms int64) *time.Time {
	at := utc(ms)
	return &at
}
