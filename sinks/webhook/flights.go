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
	done     chan struct{}
	response Response // once done is closed
}

// do makes a call, or waits for the one that is under way. If that is cut off,
// the next in line makes its own.
func (f *flights) do(ctx context.Context, key flightKey, call func() Response) Response {
	for {
		present, mine := f.board(key)
		if mine {
			defer f.land(key, present)
			present.response = call()
			return present.response
		}
		select {
		case <-present.done:
			if present.response.Reason != ReasonCanceled {
				return present.response
			}
		case <-ctx.Done():
			return Response{Reason: ReasonCanceled}
		}
	}
}

// board returns the flight under way, or a new one that is the caller's.
func (f *flights) board(key flightKey) (present *flight, mine bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if present = f.open[key]; present != nil {
		return present, false
	}
	if f.open == nil {
		f.open = map[flightKey]*flight{}
	}
	// Should the call panic, the next in line makes its own.
	present = &flight{done: make(chan struct{}), response: Response{Reason: ReasonCanceled}}
	f.open[key] = present
	return present, true
}

func (f *flights) land(key flightKey, present *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, key)
	close(present.done)
}
