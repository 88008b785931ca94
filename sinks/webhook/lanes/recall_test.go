//go:build !race

package lanes

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Each question has all workers look for those that sleep, so a lane asks for as
// many as it has room for, and again once half of them have come or a second has
// passed. Calls that come all the same, because another of their shipment has
// ended, are none of those that it asked for.
func TestQuestionsAreFew(t *testing.T) {
	for name, c := range map[string]Call{
		"room for hundreds":                         {Endpoint: "ep", InFlight: 10},
		"room for more than is asked for at a time": {Endpoint: "ep", InFlight: 200},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{})
				w.answers("ep", good(5*time.Millisecond))
				fresh, follows := c, c
				fresh.Fresh, follows.Follows = true, true
				w.many(fresh, 1000, 0)
				w.pass(time.Second)
				require.NotEmpty(t, w.lanes.Stats().TurnedAway[Limit])
				require.Equal(t, 1000, w.done["ep"])
				asked := w.lanes.Stats().Asked
				w.many(follows, 5000, 5*time.Second)
				w.pass(10 * time.Second)
				require.Equal(t, 6000, w.done["ep"])
				require.LessOrEqual(t, w.lanes.Stats().Asked-asked, uint64(5))
			})
		})
	}
}
