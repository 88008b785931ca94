package endpoints

import (
	"strings"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// turn is one call of the job for a tenant.
type turn struct {
	job    *Job
	call   *job.Call
	tenant *tenant
	now    time.Time // that of the call, in milliseconds, as the state has it
	err    error     // of writing a record
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
	case schemas.CommandUpdate:
		return u.update(e, v)
	case schemas.CommandRotate:
		return u.rotate(e, v)
	case schemas.CommandEnable:
		u.enable(e, v)
	case schemas.CommandResume:
		u.resume(e, v)
	case schemas.CommandDisable:
		u.disable(e, v)
	case schemas.CommandTest:
		u.answer(e, v)
		u.sendTest(e, v.CommandID)
	case schemas.CommandDelete:
		u.remove(e, v)
	default:
		return refuse(400, "the command %s is not known; known are %s", v.Kind, strings.Join(knownCommands(), ", "))
	}
	return nil
}

func knownCommands() []string {
	return []string{
		schemas.CommandCreate, schemas.CommandUpdate, schemas.CommandRotate, schemas.CommandEnable,
		schemas.CommandResume, schemas.CommandDisable, schemas.CommandTest, schemas.CommandDelete,
	}
}
