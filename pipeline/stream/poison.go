package stream

import (
	"fmt"
	"path/filepath"
	"runtime"
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
	// number is the due time of a wake-up in ms, or the number of the work. It
	// is below zero for work that was started in the same transaction: when that
	// is run again the work is too, under another number, but its key starts its
	// works in the same order.
	number int64
}

type callKind uint8

const (
	processCall callKind = iota
	wakeCall
	completeCall
	summonCall
)

func (c cause) String() string {
	switch c.kind {
	case wakeCall:
		return fmt.Sprintf("waking key %q", c.key)
	case summonCall:
		return fmt.Sprintf("waking key %q by name", c.key)
	case completeCall:
		return fmt.Sprintf("completing work of key %q", c.key)
	}
	return fmt.Sprintf("processing %s/%d@%d", c.record.Topic, c.record.Partition, c.record.Offset)
}

// refusal is why a call is left out. It is bare when the dead letter itself was
// refused for its size, so that only position and digest can be kept.
type refusal struct {
	err   error
	class class
	bare  bool
}

// poison says that a call failed, so the transaction must be undone and run
// again without it (rule E11).
type poison struct {
	task  *task
	cause cause
	err   error
	// suspect is the key whose state could not be concluded, encoded or written,
	// when it is not known which call made it so.
	suspect string
}

func (p *poison) Error() string { return fmt.Sprintf("%v: %v", p.cause, p.err) }
func (p *poison) Unwrap() error { return p.err }

// guard runs a job's method and turns a panic into an error, so that a bug in
// a rule costs one record and not the process.
func guard(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicError{fmt.Errorf("panic: %v at %s", r, panicSite())}
		}
	}()
	return call()
}

// panicSite returns the function and line that panicked. It is called while
// the panic is being recovered.
func panicSite() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for panicking := false; ; {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(frame.Function, "runtime."):
			return fmt.Sprintf("%s (%s:%d)", frame.Function, filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
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

// wouldExceed tells whether n more events would make more than limit within
// the window.
func (r *rate) wouldExceed(now time.Time, n int) bool {
	start := now.Add(-r.window)
	r.times = slices.DeleteFunc(r.times, func(t time.Time) bool { return !t.After(start) })
	return len(r.times)+n > r.limit
}

// exceeded counts n events at once and tells whether there were more than
// limit within the window.
func (r *rate) exceeded(now time.Time, n int) bool {
	r.wouldExceed(now, 0)
	for range min(n, r.limit+1-len(r.times)) {
		r.times = append(r.times, now)
	}
	return len(r.times) > r.limit
}
