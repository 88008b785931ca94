package tracking

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// The newest withdrawn events stay withdrawn whoever tells of them; the others
// only for those who told of them.
func TestWithdrawnForEverySource(t *testing.T) {
	w := newWorld(t, nil)
	w.register(day1, &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2"})
	now := day1
	tell := func(n int, source, raw string, retracted bool) string {
		now = now.Add(time.Minute)
		out := w.event(now, &schemas.CarrierEvent{
			Carrier: "sim", TrackingNumber: "A2", Code: "transit.moving", RawCode: raw, Source: source,
			OccurredAt: day1.Add(-time.Duration(n) * time.Hour), Retracted: retracted,
		})
		out = out.and(w.advance(now.Add(10 * time.Second)))
		now = w.now
		last := out.decisions[len(out.decisions)-1]
		return last.Decision + " " + last.Rule
	}
	for n := range maxWithdrawn + 1 {
		raw := fmt.Sprint("RAW-", n)
		tell(n, "sim-push", raw, false)
		require.Equal(t, "accepted O8", tell(n, "sim-push", raw, true))
	}
	for n := 1; n <= maxWithdrawn; n++ {
		require.Equal(t, "duplicate O8", tell(n, "sim-hub", fmt.Sprint("H-", n), false), n)
		require.Equal(t, "duplicate O8", tell(n, "sim-hub", fmt.Sprint("H-", n), false), "again")
	}
	require.Equal(t, "duplicate O8", tell(0, "sim-push", "RAW-0", false), "by its identity")
	require.NotContains(t, tell(0, "sim-hub", "H-0", false), "O8")
}
