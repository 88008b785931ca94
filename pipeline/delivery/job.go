package delivery

import (
	"fmt"
	"strings"

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
	state *schemas.Codec[queue]
}

var _ job.Job = (*Job)(nil)

// NewJob makes the job. It fails when a setting is out of range.
func NewJob(cfg Config) (*Job, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	state, err := schemas.NewPrivateCodec[queue]("delivery state", stateV1, stateV2)
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
	if q.find(v.JobID) != nil {
		return nil // the same webhook twice on the log
	}
	w := newWebhook(v, in.FirstArrival, in.Position)
	if len(v.Body) <= j.cfg.InlineBody && q.bodyBytes()+len(v.Body) <= j.cfg.InlineBodies {
		w.Body = &v.Body
	}
	q.Webhooks = append(q.Webhooks, w)
	t := j.newTurn(c, q)
	t.fresh, t.freshID = v.Body, v.JobID
	return t.run()
}

// Wake does what has come due.
func (j *Job) Wake(c *job.Call) error {
	return j.newTurn(c, queueOf(c)).run()
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
	if w == nil || w.OpenSince == nil || w.number() != r.Number {
		return nil
	}
	if r.Outcome.Reason == ReasonCanceled {
		// This process is letting the key go: whoever has it next makes the
		// attempt again at once (W15), and does not wait for its loss.
		w.OpenSince = nil
		c.Put(q, c.Now)
		return nil
	}
	t := j.newTurn(c, q)
	if !t.settle(w, r.Outcome) {
		q.remove(r.JobID)
	}
	return t.run()
}

// EncodeState implements job.Job.
func (j *Job) EncodeState(dst []byte, state any) ([]byte, error) {
	q, ok := state.(*queue)
	if !ok {
		return dst, fmt.Errorf("writing the delivery state: it is a %T", state)
	}
	return j.state.Append(dst, q)
}

// DecodeState implements job.Job.
func (j *Job) DecodeState(data []byte) (any, error) { return j.state.Decode(data) }

func queueOf(c *job.Call) *queue {
	if q, ok := c.State.(*queue); ok {
		return q
	}
	return &queue{}
}
