package delivery

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestNextDue: due after the wait ±20 %, never after the deadline, always the
// same for the same attempt (W3).
func TestNextDue(t *testing.T) {
	waits := defaultWaits()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.String().Draw(t, "id")
		attempts := rapid.IntRange(1, len(waits)+2).Draw(t, "attempts")
		end := time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "end"))
		deadline := end.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "left")))
		due := nextDue(waits, id, attempts, end, deadline)
		require.Equal(t, due, nextDue(waits, id, attempts, end, deadline))
		if attempts > len(waits) {
			require.Equal(t, deadline, due)
			return
		}
		wait := waits[attempts-1]
		require.False(t, due.After(deadline))
		require.LessOrEqual(t, due.Sub(end), wait+wait/5+time.Millisecond)
		require.GreaterOrEqual(t, due.Sub(end), min(wait-wait/5, deadline.Sub(end)))
	})
}

// TestJitterSpreads: webhooks that failed together come back evenly spread,
// and not with the same share after every attempt.
func TestJitterSpreads(t *testing.T) {
	const jobs, tenths = 10_000, 10
	for attempts := range 9 {
		var share [tenths]int
		for i := range jobs {
			wait := jittered(100*time.Second, fmt.Sprintf("job%d", i), attempts)
			share[min(int((wait-80*time.Second)/(4*time.Second)), tenths-1)]++
		}
		for i, n := range share {
			require.InDelta(t, jobs/tenths, n, jobs/tenths/5, "attempt %d, tenth %d", attempts, i)
		}
	}
	require.NotEqual(t, jittered(time.Hour, "job", 1), jittered(time.Hour, "job", 2))
}
