package tracking

import (
	"maps"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// bodyEventType is the event type that INTERSOFT gives its events (R2).
const bodyEventType = "Tracking"

// body writes a webhook's body. The same webhook always has the same bytes.
func (t *turn) body(s *shipment, g *registration, ep *schemas.WebhookEndpoint, w *webhook, job *schemas.WebhookJob) []byte {
	if g.followsNothing() {
		s = t.unseen(s)
	}
	b := body.Webhook{
		Version: body.VersionWaybill, ID: job.JobID, Type: job.Type, Types: job.Types, Created: job.CreatedAt, Sequence: job.Sequence, Revision: job.Revision,
		Registration: body.Registration{
			ID: g.id, State: g.state, Metadata: g.metadata, Reference: g.reference, Transaction: g.transaction,
			Tags: append([]string{}, g.extras.tags...), ShipDate: optionalText(&g.extras.shipDate),
			RegisteredAt: utc(g.registered), ExpiresAt: utc(g.expires),
		},
		Event: t.bodyEvent(w.event), Shipment: t.bodyShipment(s, g),
		PreviousStatus: w.previous, FirstTimeInStatus: w.firstTime, Changed: w.changed,
		Historical: w.news != nil && w.news.historical, Position: w.position,
	}
	bare := w.news != nil && w.news.bare
	switch whole := body.Whole(ep.Dialect); {
	case whole && bare:
		b.History = []body.Event{b.Event} // and that is the present, at this point of the backfill
	case whole:
		b.History, b.Present = t.bodyHistory(s, g), t.bodyPresent(s, g)
	case ep.History && bare:
		b.HistoryOmitted = true
	case ep.History:
		b.History = t.bodyHistory(s, g)
	}
	if g.erased {
		eraseBody(&b)
	}
	return t.bodies.keep(t.dialects.Append(t.bodies.open(), ep.Dialect, &b))
}

// bodyPresent gives the event that the status comes from. Where the
// registration may not see it (R5), or there is none, no more than the status
// is told.
func (t *turn) bodyPresent(s *shipment, g *registration) *body.Event {
	shown := t.shown(s, g)
	if e := s.find(shown.id); e != nil && t.visible(g, e) {
		row := t.trackingEvent(s, e)
		present := t.bodyEvent(&row)
		return &present
	}
	row := t.derivedEvent(s, schemas.TypeEvent)
	code := t.codeOf(shown.code)
	row.Status, row.Code, row.ActionRequired = code.Status.Name, code.Name, code.ActionRequired
	if shown.id != 0 {
		row.OccurredAt = utc(shown.occurred)
	}
	present := t.bodyEvent(&row)
	return &present
}

// bodyHistory gives what a registration may see of the history (R5).
func (t *turn) bodyHistory(s *shipment, g *registration) []body.Event {
	history := make([]body.Event, 0, len(s.history))
	for i := range s.history {
		if e := s.history[i]; t.visible(g, e) {
			row := t.trackingEvent(s, e)
			history = append(history, t.bodyEvent(&row))
		}
	}
	return history
}

func (t *turn) bodyEvent(e *schemas.TrackingEvent) body.Event {
	name := t.codeOf(e.Code).Title
	switch e.Type { // these have no code of their own
	case schemas.TypeDelayed:
		name = "Delayed"
	case schemas.TypeDelayCleared:
		name = "Delay cleared"
	case schemas.TypeAtRisk:
		name = "At risk"
	case schemas.TypeStalled:
		name = "Stalled"
	case schemas.TypeRefused:
		name = "Registration refused"
	}
	return body.Event{
		ObjectID: e.EventID, ObjectCreated: e.ObjectCreated, ObjectUpdated: e.ObjectUpdated,
		Code: e.Code, Name: name, Type: bodyEventType, Status: e.Status,
		Milestone: e.Milestone, StopTheClock: e.StopsClock, ActionRequired: e.ActionRequired,
		Party: e.Party, Severity: e.Severity, Leg: e.Leg,
		OccurredAt: e.OccurredAt, OccurredLocal: e.OccurredLocal, OccurredZone: e.OccurredZone, OccurredText: e.OccurredText,
		OccurredPrecision: e.OccurredPrecision, OccurredConfidence: e.OccurredConfidence,
		ReceivedAt: e.ReceivedAt, ArrivedAt: e.ArrivedAt,
		Location: e.Location, RawCode: e.RawCode, Description: e.Description, SignedBy: e.SignedBy,
		MapVersion: e.MapVersion, Evidence: e.Evidence, ByHand: e.Source == byHandSource,
	}
}

// eraseBody takes out of a body what its tenant had erased, where others who
// follow the parcel still are told it (P1).
func eraseBody(b *body.Webhook) {
	erase := func(e *body.Event) {
		e.Description, e.SignedBy, e.Location = "", "", e.Location.Erased()
		if e.Evidence["reason"] != "" && !e.ByHand {
			e.Evidence = maps.Clone(e.Evidence)
			delete(e.Evidence, "reason")
		}
	}
	erase(&b.Event)
	for i := range b.History {
		erase(&b.History[i])
	}
	if b.Present != nil {
		erase(b.Present)
	}
}
