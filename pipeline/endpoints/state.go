package endpoints

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	"waybill/schemas"
)

// Versions of the state. The second has the health of endpoints, and since when
// tests of one count.
var (
	//go:embed state.v1.avsc
	stateV1 string
	//go:embed state.v2.avsc
	stateV2 string
)

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
	// testsFrom is the command that made it or last changed where it leads, and
	// movedIn its revision by that: tests asked for before then say nothing, and
	// later ones wait for that revision. Empty and 0: not known.
	testsFrom string
	movedIn   int64
	health    health
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
	Row        []byte    `avro:"row"`
	Tested     bool      `avro:"tested"`
	TestsFrom  string    `avro:"tests_from"`
	MovedIn    int64     `avro:"moved_in"`
	BegunAt    time.Time `avro:"begun_at"`
	AnsweredAt time.Time `avro:"answered_at"`
	Since      time.Time `avro:"since"`
	Failed     []failure `avro:"failed"`
}

// In the state a time that is not known is that of 1970.
func stored(t time.Time) time.Time {
	if t.IsZero() {
		return time.UnixMilli(0)
	}
	return t
}

func restored(t time.Time) time.Time {
	if t.UnixMilli() == 0 {
		return time.Time{}
	}
	return t
}

// millis is a time as the state and the contract have it.
func millis(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

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
		s.Endpoints[i] = storedEndpoint{
			Row: row, Tested: e.tested, TestsFrom: e.testsFrom, MovedIn: e.movedIn, BegunAt: stored(e.health.begun),
			AnsweredAt: stored(e.health.answered), Since: stored(e.health.since), Failed: e.health.failed,
		}
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
		t.endpoints = append(t.endpoints, &endpoint{
			row: row, tested: stored.Tested, testsFrom: stored.TestsFrom, movedIn: stored.MovedIn,
			health: health{begun: restored(stored.BegunAt), answered: restored(stored.AnsweredAt), since: restored(stored.Since), failed: stored.Failed},
		})
	}
	return t, nil
}
