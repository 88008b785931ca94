//go:build !race

// The detector of races can end the process in a bubble with many goroutines
// (golang/go#78156), so `make test` runs these without it.

package lanes

import (
	"context"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// receiver is an endpoint of a test: how it treats a call that is the nth to be
// with it at the same time.
type receiver func(ctx context.Context, with int) Outcome

// good answers after a time.
func good(took time.Duration) receiver {
	return func(context.Context, int) Outcome { return after(took, Outcome{Verdict: Good, Took: took}) }
}

// hanging never answers.
func hanging() receiver {
	return func(context.Context, int) Outcome {
		return after(15*time.Second, Outcome{Verdict: Absent, Took: 15 * time.Second})
	}
}

// serial works on one call at a time.
func serial(each time.Duration) receiver {
	one := make(chan struct{}, 1) // a lock would stop the clock of the bubble
	return func(context.Context, int) Outcome {
		began := time.Now()
		one <- struct{}{}
		defer func() { <-one }()
		after(each, Outcome{})
		return Outcome{Verdict: Good, Took: time.Since(began)}
	}
}

func after(d time.Duration, o Outcome) Outcome {
	timer := time.NewTimer(d)
	<-timer.C
	return o
}

// figures are what a test looks at.
type figures struct {
	parked    map[string][]Call
	with      map[string]int // calls at the receiver now
	peak      map[string]int
	done      map[string]int
	slowest   map[string]time.Duration // from coming to being answered, without parking
	woken     int
	aged      int // done of those that had waited
	now, most int // calls at all receivers
}

func (f *figures) clone() figures {
	c := *f
	c.parked, c.with, c.peak, c.done, c.slowest = maps.Clone(f.parked), maps.Clone(f.with), maps.Clone(f.peak), maps.Clone(f.done), maps.Clone(f.slowest)
	return c
}

// world is what surrounds lanes: webhooks that come, those that are parked, and
// the runtime that wakes them.
type world struct {
	t     *testing.T
	lanes *Lanes
	ctx   context.Context
	all   sync.WaitGroup

	figures // as they were when time had passed

	mu        sync.Mutex
	receivers map[string]receiver
	live      figures
	over      bool
}

// newWorld must be called in a bubble, which it leaves empty at its end.
func newWorld(t *testing.T, o Options) *world {
	w := &world{t: t, receivers: map[string]receiver{}, live: figures{
		parked: map[string][]Call{}, with: map[string]int{}, peak: map[string]int{}, done: map[string]int{}, slowest: map[string]time.Duration{},
	}}
	ctx, cancel := context.WithCancel(t.Context())
	w.ctx = ctx
	o.Wake = w.wake
	w.lanes = New(o)
	t.Cleanup(func() {
		cancel()
		w.mu.Lock()
		w.over = true
		w.mu.Unlock()
		w.all.Wait()
		w.empty()
	})
	return w
}

// empty checks that every seat and place has been given back.
func (w *world) empty() {
	w.t.Helper()
	s := w.lanes.Stats()
	require.Zero(w.t, s.InFlight)
	require.Zero(w.t, s.Waiting)
	require.Zero(w.t, s.Bytes)
	w.lanes.known.each(func(n *lane) {
		require.Zero(w.t, n.inFlight+n.manual+n.fresh+n.waiting(), n.id)
	})
}

// answers says how an endpoint treats calls from now on.
func (w *world) answers(endpoint string, r receiver) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.receivers[endpoint] = r
}

// seat takes a seat that there must be.
func (w *world) seat(c Call) Seat {
	w.t.Helper()
	seat, cause := w.lanes.Board(w.ctx, c)
	require.Equal(w.t, Seated, cause)
	return seat
}

// come lets a webhook come in.
func (w *world) come(c Call) {
	w.all.Go(func() { w.run(c) })
}

// run makes the call of a webhook, or parks it.
func (w *world) run(c Call) {
	came := time.Now()
	seat, cause := w.lanes.Board(w.ctx, c)
	if cause == Canceled {
		return
	}
	w.mu.Lock()
	if cause != Seated {
		c.Fresh, c.Follows = false, false
		w.live.parked[c.Endpoint] = append(w.live.parked[c.Endpoint], c)
		w.mu.Unlock()
		return
	}
	w.live.with[c.Endpoint]++
	w.live.now++
	w.live.most = max(w.live.most, w.live.now)
	with := w.live.with[c.Endpoint]
	w.live.peak[c.Endpoint] = max(w.live.peak[c.Endpoint], with)
	answer := w.receivers[c.Endpoint]
	w.mu.Unlock()
	o := answer(w.ctx, with)
	w.mu.Lock()
	w.live.with[c.Endpoint]--
	w.live.now--
	if o.Verdict == Good {
		w.live.done[c.Endpoint]++
		if !c.Fresh {
			w.live.aged++
		}
		w.live.slowest[c.Endpoint] = max(w.live.slowest[c.Endpoint], time.Since(came))
	}
	w.mu.Unlock()
	w.lanes.Leave(seat, o)
}

// wake is the runtime: those asked for come a little later.
func (w *world) wake(endpoint string, atMost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	w.all.Go(func() {
		after(5*time.Millisecond, Outcome{})
		w.mu.Lock()
		parked := w.live.parked[endpoint]
		n := min(atMost, len(parked))
		w.live.parked[endpoint] = parked[n:]
		w.live.woken += n
		w.mu.Unlock()
		if w.ctx.Err() != nil {
			return
		}
		for _, c := range parked[:n] {
			w.come(c)
		}
	})
}

// many lets n webhooks of an endpoint come in, spread evenly over a time.
func (w *world) many(c Call, n int, over time.Duration) {
	w.all.Go(func() {
		for range n {
			w.come(c)
			if over > 0 {
				after(over/time.Duration(n), Outcome{})
			}
			if w.ctx.Err() != nil {
				return
			}
		}
	})
}

// pass lets time go by. Then the figures are those of that time.
func (w *world) pass(d time.Duration) {
	after(d, Outcome{})
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.figures = w.live.clone()
}
