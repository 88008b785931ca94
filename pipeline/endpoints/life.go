package endpoints

import (
	"strings"

	"waybill/schemas"
)

// create makes an endpoint. It takes no traffic until it has answered a test,
// unless it is excused from that (W9).
func (u *turn) create(v *schemas.EndpointCommand) *refusal {
	if r := checkID(v.EndpointID); r != nil {
		return r
	}
	if r := u.checkRoom(v); r != nil {
		return r
	}
	row := &schemas.WebhookEndpoint{
		EndpointID: v.EndpointID, Tenant: v.Tenant, State: schemas.EndpointDisabled, CreatedAt: u.now,
		Secrets: []schemas.EndpointSecret{{Secret: v.Secret, CreatedAt: u.now}},
	}
	for _, f := range settableFields() {
		f.take(row, v)
	}
	if r := checkSecret(v.Secret); r != nil {
		return r
	}
	if r := u.checkRow(row); r != nil {
		return r
	}
	e := &endpoint{row: row}
	e.lead(v)
	u.tenant.endpoints = append(u.tenant.endpoints, e)
	u.open(e, v, schemas.EndpointEventCreated)
	return nil
}

// enable lets an endpoint take traffic that has answered a test or is excused
// from it; another is sent a test first (W9). One that is suspended goes on
// with a health that nothing is known of (W8).
func (u *turn) enable(e *endpoint, v *schemas.EndpointCommand) {
	if e.row.State == schemas.EndpointEnabled {
		u.answer(e, v)
		return
	}
	u.open(e, v, schemas.EndpointEventEnabled)
}

// open ends a command by which an endpoint takes traffic, or is sent the test
// that it has to answer before. kind is the event of the command.
func (u *turn) open(e *endpoint, v *schemas.EndpointCommand, kind string) {
	if e.tested = e.tested || v.SkipTest; e.tested {
		u.begin(e, v.Reason)
	} else {
		u.move(e, schemas.EndpointUntested, orElse(v.Reason, "waits for the answer to a test"))
	}
	u.answer(e, v)
	if !e.tested {
		u.sendTest(e, v.CommandID)
	}
	u.event(e, kind, byCommand(v, orElse(strings.Join(v.Change, ", "), e.row.Reason)))
}

// lead notes that a command, which is about to be answered, has an endpoint lead
// somewhere: it has yet to answer a test there.
func (e *endpoint) lead(v *schemas.EndpointCommand) {
	e.tested, e.testsFrom, e.movedIn = v.SkipTest, v.CommandID, e.row.Revision+1
}

// begin lets an endpoint take traffic. What was seen of it before does not
// count (W8).
func (u *turn) begin(e *endpoint, reason string) {
	e.health = health{begun: u.now}
	u.move(e, schemas.EndpointEnabled, reason)
}

// resume lets an endpoint take all its traffic again that is suspended (W8).
func (u *turn) resume(e *endpoint, v *schemas.EndpointCommand) {
	suspended := e.row.State == schemas.EndpointSuspended
	if suspended {
		u.begin(e, orElse(v.Reason, "resumed by command"))
	}
	u.answer(e, v)
	if suspended {
		u.event(e, schemas.EndpointEventResumed, byCommand(v, e.row.Reason))
	}
}

func (u *turn) disable(e *endpoint, v *schemas.EndpointCommand) {
	reason := orElse(v.Reason, "disabled by command")
	changed := e.row.State != schemas.EndpointDisabled || e.row.Reason != reason
	u.move(e, schemas.EndpointDisabled, reason)
	u.answer(e, v)
	if changed {
		u.event(e, schemas.EndpointEventDisabled, byCommand(v, e.row.Reason))
	}
}

func (u *turn) remove(e *endpoint, v *schemas.EndpointCommand) {
	u.move(e, schemas.EndpointDisabled, orElse(v.Reason, "deleted by command"))
	u.answer(e, v)
	u.tombstone(e.row.EndpointID)
	u.tenant.remove(e.row.EndpointID)
	u.event(e, schemas.EndpointEventDeleted, byCommand(v, e.row.Reason))
}

// move gives an endpoint a state, and the reason for it. Only one that takes
// traffic has a health.
func (u *turn) move(e *endpoint, state, reason string) {
	if e.row.State != state {
		since := u.now
		e.row.StateSince = &since
	}
	e.row.State, e.row.Reason = state, reason
	if !e.takesTraffic() {
		e.health = health{}
	}
	e.showHealth()
}

// takesTraffic tells whether calls are made to an endpoint, were it only to see
// whether it is back.
func (e *endpoint) takesTraffic() bool {
	return e.row.State == schemas.EndpointEnabled || e.row.State == schemas.EndpointSuspended
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
