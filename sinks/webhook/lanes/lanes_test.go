//go:build !race

package lanes

import (
	"context"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A receiver that is simply slow gets as many calls at a time as its limit, and
// a queue of any length drains as fast as that allows.
func TestSlowReceiverReachesItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.answers("ep", good(200*time.Millisecond))
		const most, seconds = 50, 60
		w.many(Call{Endpoint: "ep", InFlight: most, Fresh: true}, most*5*seconds*2, 0)
		w.pass(seconds * time.Second)
		require.Equal(t, most, w.peak["ep"])
		require.GreaterOrEqual(t, float64(w.done["ep"]), 0.95*most*5*seconds)
	})
}

// A receiver that works on one call at a time is not sent a hundred.
func TestSerialReceiverIsNotFlooded(t *testing.T) {
	for _, each := range []time.Duration{10 * time.Millisecond, 50 * time.Millisecond, time.Second} {
		t.Run(each.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{})
				w.answers("ep", serial(each))
				w.many(Call{Endpoint: "ep", Fresh: true}, 10000, 0)
				w.pass(60 * time.Second)
				require.Less(t, w.peak["ep"], 40)
				require.GreaterOrEqual(t, float64(w.done["ep"]), 0.95*float64(time.Minute/each))
			})
		})
	}
}

// A receiver of many workers gets what they take, however uneven its answers
// are.
func TestUnevenReceiverReachesItsLimit(t *testing.T) {
	for name, took := range map[string]func(*rand.Rand) time.Duration{
		"exponential": func(r *rand.Rand) time.Duration { return time.Duration(r.ExpFloat64() * float64(100*time.Millisecond)) },
		"lognormal": func(r *rand.Rand) time.Duration {
			return time.Duration(math.Exp(r.NormFloat64()) * float64(60*time.Millisecond))
		},
		"two kinds": func(r *rand.Rand) time.Duration {
			if r.IntN(2) == 0 {
				return 20 * time.Millisecond
			}
			return 300 * time.Millisecond
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{})
				chance := rand.New(rand.NewPCG(1, 2))
				var total atomic.Int64
				w.answers("ep", func(context.Context, int) Outcome {
					w.mu.Lock()
					d := took(chance)
					w.mu.Unlock()
					total.Add(int64(d))
					return after(d, Outcome{Verdict: Good, Took: d})
				})
				const most, seconds = 100, 30
				w.many(Call{Endpoint: "ep", InFlight: most, Fresh: true}, 50000, 0)
				w.pass(seconds * time.Second)
				require.GreaterOrEqual(t, time.Duration(total.Load()).Seconds(), 0.9*most*seconds)
			})
		})
	}
}
