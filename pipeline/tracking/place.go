package tracking

import (
	"slices"

	"waybill/schemas"
	"waybill/schemas/status"
)

// news is what one event brought, for derived events and webhooks.
type news struct {
	event      *event
	arrived    int64
	late       bool         // it occurred before what had been released (O4)
	wins       bool         // it is the present now (O6)
	became     *status.Code // of the present, when that is another now
	revised    bool         // it was known before and now tells more (I4)
	recoded    bool         // and that is another code
	etaMoved   bool         // by an hour or to another day (D1)
	opened     []episode
	resolved   []episode
	retracted  bool     // it was withdrawn (O8)
	cleared    []string // registrations whose delay proved to be none (D2)
	before     facts
	historical bool // occurred before the registration, sent because of the backfill (R5)
	bare       bool // more of the backfill follows, so bodies leave out the history
}

// place releases an event: it takes its place in the history, and the present
// is what O6 and O7 say.
func (t *turn) place(s *shipment, p *pending) {
	if p.code == status.CodeNotFound {
		t.missing(s, p)
		return
	}
	if known := t.twin(s, &p.event); known != nil {
		t.revise(s, known, p, "I3")
		return
	}
	if t.staysWithdrawn(s, p) {
		return
	}
	n := t.news.next()
	n.event, n.arrived, n.before = &p.event, p.key.arrived, t.facts(s)
	n.late = s.events > 0 && p.key.before(s.released)
	was := s.present
	if s.events > 0 {
		p.previous = t.status(s).Name
	}

	t.touch(s)
	s.hear(p.key.arrived)
	t.found(s)
	e := &p.event
	s.insert(e)
	t.follow(s, e, n)
	n.wins = s.present.id == e.id
	if s.present.id != was.id {
		n.became = t.codeOf(s.present.code)
	}
	t.count(s, e)
	why := t.verdict(s, e, n, &was)
	e.decision, e.updated = why.decision, t.now
	n.etaMoved = t.moveETA(s, p, p.id) == etaMovedFar
	t.revisit(s, e, n)

	t.publish(s, e)
	t.decide(s, p, why)
	t.derive(s, n)
	t.tell(s, n)
	t.trim(s)
}

// hear notes that an event arrived, or one that tells more of a known one.
func (s *shipment) hear(arrived int64) {
	s.active, s.heard = max(s.active, arrived), max(s.heard, arrived)
}

// count adds an event that enters the history to the shipment's figures.
func (t *turn) count(s *shipment, e *event) {
	t.span(s, e)
	if t.codeOf(e.code).AttemptFailure {
		s.attempts++
	}
	if s.events == 0 || s.released.before(e.key) {
		s.released = e.key
	}
	s.events++
}

// span notes the event where it is the first, the last, or the last scan.
func (t *turn) span(s *shipment, e *event) {
	occurred := e.occurred
	if e.clamped {
		occurred = e.key.at // the time it gives is not believed (T3)
	}
	if s.events == 0 || occurred < s.firstEvent {
		s.firstEvent = occurred
	}
	if s.events == 0 || occurred > s.lastEvent {
		s.lastEvent = occurred
	}
	if t.codeOf(e.code).PhysicalScan {
		if s.lastScan == 0 || occurred > s.lastScan {
			s.lastScan = occurred
		}
		if s.scanned == 0 || e.key.at > s.scanned {
			s.scanned = e.key.at
		}
	}
}

// recount finds these figures anew after an event moved, as far as the history
// still tells.
func (t *turn) recount(s *shipment, was *event) {
	if last := s.history[len(s.history)-1].key; s.released == was.key || s.released.before(last) {
		s.released = last
	}
	if events := s.events; len(s.history) == events {
		s.lastScan, s.scanned, s.events = 0, 0, 0
		t.span(s, s.history[0])
		s.events = events
	}
	for i := range s.history {
		t.span(s, s.history[i])
	}
}

// verdict is the final decision on an event, by what the present was before
// it.
func (t *turn) verdict(s *shipment, e *event, n *news, was *present) because {
	if !s.heardBy(n.arrived) {
		return t.unfollowed(s)
	}
	now, code, other := t.codeOf(was.code).Status, t.codeOf(e.code), was.id
	switch {
	case n.late && n.wins && e.key.before(was.key):
		return because{schemas.DecisionLate, "O7", "It occurred before what was released, which it stands against; the status is now " + code.Status.Name + ".", other}
	case n.late && n.wins:
		return because{schemas.DecisionLate, "O4", "It occurred before what was released, and after the present, which it now is.", other}
	case n.late && n.became != nil:
		return because{schemas.DecisionLate, "O7", "It occurred before what was released, and with it another event is the present; the status is now " + n.became.Status.Name + ".", other}
	case n.late && now.Terminal:
		return because{schemas.DecisionOutdated, "O5", "It occurred before what was released, and the status " + now.Name + " is terminal.", other}
	case n.late && code.Status.Rank < now.Rank:
		return because{schemas.DecisionOutdated, "O5", "It occurred before what was released, and " + code.Status.Name + " ranks below " + now.Name + ".", other}
	case n.late:
		return because{schemas.DecisionLate, "O4", "It occurred before what was released and went to its place in the history.", other}
	case n.wins:
		return because{schemas.DecisionAccepted, "O6", t.text("It is the newest event; the status is now ", code.Status.Name, "."), other}
	case e.refused:
		return because{schemas.DecisionAccepted, "O7", "The status " + now.Name + " stands against it; it entered the history.", other}
	}
	return because{schemas.DecisionAccepted, "O6", "It tells no status of the parcel; it entered the history.", other}
}

// unfollowed is the decision on an event that came when no window was open
// (R4). It reaches history and analytics all the same.
func (t *turn) unfollowed(s *shipment) because {
	why := because{schemas.DecisionAfterWindow, "R4", "No registration's window was open when it came.", 0}
	tracked := func(g registration) bool { return g.state != stateDoNotTrack }
	let := func(g registration) bool { return g.state != stateRefused }
	switch {
	case s.closed != 0:
		why.rule, why.reason = "D9", "The shipment's life is over; only its closed record was still kept."
	case len(s.registrations) > 0 && !slices.ContainsFunc(s.registrations, tracked):
		why.rule, why.reason = "R2", "The number is not tracked: it was found invalid when it was registered."
	case len(s.registrations) > 0 && !slices.ContainsFunc(s.registrations, let):
		why.rule, why.reason = "R8", "The number is not tracked: its registration was refused."
	}
	return why
}
