package delivery

import (
	"time"

	"waybill/schemas"
)

// move is what is to be done with a webhook now.
type move int

const (
	inLine move = iota // wait for the webhook in front
	wait               // look again at a time
	rest               // wait for the endpoint, up to a time if it has one
	start              // make an attempt
	expire             // end it, undelivered (W6)
	cancel             // end it: its endpoint is gone (W9)
)

// verdict is what the rules say of one webhook at one time.
type verdict struct {
	move   move
	until  time.Time // of wait and rest
	reason string    // of expire and cancel
}

// judge applies the rules to a webhook without an attempt under way; behind
// tells that another webhook stands in front of it.
//
// No attempt is due after the deadline. One that was due by then is made
// though its turn came late, because of those in front or because we were not
// there: every webhook of an enabled endpoint is tried at least once.
func (t *turn) judge(w *webhook, behind bool) verdict {
	e := t.endpoint
	switch {
	case e == nil || e.Tenant != w.Tenant || w.isTest() && e.Revision < w.Sequence:
		return t.judgeMissing(w) // or not yet what is to be tested
	case !w.isTest() && !takesTraffic(e):
		return t.judgeHeld(w)
	case behind:
		return verdict{move: inLine}
	}
	// The deadline may have come nearer since the last attempt (W3).
	if due := earlier(w.DueAt, t.deadline(w)); due.After(t.now) && !t.isBack(w) {
		return verdict{move: wait, until: due}
	}
	if t.room > 0 || w.JobID == t.freshID {
		return verdict{move: start}
	}
	return t.judgeParked(w)
}

// isBack tells whether the endpoint takes traffic again since the webhook was
// last tried: it was resumed, enabled, or moved. What it waited for has
// happened, so it is due (W8).
func (t *turn) isBack(w *webhook) bool {
	e := t.endpoint
	return e.State == schemas.EndpointEnabled && e.StateSince != nil && !w.TriedAt.IsZero() && w.TriedAt.Before(*e.StateSince)
}

// judgeMissing waits for an endpoint that is not in the table. The table may
// lag behind the jobs, so only time tells that an endpoint was deleted.
func (t *turn) judgeMissing(w *webhook) verdict {
	known := w.ArrivedAt.Add(t.job.cfg.DeletionGrace)
	if !t.now.Before(known) {
		return verdict{move: cancel, reason: ReasonEndpointDeleted}
	}
	return verdict{move: rest, until: known}
}

// judgeHeld keeps a webhook of an endpoint that takes no traffic (W9).
func (t *turn) judgeHeld(w *webhook) verdict {
	deadline := t.deadline(w)
	if !t.now.Before(deadline) {
		return verdict{move: expire, reason: ReasonEndpointNotEnabled}
	}
	return verdict{move: rest, until: deadline}
}

// judgeParked keeps a webhook that waits for room at its endpoint (W7). Who
// knows of room wakes the key.
func (t *turn) judgeParked(w *webhook) verdict {
	limit := t.limit(w)
	switch {
	case t.now.Before(limit):
		return verdict{move: rest, until: limit}
	case t.full:
		return verdict{move: expire, reason: t.reasonAtLimit(ReasonBusy)}
	}
	return verdict{move: rest}
}

// limit is up to when a webhook waits for room: to its deadline. One that was
// never tried waits longer, as long as its endpoint is in health: else an
// outage on our side would end at once what it has held up (W6).
func (t *turn) limit(w *webhook) time.Time {
	deadline := t.deadline(w)
	if w.Attempts > 0 || w.isTest() || t.endpoint == nil || t.endpoint.State != schemas.EndpointEnabled {
		return deadline
	}
	return deadline.Add(t.job.cfg.Overdue)
}

// reasonAtLimit is why a webhook ends that found no room in time.
func (t *turn) reasonAtLimit(otherwise string) string {
	if t.endpoint != nil && t.endpoint.State == schemas.EndpointSuspended {
		return ReasonEndpointSuspended
	}
	return otherwise
}

// stands tells whether a webhook keeps its place in line, so that those after
// it wait for it (W2). A test waits for nothing and nothing waits for it.
func stands(w *webhook, e *schemas.WebhookEndpoint) bool {
	return !w.Aside && !w.isTest() && !w.isManual() && e != nil && e.Order == schemas.OrderShipment
}

// takesTraffic tells whether webhooks go to an endpoint: while it is enabled,
// and, to ask whether it is back, while it is suspended (W8).
func takesTraffic(e *schemas.WebhookEndpoint) bool {
	return e.State == schemas.EndpointEnabled || e.State == schemas.EndpointSuspended
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
