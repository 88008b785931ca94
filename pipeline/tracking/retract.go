package tracking

import (
	"slices"

	"waybill/schemas"
)

// maxRetractions is how many withdrawn identities a shipment remembers.
const maxRetractions = 256

// retractions are the events that were withdrawn (O8): sent again, they stay
// withdrawn. That also holds for one that comes after its retraction.
type retractions struct {
	events []uint64
	scans  []event // the newest of them, as another source may tell of them (I3)
}

func (r *retractions) any() bool { return len(r.events) > 0 }

func (r *retractions) has(id uint64) bool { return slices.Contains(r.events, id) }

func (r *retractions) add(id uint64) {
	if r.has(id) {
		return
	}
	r.events = append(r.events, id)
	if over := len(r.events) - maxRetractions; over > 0 {
		r.events = slices.Delete(r.events, 0, over)
	}
}

func layoutRetractions(c *coder, r *retractions) {
	list(c, &r.events, func(c *coder, id *uint64) { c.hash(id) })
	layoutWithdrawn(c, &r.scans)
}

// takeRetraction handles a source's word that an event did not happen (O8). It
// names the event as the event named itself (I2), so other words for it do no
// harm. Where several sources told of the event (I3), the word of one is enough:
// they all tell of one scan, and the first to hear that it was none says so.
func (t *turn) takeRetraction(p *pending, raw *schemas.CarrierEvent) {
	for _, s := range slices.Backward(t.state.shipments) {
		p.id, p.weak = identify(t.key, s.epoch, raw)
		if t.retractKnown(s, p) {
			return
		}
	}
	s := t.lifeAt(p)
	p.id, p.weak = identify(t.key, s.epoch, raw)
	t.retractUnknown(s, p)
}

// lifeAt finds the life of the number that a retraction of an unknown event is
// about. It begins one only where there is none: that nothing happened is no
// sign of a new parcel.
func (t *turn) lifeAt(p *pending) *shipment {
	if len(t.state.shipments) == 0 {
		return t.begin(p.key.arrived)
	}
	return t.nearestLife(p.occurred)
}

// retracted tells whether the event was withdrawn, or will be once somebody
// follows the parcel.
func (s *shipment) retracted(id uint64) bool {
	waits := s.findHeld(id)
	return s.retractions.has(id) || waits != nil && waits.withdraws
}

// retractKnown withdraws an event that the shipment knows, settled, waiting or
// by its identity alone.
func (t *turn) retractKnown(s *shipment, p *pending) bool {
	if s.erased {
		p.erase()
	}
	waits, settled := s.findHeld(p.id), s.findTold(p.id)
	switch {
	case s.retracted(p.id):
		t.decide(s, p, because{schemas.DecisionDuplicate, "O8", "The event was withdrawn before.", p.id})
	case settled != nil:
		t.decide(s, p, because{schemas.DecisionAccepted, "O8", "It withdraws an event of the history.", p.id})
		t.withdraw(s, *settled, p.key.arrived)
	case waits != nil:
		t.drop(s, waits)
		t.retractUnknown(s, p)
	case slices.Contains(s.forgotten, p.id):
		t.decide(s, p, because{schemas.DecisionAccepted, "O8", "It withdraws an event of which only the identity is still kept.", p.id})
		p.created, p.updated, p.decision = t.now, t.now, schemas.DecisionAccepted
		t.withdraw(s, p.event, p.key.arrived)
	default:
		return false
	}
	return true
}

// drop takes an event that waits away before it was released: nobody was told
// of it.
func (t *turn) drop(s *shipment, waits *pending) {
	s.held = slices.DeleteFunc(s.held, func(o *pending) bool { return o == waits })
	t.decide(s, waits, because{schemas.DecisionAccepted, "O8", "It was withdrawn before it was released.", waits.id})
	if s.revision > 0 {
		for _, id := range waits.ids() {
			s.retractions.add(id)
		}
		s.retractions.remember(&waits.event)
	}
	t.out.changed = true
}

// retractUnknown remembers the retraction of an event that is not in the
// history. Where nobody follows the parcel it waits, as events do (R9).
func (t *turn) retractUnknown(s *shipment, p *pending) {
	t.out.changed = true
	if s.revision == 0 {
		p.withdraws, p.held, p.due = true, schemas.DecisionHeldOrphan, t.now+t.orphanHold
		p.created, p.updated = t.now, t.now
		t.decide(s, p, because{p.held, "R9", "Nobody follows the parcel; the retraction waits for a registration until " + stamp(p.due) + ".", 0})
		s.held = append(s.held, p)
		if len(s.held) > maxHeld {
			t.overflow(s)
		}
		return
	}
	s.retractions.add(p.id)
	s.retractions.remember(&p.event)
	t.decide(s, p, because{schemas.DecisionAccepted, "O8", "It withdraws an event that is not in the history; should it come, it stays withdrawn.", p.id})
}

// adoptRetractions lets retractions in that waited for somebody to follow the
// parcel (R9).
func (t *turn) adoptRetractions(s *shipment) {
	s.held = slices.DeleteFunc(s.held, func(p *pending) bool {
		if p.withdraws {
			t.retractUnknown(s, p)
		}
		return p.withdraws
	})
}

// retractByHand withdraws an event at the word of an operator (O8, R7). What
// the carrier did is the shipment's, so this is done for all who follow the
// parcel, and a tenant that is no operator may not do it (R10). An operator
// need not follow the parcel.
func (t *turn) retractByHand(a *act) (refusal string) {
	if !slices.Contains(t.operators, a.raw.Tenant) {
		return "Only an operator may withdraw what a carrier said."
	}
	id, s := parseEventID(a.raw.EventID), a.shipment
	if s == nil {
		return "Nothing is known of this parcel."
	}
	known, waits := s.findTold(id), s.findHeld(id)
	switch {
	case s.retracted(id):
		return "The event was withdrawn before."
	case known != nil:
		t.withdraw(s, *known, a.arrived)
	case waits != nil:
		t.touch(s)
		t.drop(s, waits)
	default:
		return "The event is none of this parcel's, or has left its history."
	}
	if a.registration != nil {
		a.registration.remember(a.raw)
	}
	t.audit(a, map[string]string{"withdrawn_event_id": eventID(id)})
	return ""
}
