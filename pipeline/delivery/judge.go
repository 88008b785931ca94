package delivery

import (
	"slices"
	"time"

	"waybill/schemas"
)

// move is what is to be done with a webhook now.
type move int

const (
	inLine move = iota // wait for the webhook in front
	wait               // look again at a time
	start              // make an attempt
	expire             // end it, undelivered (W6)
	cancel             // end it: its endpoint is gone (W9)
)

// verdict is what the rules say of one webhook at one time.
type verdict struct {
	move   move
	until  time.Time // of wait: when to look again
	reason string    // of expire and cancel
}

// judge applies the rules to a webhook without an attempt under way. e is its
// endpoint, nil when the table has none; behind tells that another webhook
// stands in front of it.
//
// No attempt is due after the deadline. One that was due by then is made
// though its turn came late, because of those in front or because we were not
// there: every webhook of an enabled endpoint is tried at least once.
func (j *Job) judge(w *webhook, e *schemas.WebhookEndpoint, behind bool, now time.Time) verdict {
	switch {
	case e == nil || e.Tenant != w.Tenant:
		return j.judgeMissing(w, now)
	case !w.isTest() && e.State != schemas.EndpointEnabled:
		return j.judgeHeld(w, now)
	case behind:
		return verdict{move: inLine}
	case w.DueAt.After(now):
		return verdict{move: wait, until: w.DueAt}
	}
	return verdict{move: start}
}

// judgeMissing waits for an endpoint that is not in the table. The table may
// lag behind the jobs, so only time tells that an endpoint was deleted.
func (j *Job) judgeMissing(w *webhook, now time.Time) verdict {
	known := w.ArrivedAt.Add(j.cfg.DeletionGrace)
	if !now.Before(known) {
		return verdict{move: cancel, reason: ReasonEndpointDeleted}
	}
	return verdict{move: wait, until: earlier(j.recheck(w, now), known)}
}

// judgeHeld keeps a webhook of an endpoint that takes no traffic (W9).
func (j *Job) judgeHeld(w *webhook, now time.Time) verdict {
	deadline := j.deadline(w)
	if !now.Before(deadline) {
		return verdict{move: expire, reason: ReasonEndpointNotEnabled}
	}
	return verdict{move: wait, until: earlier(j.recheck(w, now), deadline)}
}

// stands tells whether a webhook keeps its place in line, so that those after
// it wait for it (W2). A test waits for nothing and nothing waits for it.
func stands(w *webhook, e *schemas.WebhookEndpoint) bool {
	return !w.Aside && !w.isTest() && e != nil && e.Order == schemas.OrderShipment
}

// willNotChange tells whether the answer would be the same however often it
// is asked for (W2).
func willNotChange(o Outcome) bool {
	return slices.Contains([]int{400, 404, 413, 422}, o.StatusCode) || o.Reason == ReasonBodyTooLarge
}

// maxRefusals is after how many such answers a webhook steps aside (W2).
const maxRefusals = 3

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
