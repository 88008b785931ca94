package delivery

import (
	"time"

	"waybill/pipeline/delivery/schedule"
	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// turn is one call of the job: the queue of the key, its endpoint, and the
// time. It walks the queue from its head and does what the rules say.
type turn struct {
	job      *Job
	call     *job.Call
	queue    *queue
	endpoint *schemas.WebhookEndpoint
	now      time.Time
	// fresh is the body of the webhook that has just come in: it is in hand,
	// whatever the state keeps.
	fresh   []byte
	freshID string
	// room is how many webhooks may be tried in this turn, beside the fresh
	// one. Those that are due beyond that wait until the key hears of an
	// attempt, or is woken (W7).
	room int
	// woken tells that the key was woken, by its time or by name, and not by a
	// webhook of its own.
	woken bool
	// full tells that the endpoint has just had no room.
	full bool
	// changed tells that the queue is not what it was.
	changed bool
	wakeAt  time.Time
	rests   bool               // a webhook waits for the endpoint
	plan    *schedule.Schedule // once it was asked for
	err     error
}

// How many webhooks a turn may try. A key that is woken tries some at once,
// which matters only where none waits for another; each result makes room for
// one more, a success for two, and a refusal for none. So a key takes up what
// its endpoint takes, and one of thousands never asks for all at a time.
const (
	roomOnWake    = 16
	roomOnArrival = 1
	roomOnResult  = 1
	roomOnSuccess = 1 // beside that
)

func (j *Job) newTurn(c *job.Call, q *queue, room int) *turn {
	id, _, _ := keyParts(c.Key)
	table, _ := c.Table(schemas.TopicWebhookEndpoints).(*schemas.EndpointTable)
	return &turn{job: j, call: c, queue: q, endpoint: table.ByID(id), now: c.Now, room: room}
}

// run does what is due and puts back what is still open.
func (t *turn) run() error {
	all, kept, behind := t.queue.Webhooks, 0, false
	for i := range all {
		w := &all[i]
		if !t.advance(w, behind) {
			t.changed = true
			continue
		}
		behind = behind || stands(w, t.endpoint)
		if kept < i {
			all[kept] = *w
		}
		kept++
	}
	clear(all[kept:])
	t.queue.Webhooks = all[:kept]
	switch {
	case kept == 0:
		t.call.Delete()
	case t.changed || !t.call.WakeAt.After(t.now) || t.wakeAt.Before(t.call.WakeAt):
		t.call.Put(t.queue, t.wakeAt)
	}
	return t.err
}

// advance moves one webhook on. It returns false when that was its end.
func (t *turn) advance(w *webhook, behind bool) bool {
	if w.isOpen() {
		lost := w.OpenSince.Add(t.job.cfg.Timeout + t.job.cfg.TimeoutMargin)
		if t.now.Before(lost) {
			t.wake(lost)
			return true
		}
		w.OpenSince = time.Time{} // W15: whoever made it is gone, so it is made again
		t.changed = true
	}
	v := t.judge(w, behind && stands(w, t.endpoint))
	switch v.move {
	case inLine: // whatever ends the wait of the one in front ends this one's
	case wait:
		t.wake(v.until)
	case rest:
		t.rest(w, v.until)
	case start:
		t.start(w)
	case expire:
		t.end(w, schemas.OutcomeExpired, v.reason)
		return false
	case cancel:
		t.end(w, schemas.OutcomeCancelled, v.reason)
		return false
	}
	return true
}

// start makes an attempt and notes in the state that it is under way (E13).
func (t *turn) start(w *webhook) {
	isFresh := w.JobID == t.freshID
	if !isFresh {
		t.room--
	}
	w.OpenSince, t.changed = ceilMillis(t.now), true
	t.wake(w.OpenSince.Add(t.job.cfg.Timeout + t.job.cfg.TimeoutMargin))
	a := Attempt{
		JobID: w.JobID, Number: w.number(), Tenant: w.Tenant, EndpointID: t.endpoint.EndpointID, Trigger: w.Trigger, ArrivedAt: w.ArrivedAt,
		Call: Call{
			ID: w.JobID, EndpointID: t.endpoint.EndpointID, URL: t.endpoint.URL, Headers: t.endpoint.Headers,
			Secrets: signingSecrets(t.endpoint, t.now), Timeout: t.job.cfg.Timeout,
			InFlight: t.endpoint.InFlight, RateLimit: t.endpoint.RateLimit,
			Probe: t.endpoint.State == schemas.EndpointSuspended,
			Fresh: isFresh, Follows: !isFresh && !t.woken, Manual: w.isManual(),
		},
	}
	_, a.Carrier, a.TrackingNumber = keyParts(t.call.Key)
	switch {
	case w.Body != nil:
		a.Call.Body = *w.Body
	case isFresh:
		a.Call.Body = t.fresh
	default:
		a.BodyAt = &job.Position{Topic: schemas.TopicWebhookJobs, Partition: w.Partition, Offset: w.Offset}
		if w.Partition < 0 {
			a.BodyAt.Partition = t.call.Partition
		}
	}
	t.call.Start(a)
}

// rest keeps a webhook that waits for its endpoint, at most until a time, if it
// has one. How soon the key looks again by itself goes by the first of them.
func (t *turn) rest(w *webhook, until time.Time) {
	if !until.IsZero() {
		t.wake(until)
	}
	switch {
	case w.isTest():
		t.wake(t.recheck(w, t.job.cfg.UnwokenRecheck))
	case !t.rests:
		t.rests = true
		t.wake(t.recheck(w, t.job.cfg.MinRecheck))
	}
}

// wake makes the key look again at a time, unless it does so before.
func (t *turn) wake(at time.Time) {
	if t.wakeAt.IsZero() || at.Before(t.wakeAt) {
		t.wakeAt = at
	}
}

// signingSecrets are those of an endpoint that have not expired, newest first
// (W10).
func signingSecrets(e *schemas.WebhookEndpoint, now time.Time) []string {
	secrets := make([]string, 0, len(e.Secrets))
	for _, s := range e.Secrets {
		if s.ExpiresAt == nil || s.ExpiresAt.After(now) {
			secrets = append(secrets, s.Secret)
		}
	}
	return secrets
}
