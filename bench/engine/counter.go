package engine

import (
	"encoding/binary"
	"errors"
	"time"

	"waybill/pipeline/stream/job"
)

// counter is the trivial job: it counts the records of each key, and writes
// the new count and what the record begins with.
type counter struct{}

// tally is a key's value: a count, and as many bytes behind it as the state is
// to be large. They are never changed.
type tally struct {
	count   uint64
	padding []byte
}

// markBytes is how much of a record comes back behind its count: enough to
// tell records apart.
const markBytes = 8

var errNoMark = errors.New("the record is shorter than its mark")

// Decode implements job.Job.
func (counter) Decode(r job.Record) (string, any, error) {
	if len(r.Value) < markBytes {
		return "", nil, errNoMark
	}
	return string(r.Key), nil, nil
}

// Process implements job.Job.
func (counter) Process(c *job.Call, in job.Input) error {
	t, _ := c.State.(*tally)
	if t == nil {
		t = &tally{}
	}
	t.count++
	value := binary.BigEndian.AppendUint64(make([]byte, 0, 8+markBytes), t.count)
	c.Emit(job.Output{Topic: outputTopic, Key: c.Key, Value: append(value, in.Record.Value[:markBytes]...)})
	c.Put(t, c.WakeAt)
	return nil
}

// Wake implements job.Job. Wake-ups lie far ahead.
func (counter) Wake(c *job.Call) error {
	c.Put(c.State, time.Time{})
	return nil
}

// Complete implements job.Job. It starts no work.
func (counter) Complete(*job.Call, any) error { return nil }

// EncodeState implements job.Job.
func (counter) EncodeState(dst []byte, state any) ([]byte, error) {
	t, ok := state.(*tally)
	if !ok {
		return nil, errors.New("encoding a count: it is none")
	}
	return append(binary.BigEndian.AppendUint64(dst, t.count), t.padding...), nil
}

// DecodeState implements job.Job.
func (counter) DecodeState(data []byte) (any, error) {
	if len(data) < 8 {
		return nil, errors.New("decoding a count: it is too short")
	}
	return &tally{binary.BigEndian.Uint64(data), data[8:]}, nil
}
