package webhook

import (
	"context"
	"sync"
)

// flights knows the calls that are under way. It keeps to an endpoint's limit,
// and the calls of one webhook from overlapping: a call may be asked for again
// while the first is under way, after a transaction that was aborted, or when
// stream time runs through a backlog faster than the wall clock. The receiver
// sees one call, and all who asked get its answer.
type flights struct {
	mu    sync.Mutex
	open  map[flightKey]*flight
	byURL map[string]int
}

type flightKey struct{ id, url string }

type flight struct {
	done     chan struct{}
	response Response // once done is closed
}

// do makes a call, or waits for the one that is under way. If that is cut off,
// the next in line makes its own. It makes none when as many as limit are under
// way to the URL; 0 is no limit.
func (f *flights) do(ctx context.Context, key flightKey, limit int, call func() Response) Response {
	for {
		present, mine := f.board(key, limit)
		if present == nil {
			return Response{Reason: ReasonBusy}
		}
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

// board returns the flight under way, or a new one that is the caller's, or
// nil when there is no room for one.
func (f *flights) board(key flightKey, limit int) (present *flight, mine bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if present = f.open[key]; present != nil {
		return present, false
	}
	if limit > 0 && f.byURL[key.url] >= limit {
		return nil, false
	}
	if f.open == nil {
		f.open, f.byURL = map[flightKey]*flight{}, map[string]int{}
	}
	f.byURL[key.url]++
	// Should the call panic, the next in line makes its own.
	present = &flight{done: make(chan struct{}), response: Response{Reason: ReasonCanceled}}
	f.open[key] = present
	return present, true
}

func (f *flights) land(key flightKey, present *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, key)
	if f.byURL[key.url]--; f.byURL[key.url] == 0 {
		delete(f.byURL, key.url)
	}
	close(present.done)
}
