package stream

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"waybill/pipeline/stream/job"
)

// cause is what a call was made for. It finds its way back when the
// transaction is run again: a record by its position, a wake-up by its key
// and time, a result by the number of its work.
type cause struct {
	kind   callKind
	record job.Position
	key    string
	number int64 // due time of a wake-up in ms, or number of the work
}

type callKind uint8

const (
	processCall callKind = iota
	wakeCall
	completeCall
)

func (c cause) String() string {
	switch c.kind {
	case wakeCall:
		return fmt.Sprintf("waking key %q", c.key)
	case completeCall:
		return fmt.Sprintf("completing work of key %q", c.key)
	}
	return fmt.Sprintf("processing %s/%d@%d", c.record.Topic, c.record.Partition, c.record.Offset)
}

// poison says that a call failed, so the transaction must be undone and run
// again without it (rule E11).
type poison struct {
	task  *task
	cause cause
	err   error
}

func (p *poison) Error() string { return fmt.Sprintf("%v: %v", p.cause, p.err) }
func (p *poison) Unwrap() error { return p.err }

// guard runs a job's method and turns a panic into an error, so that a bug in
// a rule costs one record and not the process.
func guard(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v at %s", r, panicSite(string(debug.Stack())))
		}
	}()
	return call()
}

// panicSite returns the function and line that panicked, out of a stack.
func panicSite(stack string) string {
	_, rest, found := strings.Cut(stack, "\npanic(")
	if !found {
		return "an unknown place"
	}
	lines := strings.SplitN(rest, "\n", 5) // the rest of panic, its line, function, line
	if len(lines) < 4 {
		return "an unknown place"
	}
	where, _, _ := strings.Cut(strings.TrimSpace(lines[3]), " +0x")
	return where
}

func encodeState(j job.Job, dst []byte, state any) (data []byte, err error) {
	err = guard(func() error {
		data, err = j.EncodeState(dst, state)
		return err
	})
	return data, err
}

func decodeState(j job.Job, payload []byte) (state any, err error) {
	err = guard(func() error {
		state, err = j.DecodeState(payload)
		return err
	})
	return state, err
}

// rate counts events in a sliding window of wall time.
type rate struct {
	limit  int
	window time.Duration
	times  []time.Time // at most limit+1
}

// exceeded counts n events at once and tells whether there were more than
// limit within the window.
func (r *rate) exceeded(now time.Time, n int) bool {
	start := now.Add(-r.window)
	r.times = slices.DeleteFunc(r.times, func(t time.Time) bool { return !t.After(start) })
	for range min(n, r.limit+1-len(r.times)) {
		r.times = append(r.times, now)
	}
	return len(r.times) > r.limit
}
