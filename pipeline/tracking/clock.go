package tracking

import (
	"waybill/schemas/status"
)

// markFirsts notes the event where it is the first of its kind: start and stop
// of the clock (D7), and delivery. A delivery that the present status stood
// against, such as one at the end of a return, is none.
func (t *turn) markFirsts(s *shipment, e *event) {
	code := t.codeOf(e.code)
	if code.StartsClock {
		t.mark(&s.clockStart, e)
	}
	if code.StopsClock && !code.Status.OfRegistration {
		t.mark(&s.clockStop, e)
	}
	if code.Status.Name == status.Delivered && !code.DataOnly && !e.refused {
		t.mark(&s.delivered, e)
	}
}

func (t *turn) mark(m *mark, e *event) {
	if m.id != 0 && !e.key.before(m.key) {
		return
	}
	*m = mark{id: e.id, key: e.key, occurred: e.occurred, code: e.code, local: e.local, precision: e.precision}
	if e.local.form != localDate && e.local.form != localDateTime {
		m.date = t.localDay(e)
	}
}

// remark finds the marks anew after an event's code changed. A mark whose
// event has left the history stays.
func (t *turn) remark(s *shipment) {
	for _, m := range []*mark{&s.clockStart, &s.clockStop, &s.delivered} {
		if s.find(m.id) != nil {
			*m = mark{}
		}
	}
	for i := range s.history {
		t.markFirsts(s, s.history[i])
	}
}
