package tracking

import (
	"slices"

	"waybill/schemas"
	"waybill/schemas/status"
)

// missing takes an answer by which the carrier does not know the number (D5). It
// is data about asking and no event of the parcel: it enters no history, resets
// no timer, and is the present only while nothing else is known.
func (t *turn) missing(s *shipment, p *pending) {
	followed := s.heardBy(p.key.arrived)
	switch {
	case !followed:
		t.decide(s, p, t.unfollowed(s))
		return
	case s.events > 0:
		t.decide(s, p, because{schemas.DecisionOutdated, "D5", "The parcel is known; that a source does not find it changes nothing.", s.present.id})
		return
	case s.asking.notFound != 0:
		t.decide(s, p, because{schemas.DecisionDuplicate, "D5", "That the carrier does not know the number was said before.", 0})
		t.tellMissing(s, p, false)
		return
	}
	t.touch(s)
	s.asking.notFound = p.key.arrived
	s.present.code = t.unknown(s).Name
	t.decide(s, p, because{schemas.DecisionAccepted, "D5", "The carrier does not know the number yet.", 0})
	t.out.events = append(t.out.events, t.missingEvent(s, p))
	t.tellMissing(s, p, true)
}

// missingEvent is the same for all who follow the parcel, and once for each
// silence.
func (t *turn) missingEvent(s *shipment, p *pending) schemas.TrackingEvent {
	e := t.derivedEvent(s, schemas.TypeNotFound)
	code := t.unknown(s)
	e.Status, e.Code, e.ActionRequired = code.Status.Name, code.Name, code.ActionRequired
	e.Party, e.Severity, e.Description = code.Party, code.Severity, code.Meaning
	e.OccurredAt = utc(s.asking.notFound)
	e.Evidence = map[string]string{"source": p.source, "asked_at": stamp(p.occurred)}
	return e
}

// tellMissing tells each registration once. One that came since is told at the
// next answer.
func (t *turn) tellMissing(s *shipment, p *pending, touched bool) {
	for i := range s.registrations {
		g := &s.registrations[i]
		if !g.follows(p.key.arrived) || !t.visible(g, &p.event) || slices.Contains(g.seen, notFound) {
			continue
		}
		if !touched {
			t.touch(s)
		}
		touched = true
		g.seen = append(g.seen, notFound)
		e := t.missingEvent(s, p)
		t.notifyAlone(s, g, &e)
	}
}

// unknown is the code of a parcel of which nothing was heard: that the carrier
// does not know it (D5), or nothing at all.
func (t *turn) unknown(s *shipment) *status.Code {
	if s.asking.notFound != 0 {
		return t.missed
	}
	return t.registered
}

// found notes that somebody knows the parcel.
func (t *turn) found(s *shipment) {
	if s.asking.notFound == 0 {
		return
	}
	s.asking.notFound, s.asking.inVain = 0, 0
	if s.present.id == 0 {
		s.present.code = t.unknown(s).Name
	}
}
