//go:build !race

package lanes

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Half a call a second is one every two seconds, and a queue drains at that.
func TestRate(t *testing.T) {
	for rate, want := range map[float64]int{0.5: 31, 3: 183, 40: 2440} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, Options{})
			w.answers("ep", good(10*time.Millisecond))
			w.many(Call{Endpoint: "ep", Rate: rate, Fresh: true}, 5000, 0)
			w.pass(time.Minute + time.Second/2)
			require.InDelta(t, want, w.done["ep"], 0.02*float64(want)+1)
			require.Positive(t, w.lanes.Stats().TurnedAway[Rate]+w.lanes.Stats().TurnedAway[Limit])
		})
	}
}

// The limit and the rate are shared by the partitions, rounded up.
func TestShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var owned atomic.Int32
		owned.Store(1)
		w := newWorld(t, Options{Share: func() (int, int) { return int(owned.Load()), 3 }})
		w.answers("ep", good(time.Second))
		w.many(Call{Endpoint: "ep", InFlight: 10, Fresh: true}, 10000, 0)
		w.pass(20 * time.Second)
		require.Equal(t, 4, w.peak["ep"])
		owned.Store(3)
		w.pass(20 * time.Second)
		require.Equal(t, 10, w.peak["ep"])
		owned.Store(0) // given up: what is left gets the least
		w.pass(20*time.Second + time.Second/2)
		require.Equal(t, 4, w.with["ep"])
	})
	for name, o := range map[string]Options{
		"nobody says": {}, "not known yet": {Share: func() (int, int) { return 0, 0 }}, "more than there are": {Share: func() (int, int) { return 5, 4 }},
	} {
		require.InDelta(t, 1, New(o).ask(), 0, name)
	}
}

// board takes a seat, or the cause for none, at once.
func board(t *testing.T, l *Lanes, c Call) (Seat, Cause) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return l.Board(ctx, c)
}

// fail makes n calls one after the other that end so.
func fail(t *testing.T, l *Lanes, n int, o Outcome) {
	t.Helper()
	for range n {
		seat, cause := board(t, l, Call{Endpoint: "ep"})
		require.Equal(t, Seated, cause)
		l.Leave(seat, o)
	}
}

// The breaker opens when nobody is there, and by bad answers only after many.
func TestBreakerOpens(t *testing.T) {
	for name, row := range map[string]struct {
		verdict Verdict
		opensAt int // calls, 0 for never
	}{
		"no answer":        {Absent, 5},
		"failures":         {Broken, 20},
		"overload":         {Overloaded, 20},
		"refused for ever": {Refused, 0},
		"good":             {Good, 0},
		"cut off":          {Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Options{})
				if row.opensAt == 0 {
					fail(t, l, 100, Outcome{Verdict: row.verdict})
					return
				}
				fail(t, l, row.opensAt-1, Outcome{Verdict: row.verdict})
				fail(t, l, 1, Outcome{Verdict: Refused}) // somebody is there
				fail(t, l, row.opensAt, Outcome{Verdict: row.verdict})
				_, cause := board(t, l, Call{Endpoint: "ep"})
				require.Equal(t, Breaker, cause)
				require.Equal(t, 1, l.Stats().Open)
			})
		})
	}
}

// While the breaker is open, one call at a time tries, less and less often.
func TestBreakerTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{})
		fail(t, l, 5, Outcome{Verdict: Absent})
		var waits []time.Duration
		for range 8 {
			since := time.Now()
			seat, cause := board(t, l, Call{Endpoint: "ep"})
			for cause == Breaker {
				after(10*time.Millisecond, Outcome{})
				seat, cause = board(t, l, Call{Endpoint: "ep"})
			}
			waits = append(waits, time.Since(since))
			require.Equal(t, 1, l.Stats().HalfOpen)
			_, cause = board(t, l, Call{Endpoint: "ep"})
			require.NotEqual(t, Seated, cause, "one at a time")
			l.Leave(seat, Outcome{Verdict: Absent})
		}
		full := time.Second
		for i, wait := range waits {
			require.LessOrEqual(t, wait, full+10*time.Millisecond, i)
			require.GreaterOrEqual(t, wait, full*2/3, i)
			full = min(2*full, 30*time.Second)
		}
		after(30*time.Second, Outcome{})
		seat, _ := board(t, l, Call{Endpoint: "ep"})
		l.Leave(seat, Outcome{Verdict: Unknown}) // cut off: the next may try at once
		fail(t, l, 1, Outcome{Verdict: Refused}) // somebody is there
		require.Equal(t, 1, l.Stats().Closed)
		fail(t, l, 5, Outcome{Verdict: Absent})
		after(10*time.Second, Outcome{})
		_, cause := board(t, l, Call{Endpoint: "ep"})
		require.Equal(t, Breaker, cause, "one that comes and goes is asked less often")
	})
}

// A call from before the breaker opened is no try, but its success closes it.
func TestBreakerHearsOfEarlierCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{})
		early, _ := board(t, l, Call{Endpoint: "ep"})
		other, _ := board(t, l, Call{Endpoint: "ep"})
		fail(t, l, 20, Outcome{Verdict: Broken})
		until := l.known.now["ep"].breaker.until
		l.Leave(early, Outcome{Verdict: Absent})
		require.Equal(t, until, l.known.now["ep"].breaker.until)
		l.Leave(other, Outcome{Verdict: Good})
		require.Equal(t, 1, l.Stats().Closed)
	})
}

// A dead endpoint that comes back gets its queue, by no other event than that
// its breaker lets a call through.
func TestDeadEndpointComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.answers("ep", hanging())
		w.many(Call{Endpoint: "ep", Fresh: true}, 2000, 0)
		w.pass(time.Hour)
		w.answers("ep", good(0))
		parked := len(w.parked["ep"])
		require.Less(t, w.lanes.Stats().Asked, uint64(400), "every 30 s at most, and 15 s each")
		w.pass(time.Minute)
		require.Equal(t, parked, w.done["ep"])
		require.Empty(t, w.parked["ep"])
	})
}

// An endpoint that comes and goes gets all its webhooks.
func TestFlappingEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		began := time.Now()
		w.answers("ep", func(context.Context, int) Outcome {
			if time.Since(began)/(20*time.Second)%2 == 1 {
				return after(50*time.Millisecond, Outcome{Verdict: Absent, Took: 50 * time.Millisecond})
			}
			return after(50*time.Millisecond, Outcome{Verdict: Good, Took: 50 * time.Millisecond})
		})
		w.many(Call{Endpoint: "ep", Fresh: true}, 10000, 0)
		w.pass(5 * time.Minute)
		failed := 10000 - w.done["ep"]
		require.Empty(t, w.parked["ep"])
		require.Less(t, failed, 2000, "of those that were tried while it was away")
	})
}

// Who asks to be left alone is, for as long as it says, within bounds.
func TestHold(t *testing.T) {
	for name, row := range map[string]struct{ asked, held time.Duration }{
		"0": {0, 0}, "a while": {30 * time.Second, 30 * time.Second}, "a year": {365 * 24 * time.Hour, 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{})
				w.answers("ep", good(time.Second))
				w.lanes.Leave(w.seat(Call{Endpoint: "ep"}), Outcome{Verdict: Overloaded, Hold: row.asked})
				w.many(Call{Endpoint: "ep", Fresh: true}, 3, 0)
				if row.held > 0 {
					w.pass(row.held - time.Millisecond)
					require.Zero(t, w.peak["ep"])
				}
				w.pass(2 * time.Second)
				require.Positive(t, w.done["ep"], "they were asked for when the time was over")
			})
		})
	}
}

// A hold that is given while calls wait sends them away at once.
func TestHoldEmptiesTheWaitingRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		seat := w.seat(Call{Endpoint: "ep", InFlight: 1})
		w.many(Call{Endpoint: "ep", InFlight: 1}, 5, 0)
		synctest.Wait()
		require.Equal(t, 5, w.lanes.Stats().Waiting)
		w.lanes.Leave(seat, Outcome{Verdict: Overloaded, Hold: time.Minute})
		require.Zero(t, w.lanes.Stats().Waiting)
		require.EqualValues(t, 5, w.lanes.Stats().TurnedAway[Hold])
	})
}

// A suspended endpoint is asked by one call at a time, and nobody waits.
func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{})
		seat, _ := board(t, l, Call{Endpoint: "ep", InFlight: 50, Probe: true})
		_, cause := l.Board(t.Context(), Call{Endpoint: "ep", InFlight: 50, Probe: true})
		require.Equal(t, Limit, cause)
		l.Leave(seat, Outcome{Verdict: Good})
		one, _ := board(t, l, Call{Endpoint: "ep", InFlight: 50})
		other, cause := board(t, l, Call{Endpoint: "ep", InFlight: 50})
		require.Equal(t, Seated, cause, "resumed")
		l.Leave(one, Outcome{})
		l.Leave(other, Outcome{})
	})
}

// What is sent by hand gets a quarter, and only what live traffic leaves.
func TestManual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.answers("ep", good(100*time.Millisecond))
		w.many(Call{Endpoint: "ep", InFlight: 40, Fresh: true}, 2000, 0)
		w.pass(15 * time.Second)
		require.Equal(t, 2000, w.done["ep"])
		w.many(Call{Endpoint: "ep", InFlight: 40, Manual: true}, 1000, 0)
		w.pass(5*time.Second + 50*time.Millisecond)
		require.Equal(t, 10, w.with["ep"])
		require.Less(t, w.woken, 8000, "they are not sent to and fro without end")
		before := w.done["ep"]
		w.many(Call{Endpoint: "ep", InFlight: 40, Fresh: true}, 400, time.Second)
		w.pass(1200 * time.Millisecond)
		require.GreaterOrEqual(t, w.done["ep"]-before, 400)
		require.LessOrEqual(t, w.slowest["ep"], time.Second)
	})
}

// A flood that is sent by hand does not fill the waiting room: live traffic comes
// in behind it, and is served before it.
func TestManualLeavesRoomToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		held := w.seat(Call{Endpoint: "ep", InFlight: 1})
		byHand, live := make(chan Cause, 1000), make(chan Cause, 1)
		for range cap(byHand) {
			go func() {
				seat, cause := w.lanes.Board(t.Context(), Call{Endpoint: "ep", InFlight: 1, Manual: true})
				if byHand <- cause; cause == Seated {
					w.lanes.Leave(seat, Outcome{})
				}
			}()
		}
		synctest.Wait()
		require.Len(t, byHand, cap(byHand)-leastRoom/2, "the others are turned away at once")
		var seat Seat
		go func() {
			s, cause := w.lanes.Board(t.Context(), Call{Endpoint: "ep", InFlight: 1, Fresh: true})
			seat = s
			live <- cause
		}()
		synctest.Wait()
		require.Empty(t, live, "it waits")
		w.lanes.Leave(held, Outcome{})
		require.Equal(t, Seated, <-live)
		w.lanes.Leave(seat, Outcome{})
		w.pass(patience)
	})
}

// Webhooks sent by hand are asked for as their quarter has room, not as the lane
// has: each that comes in vain is written down by its job, twice.
func TestManualIsNotSentToAndFro(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.answers("ep", good(time.Second))
		w.many(Call{Endpoint: "ep", Fresh: true}, 2000, 0)
		w.pass(time.Minute)
		require.Equal(t, 2000, w.done["ep"])
		before := w.woken
		w.many(Call{Endpoint: "ep", Manual: true}, 1000, 0)
		w.pass(20*time.Second + time.Second/2)
		require.InDelta(t, 2500, w.done["ep"], 50, "25 a second")
		require.Less(t, w.woken-before, 4000)
	})
}

// Nobody waits for longer than 5 s, and who gives up leaves no trace.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		seldom := Call{Endpoint: "ep", Rate: 0.1, Bytes: 7}
		w.lanes.Leave(w.seat(seldom), Outcome{Verdict: Good})
		began := time.Now()
		_, cause := w.lanes.Board(t.Context(), seldom)
		require.Equal(t, Rate, cause)
		require.Equal(t, 5*time.Second, time.Since(began))

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began = time.Now()
		seldom.Manual = true
		_, cause = w.lanes.Board(ctx, seldom)
		require.Equal(t, Canceled, cause)
		require.Equal(t, time.Second, time.Since(began))
	})
}

// Nobody waits for an endpoint of which nothing is heard, until it is heard again.
func TestNobodyWaitsForTheSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		call := Call{Endpoint: "ep", InFlight: 1, Fresh: true}
		held := w.seat(call)
		for range 2 { // in the first two seconds, and after them
			began := time.Now()
			_, cause := w.lanes.Board(t.Context(), call)
			require.Equal(t, Limit, cause)
			require.Zero(t, w.lanes.Stats().Waiting)
			require.LessOrEqual(t, time.Since(began), silence)
		}
		require.Zero(t, w.lanes.Stats().Asked, "nobody would find room")
		w.lanes.Leave(held, Outcome{Verdict: Absent})
		require.Equal(t, uint64(1), w.lanes.Stats().Asked, "there is a seat")

		held = w.seat(call)
		_, cause := w.lanes.Board(t.Context(), call)
		require.Equal(t, Limit, cause, "the last call had no answer")
		w.lanes.Leave(held, Outcome{Verdict: Good, Took: time.Second})
		held = w.seat(call)
		time.AfterFunc(time.Second, func() { w.lanes.Leave(held, Outcome{Verdict: Good, Took: time.Second}) })
		w.lanes.Leave(w.seat(call), Outcome{Verdict: Good})
	})
}

// Bodies in memory are bounded, but one has its place however large it is.
func TestBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{})
		first, cause := board(t, l, Call{Endpoint: "ep", Bytes: 2 * maxBytes})
		require.Equal(t, Seated, cause)
		_, cause = board(t, l, Call{Endpoint: "other", Bytes: 1})
		require.Equal(t, Process, cause)
		l.Leave(first, Outcome{})
		require.Zero(t, l.Stats().Bytes)
	})
}

// Endpoints that nobody calls any more are forgotten.
func TestIdleLanesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{})
		for i := range 30000 {
			seat, _ := board(t, l, Call{Endpoint: endpoint(i)})
			l.Leave(seat, Outcome{Verdict: Good})
			after(time.Second/10, Outcome{})
		}
		require.LessOrEqual(t, l.Stats().Closed, 2*int(keepIdle/(time.Second/10))+1)

		seat, _ := board(t, l, Call{Endpoint: "long"})
		after(2*time.Hour, Outcome{})
		require.Equal(t, 1, l.Stats().InFlight)
		l.Leave(seat, Outcome{Verdict: Good})
	})
}
