package tracking

import (
	"cmp"
	"fmt"
	"slices"

	"waybill/schemas"
)

// take handles a raw carrier event: which life of the number it belongs to
// (I1), whether it is known (I2, I4), and if not, what it waits for.
func (t *turn) take(raw *schemas.CarrierEvent, position source, arrived int64) {
	p := t.newPending(raw, arrived)
	p.position = position
	if raw.Retracted {
		t.takeRetraction(p, raw)
		return
	}
	var within *shipment // that its identity is of
	for _, s := range slices.Backward(t.state.shipments) {
		within = s
		p.id, p.weak = identify(t.key, s.epoch, raw)
		if t.known(s, p) {
			return
		}
	}
	s := t.lifeOf(p)
	if s != within {
		p.id, p.weak = identify(t.key, s.epoch, raw)
	}
	p.created, p.updated = t.now, t.now
	if !t.flooded(s, p) {
		t.hold(s, p)
	}
}

// known deals with an event whose identity the shipment knows already: it is a
// duplicate or a revision (I4).
func (t *turn) known(s *shipment, p *pending) bool {
	waits, settled := s.findHeld(p.id), s.findTold(p.id)
	if s.erased && (waits != nil || settled != nil) {
		p.erase()
	}
	switch {
	case s.retracted(p.id):
		t.decide(s, p, because{schemas.DecisionDuplicate, "O8", "The event was withdrawn and stays so.", p.id})
	case waits != nil:
		why := because{schemas.DecisionRevision, "I4", "A known event that still waits, told in other words.", waits.id}
		if known, _ := waits.says(&p.event); known {
			why = sameContent(waits.id)
		}
		t.decide(s, p, why)
		t.out.changed = waits.amend(p) || t.out.changed
	case settled != nil:
		t.revise(s, settled, p, "I4")
	case slices.Contains(s.forgotten, p.id):
		t.decide(s, p, because{schemas.DecisionDuplicate, "I5", "The event was known already; only its identity is still kept.", p.id})
	default:
		return false
	}
	return true
}

// sameContent is the decision on a duplicate (I4).
func sameContent(other uint64) because {
	return because{schemas.DecisionDuplicate, "I4", "The same event with the same content was known already.", other}
}

// hold lets a new event wait for what it has to wait for (O1, T3, R9).
func (t *turn) hold(s *shipment, p *pending) {
	if s.erased {
		p.erase()
	}
	ahead := t.earliest(&p.event) - p.received
	switch {
	case s.revision == 0:
		p.held, p.due = schemas.DecisionHeldOrphan, t.now+t.orphanHold
		t.decide(s, p, because{p.held, "R9", t.text("Nobody follows the parcel; it waits for a registration until ", t.stamp(p.due), "."), 0})
	case ahead > clampWithin && t.earliest(&p.event) > t.now:
		p.held, p.due = schemas.DecisionHeldFuture, t.earliest(&p.event)
		t.decide(s, p, because{p.held, "T3", fmt.Sprintf("It occurred %d s after it was received; it waits until %s.", ahead/1000, stamp(p.due)), 0})
	default:
		t.holdForOrder(s, p, t.now)
	}
	if s.held == nil {
		s.held = s.waiting[:0]
	}
	s.held = append(s.held, p)
	t.out.changed = true
	if len(s.held) > maxHeld {
		t.overflow(s)
	}
}

// holdForOrder lets an event wait for what occurred before it and is still on
// its way (O1), counted from when it came.
func (t *turn) holdForOrder(s *shipment, p *pending, since int64) {
	if ahead := t.earliest(&p.event) - p.received; 0 < ahead && ahead <= clampWithin {
		p.clamp()
	}
	p.held, p.due = schemas.DecisionHeldReorder, since+t.reorderHold
	if p.due > t.now {
		t.decide(s, p, because{p.held, "O1", t.text("It waits until ", t.stamp(p.due), " for what occurred before it."), 0})
	}
}

// clamp orders the event by when it was received (T3).
func (p *pending) clamp() {
	if p.received < p.key.at {
		p.key.at, p.clamped = p.received, true
	}
}

// overflow makes the event that would be released next due at once, so that
// the number of those that wait is bounded.
func (t *turn) overflow(s *shipment) {
	next := slices.MinFunc(s.held, func(a, b *pending) int { return cmp.Compare(a.due, b.due) })
	if next.held == schemas.DecisionHeldFuture {
		next.clamp()
	}
	next.due = t.now
}

// amend takes over what a revision of an event that waits knows more (I4). It
// gives whether that changed it.
func (p *pending) amend(revision *pending) bool {
	newer := revision.received > p.received
	learned, named := p.learn(&revision.event)
	if revision.eta.isSet() && revision.eta != p.eta && (newer || !p.eta.isSet()) {
		p.eta, p.etaReason, p.etaSource, learned = revision.eta, revision.etaReason, revision.etaSource, true
	}
	return learned || named
}
