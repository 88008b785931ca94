package tracking

import (
	"slices"

	"waybill/schemas"
)

// stop ends a tenant's window now (R7).
func (t *turn) stop(a *act) (refusal string) {
	t.begins(a)
	a.registration.leave(a, stateStopped)
	t.audit(a, map[string]string{})
	return ""
}

// close ends a tenant's window with a status that the tenant gives (R7). What
// the carrier did is the shipment's, so its status stays as it is for all
// (R10). The tenant's own systems hear of the end: one last webhook says
// tracking.status_changed, where that status is not what they were told last.
// It is neither tracking.delivered nor a milestone, for no carrier said it.
func (t *turn) close(a *act) (refusal string) {
	s, g, code := a.shipment, a.registration, t.codeNamed(a.raw.Status)
	t.begins(a)
	g.leave(a, stateClosed)
	e := t.audit(a, map[string]string{"was": t.codeOf(t.shown(s, g).code).Status.Name})
	e.Status, e.Code, e.Party, e.Severity = code.Status.Name, code.Name, code.Party, code.Severity
	if g.status == code.Status.Name {
		return ""
	}
	w := &webhook{
		id: e.EventID, status: e.Status, code: e.Code, types: []string{schemas.TypeStatusChanged},
		previous: g.status, event: e, changed: []string{"window"},
	}
	w.firstTime = g.show(code.Status.Name)
	t.notify(s, g, w)
	return ""
}

// show moves the status that a registration was told. It gives whether it was
// never told this one before.
func (g *registration) show(status string) (first bool) {
	g.previous, g.status = g.status, status
	if slices.Contains(g.seen, status) {
		return false
	}
	g.seen = append(g.seen, status)
	return true
}
