package subset

import (
	"bytes"
	"errors"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
	"waybill/schemas/status"
)

// The topics. Registrations and carrier events lie on one, in order of arrival.
const (
	TopicInputs    = "peer-inputs"
	TopicEvents    = "peer-events"
	TopicJobs      = "peer-jobs"
	TopicChangelog = "peer-state"
)

// Options say what the rules go by.
type Options struct {
	Codecs   *schemas.Codecs
	Model    *status.Model
	Hold     time.Duration // of an event, to the millisecond, for its order; 0: none waits
	Endpoint string        // id of the one endpoint
	Chosen   []string      // main statuses that the endpoint is told of
}

// Job is the rules as a job of the runtime.
type Job struct {
	codecs   *schemas.Codecs
	headers  Headers
	model    *status.Model
	hold     int64 // ms
	endpoint string
	chosen   map[string]bool
}

var _ job.Job = (*Job)(nil)

// New makes the job.
func New(o Options) (*Job, error) {
	headers, err := NewHeaders(o.Codecs)
	if err != nil {
		return nil, err
	}
	j := &Job{codecs: o.Codecs, headers: headers, model: o.Model, hold: o.Hold.Milliseconds(), endpoint: o.Endpoint, chosen: map[string]bool{}}
	for _, name := range o.Chosen {
		j.chosen[name] = true
	}
	return j, nil
}

// Decode implements job.Job.
func (j *Job) Decode(r job.Record) (key string, value any, err error) {
	switch {
	case bytes.HasPrefix(r.Value, j.headers.CarrierEvent):
		v, err := j.codecs.CarrierEvent.Decode(r.Value)
		if err != nil {
			return "", nil, err
		}
		key, err = schemas.ShipmentKey(v.Carrier, v.TrackingNumber)
		return key, v, err
	case bytes.HasPrefix(r.Value, j.headers.Registration):
		v, err := j.codecs.Registration.Decode(r.Value)
		if err != nil {
			return "", nil, err
		}
		key, err = schemas.ShipmentKey(v.Carrier, v.TrackingNumber)
		return key, v, err
	}
	return "", nil, errors.New("reading a record: it is no registration and no carrier event of the newest schema")
}

// Process implements job.Job.
func (j *Job) Process(c *job.Call, in job.Input) error {
	p, _ := c.State.(*parcel)
	arrival := in.FirstArrival.UnixMilli()
	if v, ok := in.Value.(*schemas.Registration); ok {
		if p == nil {
			p = &parcel{}
		}
		if p.register(arrival, v.WindowDays) {
			c.Put(p, c.WakeAt)
		}
		return nil
	}
	e, ok := in.Value.(*schemas.CarrierEvent)
	if !ok || p == nil {
		return nil // nobody follows the parcel
	}
	h, fresh := j.take(p, e, arrival, in.Record.Value)
	switch {
	case !fresh:
	case j.hold == 0:
		j.place(c, p, &h)
		c.Put(p, time.Time{})
	default:
		h.raw = append([]byte(nil), h.raw...) // the record's bytes are part of a fetch
		p.held = append(p.held, h)
		c.Put(p, j.due(p))
	}
	return nil
}

// Wake implements job.Job: what is due has waited long enough.
func (j *Job) Wake(c *job.Call) error {
	p, ok := c.State.(*parcel)
	if !ok {
		return errors.New("waking a parcel: it has no state")
	}
	j.release(c, p, c.Now.UnixMilli())
	c.Put(p, j.due(p))
	return nil
}

// Complete implements job.Job. It starts no work.
func (*Job) Complete(*job.Call, any) error {
	return errors.New("completing work: this job starts none")
}

// due is when the next event that waits is due, the zero time for none.
func (j *Job) due(p *parcel) time.Time {
	if len(p.held) == 0 {
		return time.Time{}
	}
	first := p.held[0].order.arrival
	for i := range p.held {
		first = min(first, p.held[i].order.arrival)
	}
	return time.UnixMilli(first + j.hold)
}
