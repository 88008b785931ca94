package sink

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/bench/rig"
	"waybill/bench/webhooks"
)

// A short turn, with real processes: every event that is looked for is seen,
// later than it was sent.
func TestVisible(t *testing.T) {
	b := smallBench(t)
	d, err := visible(t.Context(), b.common, &webhooks.Parcels{Codecs: b.load.codecs, Count: 200})
	require.NoError(t, err)
	require.Positive(t, d.p50)
	require.Positive(t, d.look)
	require.GreaterOrEqual(t, d.p99, d.p50)
}

// Events are looked for once they are due, and the first are not counted.
func TestWatch(t *testing.T) {
	w := newWatch(&scene{}, 200)
	require.Len(t, w.due(0), 1)
	require.Len(t, w.due(100*time.Millisecond), 6, "0, 20, 40, 60, 80, 100")
	sent := make([]time.Time, 200)
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	for i := range sent {
		sent[i] = at
	}
	for i := 0; i < 200; i += probeEvery {
		w.came[i] = at.Add(time.Duration(i) * time.Millisecond)
	}
	w.looks = []float64{3}
	d := w.delays(sent)
	require.Equal(t, delays{p50: 140, p99: 180, most: 180, look: 3}, d, "of 100, 120, 140, 160, 180")
	require.Contains(t, visibleSection(&rig.Options{Turns: 1, Partitions: 2}, []delays{d}).Terminal(), "at most 2000 ms; 180 ms: met")
}
