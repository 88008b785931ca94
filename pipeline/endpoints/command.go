package endpoints

import (
	"fmt"
	"strings"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// turn is one call of the job for a tenant.
type turn struct {
	job    *Job
	call   *job.Call
	tenant *tenant
	err    error // of writing a record
}

// refusal is why a command was not carried out: an HTTP status that says of
// which kind, and a sentence.
type refusal struct {
	code int
	text string
}

func refuse(code int, format string, args ...any) *refusal {
	return &refusal{code: code, text: fmt.Sprintf(format, args...)}
}

// maxRefusalBytes bounds what is remembered and published of a refusal, which
// may quote what was sent.
const maxRefusalBytes = 1000

func (r *refusal) String() string {
	text := fmt.Sprintf("%d: %s", r.code, r.text)
	if len(text) > maxRefusalBytes {
		text = strings.ToValidUTF8(text[:maxRefusalBytes], "") + " ..."
	}
	return text
}

// command carries out a command, once for each command id, and answers it.
func (u *turn) command(v *schemas.EndpointCommand) {
	defer func() { u.call.Put(u.tenant, time.Time{}) }()
	if d := u.tenant.recall(v.CommandID); d != nil {
		u.answerDone(*d)
		return
	}
	d := done{CommandID: v.CommandID, EndpointID: v.EndpointID}
	if r := u.carryOut(v); r != nil {
		d.Error = r.String()
		u.answerDone(d)
	}
	u.tenant.remember(d, u.job.cfg.MaxRecent)
}

func (u *turn) carryOut(v *schemas.EndpointCommand) *refusal {
	if v.Kind == schemas.CommandCreate {
		return u.create(v)
	}
	e := u.tenant.find(v.EndpointID)
	if e == nil {
		return refuse(404, "there is no endpoint %q", v.EndpointID)
	}
	switch v.Kind {
	case schemas.CommandEnable:
		u.enable(e, v)
	case schemas.CommandDisable:
		u.answer(e, v, schemas.EndpointDisabled, orElse(v.Reason, "disabled by command"))
	case schemas.CommandTest:
		u.answer(e, v, e.row.State, e.row.Reason)
		u.sendTest(e, v.CommandID)
	case schemas.CommandDelete:
		u.answer(e, v, schemas.EndpointDisabled, orElse(v.Reason, "deleted by command"))
		u.tombstone(e.row.EndpointID)
		u.tenant.remove(e.row.EndpointID)
	default:
		return refuse(400, "the command %s is not known; known are %s", v.Kind, strings.Join(knownCommands(), ", "))
	}
	return nil
}

func knownCommands() []string {
	return []string{
		schemas.CommandCreate, schemas.CommandEnable, schemas.CommandDisable,
		schemas.CommandDelete, schemas.CommandTest,
	}
}

// create makes an endpoint. It takes no traffic until it has answered a test,
// unless it is excused from that.
func (u *turn) create(v *schemas.EndpointCommand) *refusal {
	if r := u.checkNew(v); r != nil {
		return r
	}
	dialect, version, err := body.Choose(v.Dialect, v.DialectVersion)
	if err != nil {
		return refuse(400, "%v", err)
	}
	e := &endpoint{row: &schemas.WebhookEndpoint{
		EndpointID: v.EndpointID, Tenant: v.Tenant, URL: v.URL, Description: v.Description,
		Types: v.Types, Statuses: v.Statuses, Dialect: dialect, DialectVersion: version,
		Secrets: []schemas.EndpointSecret{{Secret: v.Secret, CreatedAt: u.call.Now}},
		Headers: v.Headers, InFlight: v.InFlight, Order: v.Order, History: v.History,
		Schedule: v.Schedule, CreatedAt: u.call.Now,
	}}
	u.tenant.endpoints = append(u.tenant.endpoints, e)
	u.enable(e, v)
	return nil
}

// enable lets an endpoint take traffic that has answered a test or is excused
// from it; another is sent a test first (W9).
func (u *turn) enable(e *endpoint, v *schemas.EndpointCommand) {
	if e.tested = e.tested || v.SkipTest; e.tested {
		u.answer(e, v, schemas.EndpointEnabled, v.Reason)
		return
	}
	u.answer(e, v, schemas.EndpointUntested, orElse(v.Reason, "waits for the answer to a test"))
	u.sendTest(e, v.CommandID)
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
