package quotas

import (
	"errors"
	"fmt"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// periodLayout writes a calendar month.
const periodLayout = "2006-01"

// Job counts the usage of tenants, as a job for the stream runtime: input usage,
// changelog quota-state, clock live. Its state for a tenant is the month that it
// counts, as a *schemas.Quota.
type Job struct {
	job.Quiet

	codecs *schemas.Codecs
	limits *Limits
}

var _ job.Job = (*Job)(nil)

// NewJob makes the job. It fails when the codecs are missing.
func NewJob(codecs *schemas.Codecs, limits *Limits) (*Job, error) {
	if codecs == nil {
		return nil, errors.New("making the quotas job: the codecs are missing")
	}
	return &Job{codecs: codecs, limits: limits}, nil
}

// Decode implements job.Job. The value is a *schemas.Usage.
func (j *Job) Decode(r job.Record) (string, any, error) {
	if r.Topic != schemas.TopicUsage {
		return "", nil, fmt.Errorf("reading a record of topic %s: it is no input of the quotas job", r.Topic)
	}
	v, err := j.codecs.Usage.Decode(r.Value)
	if err != nil {
		return "", nil, err
	}
	if v.Tenant == "" {
		return "", nil, errors.New("reading a unit of usage: the tenant is empty")
	}
	return v.Tenant, v, nil
}

// Process counts a unit in the month in which it was used. One of a month that
// is over changes nothing: nobody registers in that month any more.
func (j *Job) Process(c *job.Call, in job.Input) error {
	unit, ok := in.Value.(*schemas.Usage)
	if !ok {
		return fmt.Errorf("counting a unit of usage: the value is a %T", in.Value)
	}
	period := unit.UsedAt.UTC().Format(periodLayout)
	q, ok := c.State.(*schemas.Quota)
	if !ok || q.Period < period {
		q = &schemas.Quota{Tenant: unit.Tenant, Period: period}
	}
	if period < q.Period {
		return nil
	}
	q.Used++
	was := q.Exhausted
	limit, limited := j.limits.Limit(q.Tenant)
	q.Limit, q.Exhausted, q.UpdatedAt = limit, limited && q.Used >= limit, c.Now
	if q.Exhausted != was {
		if err := j.publish(c, q); err != nil {
			return err
		}
	}
	c.Put(q, time.Time{})
	return nil
}

// publish writes the row when it matters: when the quota is used up, and when it
// is not any more, for its limit was raised.
func (j *Job) publish(c *job.Call, q *schemas.Quota) error {
	value, err := j.codecs.Quota.Encode(q)
	if err != nil {
		return fmt.Errorf("writing the quota of %s: %w", q.Tenant, err)
	}
	c.Emit(job.Output{Topic: schemas.TopicQuotas, Key: q.Tenant, Value: value})
	return nil
}

// EncodeState implements job.Job.
func (j *Job) EncodeState(dst []byte, state any) ([]byte, error) {
	q, ok := state.(*schemas.Quota)
	if !ok {
		return dst, fmt.Errorf("writing the quotas state: it is a %T", state)
	}
	return j.codecs.Quota.Append(dst, q)
}

// DecodeState implements job.Job.
func (j *Job) DecodeState(data []byte) (any, error) {
	q, err := j.codecs.Quota.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("reading the quotas state: %w", err)
	}
	return q, nil
}
