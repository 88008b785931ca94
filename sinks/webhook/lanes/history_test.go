//go:build !race

package lanes

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// step of a history: some webhooks come, then time passes.
type step struct {
	call  Call
	count int
	pause time.Duration
}

// history draws webhooks of a few endpoints, each with settings of its own.
func history(t *rapid.T) []step {
	calls := []Call{
		{Endpoint: "plain"}, {Endpoint: "one", InFlight: 1}, {Endpoint: "few", InFlight: 3}, {Endpoint: "many", InFlight: 1000},
		{Endpoint: "rated", Rate: 3}, {Endpoint: "seldom", Rate: 0.5, InFlight: 2}, {Endpoint: "suspended", Probe: true},
	}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		s := step{call: rapid.SampledFrom(calls).Draw(t, "endpoint"), count: rapid.IntRange(1, 60).Draw(t, "count")}
		s.call.Fresh = rapid.Bool().Draw(t, "fresh")
		s.call.Follows = !s.call.Fresh && rapid.Bool().Draw(t, "follows")
		s.call.Manual = rapid.IntRange(0, 3).Draw(t, "manual") == 0
		s.call.Bytes = rapid.SampledFrom([]int{0, 1000, maxBytes / 20}).Draw(t, "bytes")
		s.pause = time.Duration(rapid.IntRange(0, 20000).Draw(t, "pause")) * time.Millisecond
		return s
	}), 1, 30).Draw(t, "steps")
}

// moody treats calls in one of many ways, by chance.
func moody(w *world, chance *rand.Rand) receiver {
	return func(context.Context, int) Outcome {
		w.mu.Lock()
		kind, took := chance.IntN(10), time.Duration(chance.IntN(3000))*time.Millisecond
		w.mu.Unlock()
		o := Outcome{Took: took}
		switch {
		case kind < 5:
			o.Verdict = Good
		case kind == 5:
			o.Verdict, o.Hold = Overloaded, 4*took
		default:
			o.Verdict = Verdict(kind - 5) // Good to Absent
		}
		return after(took, o)
	}
}

// Whatever comes and whatever endpoints do, no limit is passed, no seat is lost,
// and whoever was turned away is asked for in the end.
func TestHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps, seats, seed := history(rt), rapid.SampledFrom([]int{1, 5, 50, 2000}).Draw(rt, "seats"), rapid.Uint64().Draw(rt, "seed")
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, Options{Seats: seats, InFlight: 20})
			for _, s := range steps {
				w.answers(s.call.Endpoint, moody(w, rand.New(rand.NewPCG(seed, 0))))
				w.many(s.call, s.count, 0)
				w.pass(s.pause)
			}
			for _, s := range steps {
				w.answers(s.call.Endpoint, good(10*time.Millisecond))
			}
			w.pass(30 * time.Minute)
			require.LessOrEqual(t, w.most, seats)
			for id, most := range map[string]int{"plain": 20, "one": 1, "few": 3, "rated": 20, "seldom": 2, "suspended": 1} {
				require.LessOrEqual(t, w.peak[id], most, id)
			}
			for id, parked := range w.parked {
				require.Empty(t, parked, "of %s nobody was asked for", id)
			}
			s := w.lanes.Stats()
			require.Zero(t, s.InFlight+s.Waiting+s.Bytes)
		})
	})
}
