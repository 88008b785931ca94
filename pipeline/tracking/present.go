package tracking

import "waybill/schemas/status"

// The present is what comes out when the history is walked in order (O2), each
// event meeting the present of its own time (O6, O7). So it does not depend on
// the order in which events arrive.

// follow brings the present, and the marks, up to date with an event that has
// taken its place in the history. The newest event only goes one step further.
func (t *turn) follow(s *shipment, e *event, n *news) {
	if n.late {
		t.walk(s)
		t.remark(s)
		return
	}
	t.step(s, e)
	t.markFirsts(s, e)
	t.noteEnd(s)
}

// walk finds the present anew, and which events the present of their time
// stood against.
func (t *turn) walk(s *shipment) {
	gone := s.present
	if s.find(gone.id) != nil {
		gone.id = 0
	}
	s.present = present{code: t.unknown(s).Name}
	for i := range s.history {
		e := s.history[i]
		if gone.id != 0 && gone.key.before(e.key) {
			t.recall(s, &gone)
		}
		t.step(s, e)
	}
	if gone.id != 0 {
		t.recall(s, &gone)
	}
	t.noteEnd(s)
}

// step lets the next event in order meet the present. Data-only updates never
// become the present, nor does a state of a registration (R10), nor an event
// that nobody could map while a status is known.
func (t *turn) step(s *shipment, e *event) {
	code := t.codeOf(e.code)
	if e.refused {
		e.alter()
		e.refused = false
	}
	switch {
	case code.DataOnly || code.Status.OfRegistration:
		return
	case s.present.id == 0:
	case e.key.before(s.present.key):
		return
	case !t.status(s).MayBecome(code):
		e.alter()
		e.refused = true
		return
	case code.Name == status.CodeUnmapped && s.present.code != status.CodeUnmapped:
		return
	}
	s.present = present{id: e.id, key: e.key, occurred: e.occurred, code: e.code, leg: e.leg}
}

// recall lets a present whose event has left the history keep its place in the
// walk. What led up to it may have left too, so a status that stands against
// others is believed as it was; one that stands against none is met as ever.
func (t *turn) recall(s *shipment, gone *present) {
	code := t.codeOf(gone.code)
	if s.present.id == 0 || t.stands(code.Status) || t.status(s).MayBecome(code) {
		s.present = *gone
	}
	gone.id = 0
}

// stands tells whether a status stands against some event (O7). What nobody
// could map is let in only by one that stands against none.
func (t *turn) stands(s *status.Status) bool { return !s.MayBecome(t.unmapped) }

// noteEnd notes when the status became terminal.
func (t *turn) noteEnd(s *shipment) {
	switch terminal := t.terminal(s); {
	case !terminal:
		s.ended = 0
	case s.ended == 0:
		s.ended = t.now
	}
}
