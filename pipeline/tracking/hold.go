package tracking

import (
	"slices"

	"waybill/schemas"
)

// holdDue gives when the next event that waits is due.
func (t *turn) holdDue(s *shipment) int64 {
	due := never
	for _, p := range s.held {
		due = min(due, p.due)
	}
	return due
}

// release lets go what is due, and with it all that waits for order only and
// occurred before it, in order (O1). Orphans that are due are given up (R9).
func (t *turn) release(s *shipment) {
	t.settle(s, t.now)
	t.joinHeld(s)
	var last *pending
	for _, p := range s.held {
		if p.due <= t.now && p.held != schemas.DecisionHeldOrphan && (last == nil || last.key.before(p.key)) {
			last = p
		}
	}
	ready, wait := t.ready[:0], s.held[:0]
	t.ready = nil // in use
	var orphans []*pending
	for _, p := range s.held {
		switch {
		case p.held == schemas.DecisionHeldOrphan && p.due <= t.now:
			orphans = append(orphans, p)
		case p.due <= t.now,
			last != nil && p.held == schemas.DecisionHeldReorder && p.key.before(last.key):
			ready = append(ready, p)
		default:
			wait = append(wait, p)
		}
	}
	clear(s.held[len(wait):])
	s.held = wait
	t.out.changed = true
	for _, p := range orphans {
		t.decide(s, p, because{schemas.DecisionOrphan, "R9", "No registration came for it.", 0})
	}
	slices.SortStableFunc(ready, func(a, b *pending) int { return a.key.compare(b.key) })
	for _, p := range ready {
		t.place(s, p)
	}
	clear(ready)
	t.ready = ready
	if s.revision == 0 && len(s.held) == 0 {
		t.forget(s)
	}
}

// adopt lets orphans in, now that somebody follows the parcel (R9). They have
// waited as long as any event waits, or wait for the rest of that time.
func (t *turn) adopt(s *shipment) {
	t.adoptRetractions(s)
	for _, p := range s.held {
		if p.held != schemas.DecisionHeldOrphan {
			continue
		}
		came := p.due - t.orphanHold
		earliest := t.earliest(&p.event)
		if earliest-p.received > clampWithin && earliest > t.now {
			p.held, p.due = schemas.DecisionHeldFuture, earliest
			t.decide(s, p, because{p.held, "T3", t.text("It occurred after it was received; it waits until ", t.stamp(p.due), "."), 0})
			continue
		}
		t.holdForOrder(s, p, came)
	}
}

// releaseAll lets go whatever waits, at the end of the shipment's state: no
// event is forgotten without a decision. A time that has still not come is not
// believed.
func (t *turn) releaseAll(s *shipment) {
	for _, p := range s.held {
		if p.due > t.now && p.held == schemas.DecisionHeldFuture {
			p.clamp()
		}
		p.due = t.now
	}
	if len(s.held) > 0 {
		t.release(s)
	}
}
