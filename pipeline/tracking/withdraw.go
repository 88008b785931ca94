package tracking

import (
	"slices"

	"waybill/schemas"
)

// withdraw takes an event out of the history and computes anew what rested on
// it (O8). Those who were told of it, or could have been, are told. It may be
// one of which only the identity was kept.
func (t *turn) withdraw(s *shipment, e event, arrived int64) {
	n := &news{event: &e, arrived: arrived, retracted: true, before: t.facts(s)}
	told := t.toldOf(s, &e, arrived)
	was, episodes := s.present.id, slices.Clone(s.episodes)
	t.touch(s)
	s.active = max(s.active, arrived)
	for _, id := range e.ids() { // as any of its sources told it (I3)
		s.retractions.add(id)
	}
	s.retractions.remember(&e)
	s.history = slices.DeleteFunc(s.history, func(o *event) bool { return o.id == e.id })

	t.discount(s, &e)
	t.stepBack(s, &e)
	if s.present.id != was {
		n.became = t.codeOf(s.present.code)
	}
	t.reopenEpisodes(s, &e, n)
	moved := t.withdrawETA(s, &e, n)

	e.updated = t.now
	row := t.trackingEvent(s, &e)
	row.Deleted = true
	t.out.events = append(t.out.events, row)
	t.deriveRetracted(s, &e)
	t.deriveEpisodes(s, n)
	t.withdrawEpisodes(s, episodes)
	if moved != nil {
		t.out.events = append(t.out.events, *moved)
	}
	t.restoreDelays(s)
	for _, i := range told {
		t.tellOne(s, &s.registrations[i], n)
	}
	for i := range s.registrations {
		t.moveMeasure(s, &s.registrations[i])
	}
}

// toldOf gives the registrations that were told of an event or could have been,
// and still follow the parcel.
func (t *turn) toldOf(s *shipment, e *event, arrived int64) (told []int) {
	for i := range s.registrations {
		g := &s.registrations[i]
		if g.follows(arrived) && (g.follows(e.key.arrived) || e.decision == "") && t.visible(g, e) {
			told = append(told, i)
		}
		if g.current == e.id {
			g.current = 0
		}
	}
	return told
}

// discount takes an event out of the shipment's figures.
func (t *turn) discount(s *shipment, e *event) {
	s.events = max(0, s.events-1)
	if t.codeOf(e.code).AttemptFailure {
		s.attempts = max(0, s.attempts-1)
	}
	if s.events == 0 {
		s.firstEvent, s.lastEvent, s.lastScan, s.scanned, s.released = 0, 0, 0, 0, orderKey{}
		return
	}
	if len(s.history) > 0 { // else these figures are all that is left of the others
		t.recount(s, e)
	}
}

// stepBack finds the present and the marks anew without an event.
func (t *turn) stepBack(s *shipment, e *event) {
	for _, m := range []*mark{&s.clockStart, &s.clockStop, &s.delivered} {
		if m.id == e.id {
			*m = mark{}
		}
	}
	if s.present.id == e.id {
		s.present = present{code: t.registered.Name}
	}
	t.walk(s)
	t.remark(s)
	if start := &s.clockStart; s.present.id == 0 && start.id != 0 {
		// The history has left the state (D9); that the carrier got the parcel is
		// all that is still known.
		s.present = present{id: start.id, key: start.key, occurred: start.occurred, code: start.code, leg: e.leg}
		t.noteEnd(s)
	}
}

// deriveRetracted writes down that an event was withdrawn, for all who may read
// the topic.
func (t *turn) deriveRetracted(s *shipment, e *event) {
	d := t.derivedEvent(s, schemas.TypeEventRetracted, eventID(e.id))
	d.Description = "The event " + e.code + " was withdrawn."
	d.Evidence = map[string]string{"withdrawn_event_id": eventID(e.id), "withdrawn_code": e.code, "withdrawn_source": e.source}
	t.out.events = append(t.out.events, d)
}

// reopenEpisodes finds the exceptions anew without an event: one that it opened
// is none, and one that it closed may be open again (D6).
func (t *turn) reopenEpisodes(s *shipment, e *event, n *news) {
	s.episodes = slices.DeleteFunc(s.episodes, func(ep episode) bool { return ep.opening == e.id })
	for i := range s.episodes {
		if ep := &s.episodes[i]; ep.closing == e.id {
			ep.closing, ep.closed, ep.closingCode = 0, 0, ""
		}
	}
	t.revisit(s, e, n)
}

// withdrawEpisodes takes back what was written of exceptions that are none now,
// and of the ends of those that are open again.
func (t *turn) withdrawEpisodes(s *shipment, before []episode) {
	for i := range before {
		was := &before[i]
		now := s.episodeOf(was.opening)
		if now == nil {
			t.takeBack(t.episodeEvent(s, schemas.TypeExceptionOpened, was, was.code, was.opened))
		}
		if was.closing != 0 && (now == nil || now.closing == 0) {
			t.takeBack(t.episodeEvent(s, schemas.TypeExceptionResolved, was, was.closingCode, was.closed))
		}
	}
}

// takeBack writes a derived event as withdrawn.
func (t *turn) takeBack(e schemas.TrackingEvent) {
	e.Deleted = true
	t.out.events = append(t.out.events, e)
}

// withdrawETA takes back the moves of the ETA that an event brought (D1): the
// ETA is the one before. It gives the event of a notable move.
func (t *turn) withdrawETA(s *shipment, e *event, n *news) (moved *schemas.TrackingEvent) {
	brought := func(c etaChange) bool { return c.cause == e.id }
	if !slices.ContainsFunc(s.etaChanges, brought) {
		return nil
	}
	first, was := !s.etaChanges[0].from.isSet(), s.eta
	s.etaChanges = slices.DeleteFunc(s.etaChanges, brought)
	s.eta, s.etaKey, s.etaReceived = target{}, orderKey{}, 0
	before := target{}
	for i := range s.etaChanges {
		if c := &s.etaChanges[i]; i > 0 || first {
			c.from, before = before, c.to
		} else {
			before = c.to
		}
	}
	if last := len(s.etaChanges) - 1; last >= 0 {
		c := &s.etaChanges[last]
		s.eta, s.etaReceived = c.to, c.changed
		if cause := s.find(c.cause); cause != nil {
			s.etaKey, s.etaReceived = cause.key, cause.received
		}
	}
	switch {
	case first && len(s.etaChanges) > 0:
		s.originalETA = s.etaChanges[0].to
	case first:
		s.originalETA = target{}
	}
	if !s.eta.isSet() || !t.farFrom(was, s.eta) {
		return nil
	}
	n.etaMoved = true
	d := t.derivedEvent(s, schemas.TypeETAChanged, eventID(e.id), "withdrawn")
	d.Description = "The event that moved the carrier's ETA was withdrawn."
	d.Evidence = map[string]string{"from": was.write(), "to": s.eta.write(), "withdrawn_event_id": eventID(e.id)}
	return &d
}

// restoreDelays takes back the clearing of delays where the stop that was in
// time is none any more (D2). The timer finds them anew.
func (t *turn) restoreDelays(s *shipment) {
	for i := range s.registrations {
		g := &s.registrations[i]
		name, to := measureOf(s, g)
		stop := t.stopOf(s, g)
		if g.cleared == 0 || !g.delayedBy(name, to) || stop.id != 0 && t.inTime(to, stop) {
			continue
		}
		cleared := t.derivedEvent(s, schemas.TypeDelayCleared, g.id, g.measure, g.measured.write())
		cleared.Tenant, cleared.RegistrationID = g.tenant, g.id
		t.takeBack(cleared)
		g.cleared = 0
		if stop.id == 0 {
			g.delayed, g.measure, g.measured = 0, "", target{}
		}
	}
}
