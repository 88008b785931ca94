package webhook

import (
	"context"
	"sync"
)

// flights knows the calls that are under way, or wait for a seat. It keeps the
// calls of one webhook from overlapping: a call may be asked for again
// while the first is under way, after a transaction that was aborted, or when
// stream time runs through a backlog faster than the wall clock. The receiver
// sees one call, and all who asked get its answer.
type flights struct {
	mu   sync.Mutex
	open map[flightKey]*flight
}

type flightKey struct{ id, url string }

type flight struct {
	done     chan struct{} // nil until somebody waits for it
	response Response      // once the flight has landed
}

// do makes a call, or waits for the one that is under way. If that is cut off,
// the next in line makes its own.
func (f *flights) do(ctx context.Context, key flightKey, call func() Response) Response {
	for {
		present, done := f.board(key)
		if done == nil {
			return f.fly(key, present, call)
		}
		select {
		case <-done:
			if present.response.Reason != ReasonCanceled {
				return present.response
			}
		case <-ctx.Done():
			return Response{Reason: ReasonCanceled}
		}
	}
}

// fly makes the call of a new flight.
func (f *flights) fly(key flightKey, present *flight, call func() Response) Response {
	defer f.land(key, present)
	present.response = call()
	return present.response
}

// board returns the flight under way and what is closed when it has landed, or
// a new one that is the caller's, and nil.
func (f *flights) board(key flightKey) (present *flight, done chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if present = f.open[key]; present != nil {
		if present.done == nil {
			present.done = make(chan struct{})
		}
		return present, present.done
	}
	if f.open == nil {
		f.open = map[flightKey]*flight{}
	}
	// Should the call panic, the next in line makes its own.
	present = &flight{response: Response{Reason: ReasonCanceled}}
	f.open[key] = present
	return present, nil
}

func (f *flights) land(key flightKey, present *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, key)
	if present.done != nil {
		close(present.done)
	}
}
