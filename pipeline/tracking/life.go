package tracking

import (
	"slices"

	"waybill/schemas"
)

// lifeDue gives when the shipment's live state ends, or its closed record
// (D9).
func (t *turn) lifeDue(s *shipment) int64 {
	switch {
	case s.revision == 0: // leaves with its last orphan (R9)
		return never
	case s.closed != 0:
		return s.closed + t.closedFor
	}
	due := s.active + t.longestLife
	if t.terminal(s) {
		over := s.ended
		for i := range s.registrations {
			over = max(over, s.registrations[i].expires)
		}
		due = min(due, over+t.afterEnd)
	}
	return max(due, min(s.futureDue(), due+t.closedFor))
}

// futureDue gives when the last event is due that waits for its instant (T3),
// zero for none. The live state stays for it, or it would be ordered by when it
// was received and lie before all that happened in between. It does so for no
// longer than a closed record would have stayed, for a time that lies that far
// ahead is a mistake.
func (s *shipment) futureDue() int64 {
	due := int64(0)
	for _, p := range s.held {
		if p.held == schemas.DecisionHeldFuture {
			due = max(due, p.due)
		}
	}
	return due
}

// passOn ends the live state, or forgets the closed record, whichever is due.
func (t *turn) passOn(s *shipment) {
	t.releaseAll(s)
	if s.closed != 0 {
		t.forget(s)
		return
	}
	t.end(s)
}

// end turns the live state into a closed record: what is needed to recognise a
// late scan and to give it its effect. Its last form is written now.
func (t *turn) end(s *shipment) {
	t.settle(s, t.now+1)
	t.touch(s)
	s.closed = t.now
	t.trim(s)
}

// forget removes a shipment from the state. Its last form is written before.
func (t *turn) forget(s *shipment) {
	if s.unwritten && !slices.Contains(t.out.shipments, s) {
		t.out.shipments = append(t.out.shipments, s)
	}
	t.state.shipments = slices.DeleteFunc(t.state.shipments, func(o *shipment) bool { return o == s })
	t.out.changed = true
}
