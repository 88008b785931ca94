//go:build !race

package lanes

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// endpoint names one of many.
func endpoint(i int) string { return fmt.Sprintf("ep_%d", i) }

// A hundred endpoints of a thousand that hang cost the others nothing: none of
// their calls waits, or is turned away.
func TestHangingEndpointsCostTheOthersNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		const hang, all, each = 100, 1000, 30
		for i := range all {
			w.answers(endpoint(i), good(50*time.Millisecond))
			if i < hang {
				w.answers(endpoint(i), hanging())
			}
			w.many(Call{Endpoint: endpoint(i), Fresh: true}, each, time.Minute)
		}
		w.pass(30 * time.Second)
		require.False(t, w.lanes.Crowded())
		require.LessOrEqual(t, w.lanes.Stats().InFlight, all+hang, "of which a dead endpoint has one at most, by now")
		w.pass(35 * time.Second)
		for i := hang; i < all; i++ {
			require.Equal(t, each, w.done[endpoint(i)], i)
			require.Equal(t, 50*time.Millisecond, w.slowest[endpoint(i)], i)
		}
		s := w.lanes.Stats()
		require.Equal(t, hang, s.Open+s.HalfOpen)
		require.Equal(t, all-hang, s.Closed)
	})
}

// Also when all of them want all they can get, and there are few seats.
func TestHangingEndpointsNeverTakeTheLastSeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{Seats: 64})
		for i := range 100 {
			w.answers(endpoint(i), hanging())
			w.many(Call{Endpoint: endpoint(i), Fresh: true}, 100, 0)
		}
		synctest.Wait()
		require.False(t, w.lanes.Crowded())
		w.answers("healthy", good(10*time.Millisecond))
		w.many(Call{Endpoint: "healthy", Fresh: true}, 1000, 100*time.Second)
		w.pass(3 * time.Minute)
		require.Equal(t, 1000, w.done["healthy"])
	})
}

// They take no places to wait in either: those that others would need.
func TestHangingEndpointsLeaveTheWaitingRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{Seats: 256})
		w.answers("healthy", good(100*time.Millisecond))
		w.many(Call{Endpoint: "healthy", Fresh: true}, 10, time.Second)
		for i := range 40 {
			w.answers(endpoint(i), hanging())
			w.many(Call{Endpoint: endpoint(i), Fresh: true}, 100, 10*time.Second)
		}
		w.pass(5 * time.Second)
		require.Zero(t, w.lanes.Stats().Waiting)
		w.many(Call{Endpoint: "healthy", Fresh: true}, leastRoom, 0)
		w.pass(time.Second)
		require.Equal(t, 10+leastRoom, w.done["healthy"])
		require.Empty(t, w.parked["healthy"])
		require.Zero(t, w.woken)
	})
}

// One endpoint alone gets nearly all seats, if its limit is that high.
func TestOneEndpointAloneGetsNearlyAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{Seats: 900})
		w.answers("ep", good(time.Second))
		w.many(Call{Endpoint: "ep", InFlight: 10000, Fresh: true}, 50000, 0)
		w.pass(30 * time.Second)
		require.Equal(t, 800, w.peak["ep"])

		w.answers("other", good(time.Second))
		w.many(Call{Endpoint: "other", Fresh: true}, 60, time.Minute)
		w.pass(62 * time.Second)
		require.Equal(t, 60, w.done["other"])
		require.Equal(t, time.Second, w.slowest["other"])
	})
}

// A quick endpoint that gets more than it takes does not have it parked: those
// that wait do not wait long.
func TestQuickEndpointWaitsHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.answers("ep", good(5*time.Millisecond))
		w.many(Call{Endpoint: "ep", Fresh: true}, 100, time.Second)
		w.pass(2 * time.Second)
		require.False(t, w.lanes.Crowded())
		w.many(Call{Endpoint: "ep", Fresh: true}, 4000, 0)
		synctest.Wait()
		require.True(t, w.lanes.Crowded(), "so no more of them need come")
		w.pass(2 * time.Second)
		require.False(t, w.lanes.Crowded())
		require.Equal(t, 4100, w.done["ep"])
		require.Zero(t, w.woken)
	})
}

// What came first is not overtaken for ever by what comes anew.
func TestParkedWebhooksDoNotStarve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.answers("ep", good(200*time.Millisecond))
		w.many(Call{Endpoint: "ep", InFlight: 10, Fresh: true}, 1000, 0)
		w.pass(time.Second)
		parked, aged := len(w.parked["ep"]), w.aged
		require.Greater(t, parked, 800)
		// Far more than the 50 a second that it takes, for as long as we look.
		w.many(Call{Endpoint: "ep", InFlight: 10, Fresh: true}, 60000, time.Minute)
		w.pass(time.Minute)
		require.GreaterOrEqual(t, float64(w.done["ep"]), 0.95*50*60)
		require.GreaterOrEqual(t, float64(w.aged-aged), 0.45*50*60, "about half of the calls are for those that wait")
	})
}

// An endpoint without a seat gets the next one, whoever gives it back.
func TestLineForTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{Seats: 4})
		for i := range 20 {
			w.answers(endpoint(i), good(time.Second))
			w.many(Call{Endpoint: endpoint(i), Fresh: true}, 4, 0)
		}
		w.pass(21 * time.Second)
		for i := range 20 {
			require.Equal(t, 4, w.done[endpoint(i)], i)
		}
	})
}
