package endpoints

import (
	"fmt"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// Job keeps the endpoints of tenants, as a job for the stream runtime: inputs
// endpoint-commands and endpoint-signals, changelog endpoint-state, clock
// live, and the table webhook-endpoints as *schemas.EndpointTable.
type Job struct {
	job.Quiet

	cfg   Config
	state *schemas.Codec[storedTenant]
	types []string
	// statuses is what an endpoint may choose from.
	statuses []string
}

var _ job.Job = (*Job)(nil)

// NewJob makes the job. It fails when a setting is missing or out of range.
func NewJob(cfg Config) (*Job, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	state, err := schemas.NewPrivateCodec[storedTenant]("endpoints state", stateV1, stateV2)
	if err != nil {
		return nil, err
	}
	return &Job{cfg: cfg, state: state, types: webhookTypes(), statuses: choosableStatuses(cfg.Statuses)}, nil
}

// Decode implements job.Job. The value is a *schemas.EndpointCommand or a
// *schemas.EndpointSignal, by the record's topic.
func (j *Job) Decode(r job.Record) (string, any, error) {
	switch r.Topic {
	case schemas.TopicEndpointCommands:
		v, err := j.cfg.Codecs.EndpointCommand.Decode(r.Value)
		if err != nil {
			return "", nil, err
		}
		if !isName(v.Tenant) || !isName(v.CommandID) || len(v.EndpointID) > maxNameBytes {
			return "", nil, fmt.Errorf("reading an endpoint command: tenant and command_id must have 1 to %d bytes, endpoint_id no more", maxNameBytes)
		}
		return v.Tenant, v, nil
	case schemas.TopicEndpointSignals:
		v, err := j.cfg.Codecs.EndpointSignal.Decode(r.Value)
		if err != nil {
			return "", nil, err
		}
		if !isName(v.Tenant) || len(v.JobID) > maxNameBytes || len(v.Reason) > maxNameBytes {
			return "", nil, fmt.Errorf("reading an endpoint signal: tenant must have 1 to %d bytes, job_id and reason no more", maxNameBytes)
		}
		return v.Tenant, v, nil
	}
	return "", nil, fmt.Errorf("reading a record of topic %s: it is no input of the endpoints job", r.Topic)
}

// maxNameBytes bounds what is remembered of a command and used in keys.
const maxNameBytes = 200

func isName(s string) bool { return s != "" && len(s) <= maxNameBytes }

// Process carries out a command or takes in a signal.
func (j *Job) Process(c *job.Call, in job.Input) error {
	t, ok := c.State.(*tenant)
	if !ok {
		t = &tenant{}
	}
	u := &turn{job: j, call: c, tenant: t, now: millis(c.Now)}
	switch v := in.Value.(type) {
	case *schemas.EndpointCommand:
		u.command(v)
	case *schemas.EndpointSignal:
		u.observe(v)
	default:
		return fmt.Errorf("taking in an endpoint command or signal: the value is a %T", in.Value)
	}
	return u.err
}
