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
	late       bool // it occurred before what had been released (O4)
	wins       bool // it is the present now (O6)
	revised    bool // it was known before and now tells more (I4)
	recoded    bool // and that is another code
	etaMoved   bool // by an hour or to another day (D1)
	opened     []episode
	resolved   []episode
	cleared    []string // registrations whose delay proved to be none (D2)
	before     facts
	historical bool // occurred before the registration, sent because of the backfill (R5)
	bare       bool // more of the backfill follows, so bodies leave out the history
}

// place releases an event: it takes its place in the history, and the present
// is what O6 and O7 say.
func (t *turn) place(s *shipment, p *pending) {
	t.settle(s)
	n := &news{arrived: p.key.arrived, before: t.facts(s)}
	n.late = s.events > 0 && p.key.before(s.released)
	n.wins = t.wins(s, &p.event)
	p.refused = t.refuses(s, &p.event)
	why := t.verdict(s, p, n)
	p.decision, p.updated = why.decision, t.now
	if s.events > 0 {
		p.previous = t.status(s).Name
	}

	t.touch(s)
	s.active = max(s.active, p.key.arrived)
	t.count(s, &p.event)
	if n.wins {
		t.setPresent(s, &p.event)
	}
	s.insert(p.event)
	n.event = &p.event
	n.etaMoved = t.moveETA(s, p) == etaMovedFar
	t.revisit(s, &p.event, n)

	t.publish(s, &p.event)
	t.decide(s, p, why)
	t.derive(s, n)
	t.tell(s, n)
	t.trim(s)
}

// count adds an event that enters the history to the shipment's figures.
func (t *turn) count(s *shipment, e *event) {
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
	code := t.codeOf(e.code)
	if code.PhysicalScan && (s.lastScan == 0 || occurred > s.lastScan) {
		s.lastScan = occurred
	}
	if code.AttemptFailure {
		s.attempts++
	}
	if s.events == 0 || s.released.before(e.key) {
		s.released = e.key
	}
	s.events++
	t.markFirsts(s, e)
}

// verdict is the final decision on an event, by what the shipment was before
// it.
func (t *turn) verdict(s *shipment, p *pending, n *news) because {
	if !slices.ContainsFunc(s.registrations, func(g registration) bool { return g.follows(p.key.arrived) }) {
		return t.unfollowed(s)
	}
	now, code := t.status(s), t.codeOf(p.code)
	other := s.present.id
	switch {
	case n.late && n.wins:
		return because{schemas.DecisionLate, "O4", "It occurred before what was released, and after the present, which it now is.", other}
	case n.late && now.Terminal:
		return because{schemas.DecisionOutdated, "O5", "It occurred before what was released, and the status " + now.Name + " is terminal.", other}
	case n.late && code.Status.Rank < now.Rank:
		return because{schemas.DecisionOutdated, "O5", "It occurred before what was released, and " + code.Status.Name + " ranks below " + now.Name + ".", other}
	case n.late:
		return because{schemas.DecisionLate, "O4", "It occurred before what was released and went to its place in the history.", other}
	case n.wins:
		return because{schemas.DecisionAccepted, "O6", "It is the newest event; the status is now " + code.Status.Name + ".", other}
	case p.refused:
		return because{schemas.DecisionAccepted, "O7", "The status " + now.Name + " stands against it; it entered the history.", other}
	}
	return because{schemas.DecisionAccepted, "O6", "It tells no status of the parcel; it entered the history.", other}
}

// unfollowed is the decision on an event that came when no window was open
// (R4). It reaches history and analytics all the same.
func (t *turn) unfollowed(s *shipment) because {
	why := because{schemas.DecisionAfterWindow, "R4", "No registration's window was open when it came.", 0}
	tracked := func(g registration) bool { return g.state != stateDoNotTrack }
	switch {
	case s.closed != 0:
		why.rule, why.reason = "D9", "The shipment's life is over; only its closed record was still kept."
	case len(s.registrations) > 0 && !slices.ContainsFunc(s.registrations, tracked):
		why.rule, why.reason = "R2", "The number is not tracked: it was found invalid when it was registered."
	}
	return why
}

// wins tells whether an event becomes the present (O2, O6, O7). Data-only
// updates never do, nor does a state of a registration (R10), nor an event that
// nobody could map while a status is known.
func (t *turn) wins(s *shipment, e *event) bool {
	code := t.codeOf(e.code)
	switch {
	case code.DataOnly || code.Status.OfRegistration:
		return false
	case s.present.id == 0:
		return true
	case code.Name == status.CodeUnmapped && s.present.code != status.CodeUnmapped:
		return false
	}
	return s.present.key.before(e.key) && t.status(s).MayBecome(code)
}

// refuses tells whether the present status stands against a newer event (O7).
func (t *turn) refuses(s *shipment, e *event) bool {
	code := t.codeOf(e.code)
	return s.present.id != 0 && s.present.key.before(e.key) && !code.DataOnly && !code.Status.OfRegistration &&
		!t.status(s).MayBecome(code)
}

func (t *turn) setPresent(s *shipment, e *event) {
	s.present = present{id: e.id, key: e.key, occurred: e.occurred, code: e.code, leg: e.leg}
	switch terminal := t.terminal(s); {
	case !terminal:
		s.ended = 0
	case s.ended == 0:
		s.ended = t.now
	}
}

// choosePresent finds the present anew, when its event was recoded.
func (t *turn) choosePresent(s *shipment) {
	s.present = present{code: t.registered.Name}
	for i := range s.history {
		if e := &s.history[i]; !e.refused && t.wins(s, e) {
			t.setPresent(s, e)
		}
	}
	if s.present.id == 0 {
		s.ended = 0
	}
}
