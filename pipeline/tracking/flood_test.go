package tracking

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// A day's flood is counted to the event, also where counting began in the midst
// of the day or events have left the history; what came on other days is none of
// it.
func TestFlood(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.ReorderHold, c.Flood, c.History = 0, 150, 110 })
	w.live = map[string]any{}
	w.register(day1, &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2"})
	taken := func(from time.Time, events int) (taken int) {
		for i := range events {
			at := from.Add(time.Duration(i) * time.Second)
			e := &schemas.CarrierEvent{Carrier: "sim", TrackingNumber: "A2", Code: "transit.moving", RawCode: fmt.Sprint(i), OccurredAt: at}
			decision := w.event(at, e).decisions[0].Decision
			if decision != schemas.DecisionFlooded {
				taken++
			}
			if i%10 == 0 && decision != schemas.DecisionFlooded { // known already: does not count
				require.Equal(t, schemas.DecisionDuplicate, w.event(at, e).decisions[0].Decision)
			}
		}
		return taken
	}
	midnight := day1.Truncate(day).Add(day)
	require.Equal(t, 60, taken(midnight.Add(-time.Hour), 60))
	require.Equal(t, 150, taken(midnight, 400))
	require.Equal(t, 150, taken(midnight.Add(day), 151))

	// The count goes through the state's bytes.
	data, err := w.job.EncodeState(nil, w.live["sim:A2"])
	require.NoError(t, err)
	state, err := w.job.DecodeState(data)
	require.NoError(t, err)
	require.Equal(t, flood{day: dayNumber(midnight.Add(day).UnixMilli()), count: 151}, state.(*State).newest().flood)
}
