package tracking

import (
	"slices"

	"waybill/schemas"
)

// lifeOf finds the shipment that an unknown event belongs to, or begins one
// (I1). A shipment that begins with an event and no registration is public
// only once somebody follows it (R9).
func (t *turn) lifeOf(p *pending) *shipment {
	lives := t.state.shipments
	if len(lives) == 0 {
		return t.begin(p.key.arrived)
	}
	if newest := t.state.newest(); t.beginsNewLife(newest, p) {
		s := t.begin(p.key.arrived)
		t.moveRegistrations(newest, s, p.key.arrived)
		t.touch(s)
		t.takeAlong(newest, s)
		return s
	}
	return t.nearestLife(p.occurred)
}

// nearestLife finds the life of a known number that an instant lies nearest to.
func (t *turn) nearestLife(instant int64) *shipment {
	lives := t.state.shipments
	for i := len(lives) - 1; i > 0; i-- {
		if nearer(instant, lives[i-1], lives[i]) {
			return lives[i]
		}
	}
	return lives[0]
}

// beginsNewLife tells whether the event is the first of another parcel with
// the same number: a long silence after the end of the one before, and then a
// scan. Electronic advice is none, and a time that lies ahead is no proof of
// silence (T3). The log too must have been silent for that long: it is when a number
// is used anew, and not when a file has a wrong date, which must not split one
// parcel in two.
func (t *turn) beginsNewLife(s *shipment, p *pending) bool {
	return s.events > 0 && t.terminal(s) && t.isLongAfter(s, p) &&
		t.codeOf(p.code).PhysicalScan && t.earliest(&p.event)-p.received <= clampWithin
}

// isLongAfter tells whether the event occurred, and arrived, after a silence
// that is long enough for another life.
func (t *turn) isLongAfter(s *shipment, p *pending) bool {
	return p.occurred > s.lastEvent+t.newLifeAfter && p.key.arrived > s.heard+t.newLifeAfter
}

// nearer tells whether an instant lies nearer to a later life of a number than
// to the one before it.
func nearer(instant int64, earlier, later *shipment) bool {
	end, start := earlier.epoch, later.epoch
	if earlier.events > 0 {
		end = earlier.lastEvent
	}
	if later.events > 0 {
		start = later.firstEvent
	}
	return instant > end+(start-end)/2
}

// begin adds a new life that begins with an arrival. Of the others all but one
// become closed records, and the oldest leaves when there are too many.
func (t *turn) begin(arrived int64) *shipment {
	if newest := t.state.newest(); newest != nil {
		arrived = max(arrived, newest.epoch+1) // two lives never share an epoch
	}
	s := &shipment{epoch: arrived, created: t.now, active: arrived, present: present{code: t.registered.Name}}
	t.state.shipments = append(t.state.shipments, s)
	t.out.changed = true
	if third := len(t.state.shipments) - maxLives; third >= 0 && t.state.shipments[third].closed == 0 {
		t.passOn(t.state.shipments[third])
	}
	if len(t.state.shipments) > maxLives {
		t.passOn(t.state.shipments[0])
	}
	return s
}

// moveRegistrations takes those who follow the number over to its new life:
// nobody meant the parcel that ended long ago. In the old one they are moved.
func (t *turn) moveRegistrations(from, to *shipment, arrived int64) {
	moved := false
	for i := range from.registrations {
		g := &from.registrations[i]
		if g.state != stateActive || !g.follows(arrived) {
			continue
		}
		to.registrations = append(to.registrations, *g)
		to.registrations[len(to.registrations)-1].erased = false // it is about another parcel
		to.adoptDetails(g)
		g.state = stateMoved
		g.keys, g.sequences, g.seen = nil, nil, nil // the copy goes on with them
		moved = true
	}
	if moved {
		t.touch(from)
	}
}

// takeAlong lets what waits for order go with the new life where it is of that
// life too: who sends all at once may send the scan that proves the new life
// last. The old life keeps the identity, by which the event is known when it is
// sent again (I5).
func (t *turn) takeAlong(from, to *shipment) {
	from.held = slices.DeleteFunc(from.held, func(p *pending) bool {
		if p.held != schemas.DecisionHeldReorder || !t.isLongAfter(from, p) {
			return false
		}
		to.held = append(to.held, p)
		from.forgotten = append(from.forgotten, p.id)
		return true
	})
}
