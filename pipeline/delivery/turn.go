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
	wakeAt  time.Time
	plan    *schedule.Schedule // once it was asked for
	err     error
}

func (j *Job) newTurn(c *job.Call, q *queue) *turn {
	id, _, _ := keyParts(c.Key)
	table, _ := c.Table(schemas.TopicWebhookEndpoints).(*schemas.EndpointTable)
	return &turn{job: j, call: c, queue: q, endpoint: table.ByID(id), now: c.Now}
}

// run does what is due and puts back what is still open.
func (t *turn) run() error {
	kept := t.queue.Webhooks[:0]
	behind := false
	for _, w := range t.queue.Webhooks {
		if !t.advance(&w, behind) {
			continue
		}
		kept = append(kept, w)
		behind = behind || stands(&w, t.endpoint)
	}
	clear(t.queue.Webhooks[len(kept):])
	t.queue.Webhooks = kept
	if len(kept) == 0 {
		t.call.Delete()
	} else {
		t.call.Put(t.queue, t.wakeAt)
	}
	return t.err
}

// advance moves one webhook on. It returns false when that was its end.
func (t *turn) advance(w *webhook, behind bool) bool {
	if w.OpenSince != nil {
		lost := w.OpenSince.Add(t.job.cfg.Timeout + t.job.cfg.TimeoutMargin)
		if t.now.Before(lost) {
			t.wake(lost)
			return true
		}
		w.OpenSince = nil // W15: whoever made it is gone, so it is made again
	}
	v := t.judge(w, behind && stands(w, t.endpoint))
	switch v.move {
	case inLine: // whatever ends the wait of the one in front ends this one's
	case wait:
		t.wake(v.until)
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
	since := ceilMillis(t.now)
	w.OpenSince = &since
	t.wake(since.Add(t.job.cfg.Timeout + t.job.cfg.TimeoutMargin))
	a := Attempt{
		JobID: w.JobID, Number: w.number(), Tenant: w.Tenant, EndpointID: t.endpoint.EndpointID,
		Call: Call{
			ID: w.JobID, EndpointID: t.endpoint.EndpointID, URL: t.endpoint.URL, Headers: t.endpoint.Headers,
			Secrets: signingSecrets(t.endpoint, t.now), Timeout: t.job.cfg.Timeout,
			InFlight: t.endpoint.InFlight, RateLimit: t.endpoint.RateLimit,
			Probe: t.endpoint.State == schemas.EndpointSuspended,
			Fresh: w.JobID == t.freshID, Manual: w.Trigger == schemas.TriggerManual,
		},
	}
	switch {
	case w.Body != nil:
		a.Call.Body = *w.Body
	case w.JobID == t.freshID:
		a.Call.Body = t.fresh
	default:
		a.BodyAt = &job.Position{Topic: schemas.TopicWebhookJobs, Partition: w.Partition, Offset: w.Offset}
		if w.Partition < 0 {
			a.BodyAt.Partition = t.call.Partition
		}
	}
	t.call.Start(a)
}

// settle takes in what came of the attempt under way. It returns false when
// that was the webhook's end.
func (t *turn) settle(w *webhook, o Outcome) bool {
	if o.StartedAt.IsZero() { // nothing was sent
		o.StartedAt = *w.OpenSince
	}
	w.OpenSince = nil
	if o.Reason == ReasonBusy || o.Reason == ReasonSecretUnreadable {
		return t.postpone(w, o.Reason)
	}
	row := t.row(w, schemas.OutcomeDelivered)
	row.Reason, row.StatusCode, row.Response = o.Reason, o.StatusCode, o.Answer
	row.StartedAt = o.StartedAt
	row.DNSUS, row.ConnectUS, row.TLSUS = o.DNS.Microseconds(), o.Connect.Microseconds(), o.TLS.Microseconds()
	row.FirstByteUS, row.TotalUS = o.FirstByte.Microseconds(), o.Total.Microseconds()
	t.signal(w, o)
	if o.Reason == "" {
		t.emitRow(row)
		return false
	}
	row.Outcome = schemas.OutcomeFailed
	w.Attempts++
	if willNotChange(o) {
		w.Refusals++
		w.Aside = w.Aside || w.Refusals >= maxRefusals
	}
	// Stream time may lie behind the wall clock, but waits are felt by the
	// wall clock of whoever is called.
	end := o.StartedAt.Add(o.Total)
	if t.now.After(end) {
		end = t.now
	}
	deadline := t.deadline(w)
	if !end.Before(deadline) {
		t.emitRow(row)
		t.end(w, schemas.OutcomeExpired, ReasonDeadline)
		return false
	}
	w.DueAt = nextDue(t.schedule(), w.JobID, w.Attempts, end, deadline, retryAfter(o))
	row.NextAttemptAt = &w.DueAt
	t.emitRow(row)
	return true
}

// postpone lets a webhook come again whose endpoint had no room for its call
// (W7), or a secret that could not be opened (W10). It keeps its place and its
// number, but does not outlive its deadline.
func (t *turn) postpone(w *webhook, reason string) bool {
	deadline := t.deadline(w)
	if !t.now.Before(deadline) {
		t.end(w, schemas.OutcomeExpired, reason)
		return false
	}
	w.DueAt = earlier(t.job.recheck(w, t.now), deadline)
	return true
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
