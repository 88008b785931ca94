package delivery

import (
	"fmt"
	"strings"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// Job is the delivery of webhooks as a job for the stream runtime: input
// webhook-jobs, changelog webhook-queue, clock live, table webhook-endpoints
// as *schemas.EndpointTable. The work that it starts is Attempt, and the
// result of that is Result. While an attempt is under way in a process, that
// process must not wake its key: only a lost attempt is made again (W15).
type Job struct {
	cfg   Config
	state *schemas.Codec[storedQueue]
}

var _ job.Job = (*Job)(nil)

// NewJob makes the job. It fails when a setting is out of range.
func NewJob(cfg Config) (*Job, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	state, err := newStateCodec()
	if err != nil {
		return nil, err
	}
	return &Job{cfg: cfg, state: state}, nil
}

// Decode implements job.Job. The value is a *schemas.WebhookJob.
func (j *Job) Decode(r job.Record) (string, any, error) {
	v, err := j.cfg.Codecs.WebhookJob.Decode(r.Value)
	if err != nil {
		return "", nil, err
	}
	key, err := keyOf(v)
	if err != nil {
		return "", nil, fmt.Errorf("reading webhook %q: %w", v.JobID, err)
	}
	return key, v, nil
}

// keyOf is the key that a job belongs to.
func keyOf(v *schemas.WebhookJob) (string, error) {
	switch {
	case v.JobID == "" || strings.Contains(v.JobID, "."):
		return "", fmt.Errorf("the job id %q is empty or holds a dot, which its signature could not bear", v.JobID)
	case v.EndpointID == "" || strings.Contains(v.EndpointID, "/"):
		return "", fmt.Errorf("the endpoint id %q is empty or holds a slash", v.EndpointID)
	case v.Trigger == schemas.TriggerTest:
		return schemas.JobKey(v.EndpointID, schemas.TriggerTest), nil
	case v.Carrier == "" && v.TrackingNumber == "": // about an endpoint
		return schemas.JobKey(v.EndpointID, schemas.NoticesKey), nil
	}
	shipment, err := schemas.ShipmentKey(v.Carrier, v.TrackingNumber)
	if err != nil {
		return "", err
	}
	return schemas.JobKey(v.EndpointID, shipment), nil
}

// Process takes in a webhook. If nothing stands in front of it and its
// endpoint is enabled, it is tried at once (W1).
func (j *Job) Process(c *job.Call, in job.Input) error {
	v, ok := in.Value.(*schemas.WebhookJob)
	if !ok {
		return fmt.Errorf("taking in a webhook: the value is a %T", in.Value)
	}
	q := queueOf(c)
	t := j.newTurn(c, q, roomOnArrival)
	if w := q.find(v.JobID); w != nil {
		if v.Trigger != schemas.TriggerManual {
			return nil // the same webhook twice on the log
		}
		t.hasten(w)
		return t.run()
	}
	w := newWebhook(v, in.FirstArrival, in.Position)
	bodies, all := q.size()
	most := j.cfg.QueueBytes
	if w.isManual() {
		most /= 2 // what is live finds room all the same (W11)
	}
	if all+webhookBytes+len(w.JobID)+len(v.Tenant)+len(v.RegistrationID) > most {
		t.end(&w, schemas.OutcomeExpired, ReasonQueueFull)
		return t.err
	}
	if len(v.Body) <= j.cfg.InlineBody && bodies+len(v.Body) <= j.cfg.InlineBodies {
		w.Body = &v.Body
	}
	q.Webhooks = append(q.Webhooks, w)
	t.fresh, t.freshID, t.changed = v.Body, v.JobID, true
	return t.run()
}

// Wake does what has come due. A key may be woken at any time: because its
// endpoint has changed, or has room again (W7).
func (j *Job) Wake(c *job.Call) error {
	t := j.newTurn(c, queueOf(c), roomOnWake)
	t.woken = true
	return t.run()
}

// Complete takes in the result of an attempt. A result that nobody waits for,
// such as that of an attempt which was made again, changes nothing.
func (j *Job) Complete(c *job.Call, result any) error {
	r, ok := result.(Result)
	if !ok {
		return fmt.Errorf("taking in the result of an attempt: it is a %T", result)
	}
	q := queueOf(c)
	w := q.find(r.JobID)
	if w == nil || !w.isOpen() || w.number() != r.Number {
		return nil
	}
	if r.Outcome.Reason == ReasonCanceled {
		// This process is letting the key go: whoever has it next makes the
		// attempt again at once (W15), and does not wait for its loss.
		w.OpenSince = time.Time{}
		c.Put(q, c.Now)
		return nil
	}
	t := j.newTurn(c, q, roomOnResult)
	if !t.settle(w, r.Outcome) {
		q.remove(r.JobID)
	}
	return t.run()
}

// hasten has a webhook that is open tried now, because it was sent again by
// hand (W11). Where it stands in line it keeps its place, and the one in front
// is tried.
func (t *turn) hasten(w *webhook) {
	if stands(w, t.endpoint) {
		for i := range t.queue.Webhooks {
			if first := &t.queue.Webhooks[i]; stands(first, t.endpoint) {
				w = first
				break
			}
		}
	}
	if now := millis(t.now.UnixMilli()); !w.isOpen() && now.Before(w.DueAt) {
		w.DueAt, t.changed = now, true
	}
}

func queueOf(c *job.Call) *queue {
	if q, ok := c.State.(*queue); ok {
		return q
	}
	return &queue{}
}
