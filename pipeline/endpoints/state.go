package endpoints

import (
	_ "embed"
	"fmt"
	"slices"

	"waybill/schemas"
)

//go:embed state.v1.avsc
var stateV1 string

// tenant is the state of a key: the tenant's endpoints in the order in which
// they were made, and its latest commands, oldest first.
type tenant struct {
	endpoints []*endpoint
	recent    []done
}

type endpoint struct {
	row *schemas.WebhookEndpoint
	// tested means that it may take traffic: it answered a test, or was
	// excused from it (W9).
	tested bool
}

// done is a command that was carried out or refused.
type done struct {
	CommandID  string `avro:"command_id"`
	EndpointID string `avro:"endpoint_id"`
	Error      string `avro:"error"`
}

func (t *tenant) find(id string) *endpoint {
	for _, e := range t.endpoints {
		if e.row.EndpointID == id {
			return e
		}
	}
	return nil
}

func (t *tenant) remove(id string) {
	t.endpoints = slices.DeleteFunc(t.endpoints, func(e *endpoint) bool { return e.row.EndpointID == id })
}

func (t *tenant) recall(commandID string) *done {
	for i := range t.recent {
		if t.recent[i].CommandID == commandID {
			return &t.recent[i]
		}
	}
	return nil
}

func (t *tenant) remember(d done, limit int) {
	t.recent = append(t.recent, d)
	if extra := len(t.recent) - limit; extra > 0 {
		t.recent = slices.Delete(t.recent, 0, extra)
	}
}

// storedTenant and storedEndpoint are the state as it is written.
type storedTenant struct {
	Endpoints []storedEndpoint `avro:"endpoints"`
	Recent    []done           `avro:"recent"`
}

type storedEndpoint struct {
	Row    []byte `avro:"row"`
	Tested bool   `avro:"tested"`
}

// EncodeState implements job.Job.
func (j *Job) EncodeState(dst []byte, state any) ([]byte, error) {
	t, ok := state.(*tenant)
	if !ok {
		return dst, fmt.Errorf("writing the endpoints state: it is a %T", state)
	}
	s := storedTenant{Recent: t.recent, Endpoints: make([]storedEndpoint, len(t.endpoints))}
	for i, e := range t.endpoints {
		row, err := j.cfg.Codecs.WebhookEndpoint.Encode(e.row)
		if err != nil {
			return dst, fmt.Errorf("writing the endpoints state: %w", err)
		}
		s.Endpoints[i] = storedEndpoint{Row: row, Tested: e.tested}
	}
	return j.state.Append(dst, &s)
}

// DecodeState implements job.Job.
func (j *Job) DecodeState(data []byte) (any, error) {
	s, err := j.state.Decode(data)
	if err != nil {
		return nil, err
	}
	t := &tenant{recent: s.Recent}
	for _, stored := range s.Endpoints {
		row, err := j.cfg.Codecs.WebhookEndpoint.Decode(stored.Row)
		if err != nil {
			return nil, fmt.Errorf("reading the endpoints state: %w", err)
		}
		t.endpoints = append(t.endpoints, &endpoint{row: row, tested: stored.Tested})
	}
	return t, nil
}
