package tracking

import (
	"waybill/schemas"
)

// derivedSource is the source of events that the rules noticed themselves.
const derivedSource = "waybill"

// derivedEvent begins an event that the rules noticed by themselves. Its
// identity is a hash of its type and of what it is about, so that noticing it
// again makes the same.
func (t *turn) derivedEvent(s *shipment, kind string, about ...string) schemas.TrackingEvent {
	id := hash64(append([]string{kind, t.key, stamp(s.epoch)}, about...)...)
	code := t.codeOf(s.present.code)
	return schemas.TrackingEvent{
		Carrier: t.carrier, TrackingNumber: t.number, Epoch: utc(s.epoch),
		EventID: eventID(id), Revision: s.revision, Type: kind,
		Status: code.Status.Name, Code: code.Name, Party: "system", Leg: s.legOrForward(),
		OccurredAt: utc(t.now), OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven,
		ReceivedAt: utc(t.now), ArrivedAt: utc(t.now), Source: derivedSource, SourceKind: schemas.SourceDerived,
		ModelVersion: t.model.Version(), Decision: schemas.DecisionAccepted,
		PreviousStatus: code.Status.Name, ObjectCreated: utc(t.now), ObjectUpdated: utc(t.now),
	}
}

// derive writes what followed from one event: exceptions that opened and
// closed (D6), an ETA that moved (D1), delays that proved to be none (D2).
func (t *turn) derive(s *shipment, n *news) {
	t.deriveEpisodes(s, n)
	if n.etaMoved {
		c := s.etaChanges[len(s.etaChanges)-1]
		e := t.derivedEvent(s, schemas.TypeETAChanged, eventID(c.cause), c.from.write(), c.to.write())
		e.OccurredAt, e.Description = utc(c.changed), "The carrier's ETA moved from "+c.from.write()+" to "+c.to.write()+"."
		e.Evidence = map[string]string{"from": c.from.write(), "to": c.to.write(), "source": c.source, "reason": c.reason, "causing_event_id": eventID(c.cause)}
		t.out.events = append(t.out.events, e)
	}
	t.clearDelays(s, n)
}

// deriveEpisodes writes the exceptions that opened and closed (D6).
func (t *turn) deriveEpisodes(s *shipment, n *news) {
	for _, ep := range n.opened {
		e := t.episodeEvent(s, schemas.TypeExceptionOpened, &ep, ep.code, ep.opened)
		e.Description = t.codeOf(ep.code).Meaning
		t.out.events = append(t.out.events, e)
	}
	for _, ep := range n.resolved {
		e := t.episodeEvent(s, schemas.TypeExceptionResolved, &ep, ep.closingCode, ep.closed)
		e.Description = "The exception " + ep.code + " has ended."
		e.Evidence["closing_event_id"] = eventID(ep.closing)
		t.out.events = append(t.out.events, e)
	}
}

func (t *turn) episodeEvent(s *shipment, kind string, ep *episode, codeName string, at int64) schemas.TrackingEvent {
	code := t.codeOf(codeName)
	e := t.derivedEvent(s, kind, eventID(ep.opening))
	e.Status, e.Code, e.OccurredAt = code.Status.Name, code.Name, utc(at)
	e.Party, e.Severity = t.codeOf(ep.code).Party, t.codeOf(ep.code).Severity
	e.Evidence = map[string]string{"opening_event_id": eventID(ep.opening), "opening_code": ep.code}
	return e
}

func (s *shipment) legOrForward() string {
	if s.present.leg == "" {
		return schemas.LegForward
	}
	return s.present.leg
}
