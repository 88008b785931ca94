package tracking

import (
	"strconv"

	"waybill/schemas"
)

// windowDue gives when the next window of a shipment ends without a terminal
// status (R4). What came within the window and still waits for its order is
// heard first.
func (t *turn) windowDue(s *shipment) int64 {
	due := never
	for i := range s.registrations {
		due = min(due, t.windowDueOf(s, &s.registrations[i]))
	}
	return due
}

func (t *turn) windowDueOf(s *shipment, g *registration) int64 {
	if g.state != stateActive || t.over(s, g) {
		return never
	}
	return max(g.expires, s.settledBy(g.expires))
}

// expire ends the windows that are due and tells their tenants.
func (t *turn) expire(s *shipment) {
	for i := range s.registrations {
		g := &s.registrations[i]
		if t.windowDueOf(s, g) > t.now {
			continue
		}
		t.touch(s)
		g.state = stateExpired
		e := t.derivedEvent(s, schemas.TypeExpired, g.id)
		e.Tenant, e.RegistrationID, e.OccurredAt = g.tenant, g.id, utc(g.expires)
		e.Status, e.Code = t.noUpdate.Status.Name, t.noUpdate.Name
		e.Terminal, e.ActionRequired = t.noUpdate.Terminal, t.noUpdate.ActionRequired
		e.Party, e.Severity = t.noUpdate.Party, t.noUpdate.Severity
		e.Description = "The window ended and the parcel was not at its end."
		e.Evidence = map[string]string{"events": strconv.Itoa(s.events), "last_status": t.status(s).Name}
		t.out.events = append(t.out.events, e)
		t.notifyAlone(s, g, &e)
	}
}

// settle stops the registrations whose window ended before an instant, and
// after the parcel's life did. Nothing is to be told, so no timer is spent on
// it. It is done before anything can bring the parcel back to life, or a window
// that is over would end once more (R4).
func (t *turn) settle(s *shipment, before int64) {
	for i := range s.registrations {
		g := &s.registrations[i]
		if g.state == stateActive && max(g.expires, s.settledBy(g.expires)) < before && t.over(s, g) {
			g.state = stateStopped
		}
	}
}
