package delivery

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/delivery/schedule"
)

// TestNextDue: due after the wait ±20 %, never after the deadline, always the
// same for the same attempt (W3).
func TestNextDue(t *testing.T) {
	s := schedule.Default()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.String().Draw(t, "id")
		attempts := rapid.IntRange(1, len(s.Waits)+2).Draw(t, "attempts")
		end := time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "end"))
		deadline := end.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "left")))
		due := nextDue(s, id, attempts, end, deadline, 0)
		require.Equal(t, due, nextDue(s, id, attempts, end, deadline, 0))
		if attempts > len(s.Waits) {
			require.Equal(t, deadline, due)
			return
		}
		wait := s.Waits[attempts-1]
		require.False(t, due.After(deadline))
		require.LessOrEqual(t, due.Sub(end), wait+wait/5+time.Millisecond)
		require.GreaterOrEqual(t, due.Sub(end), min(wait-wait/5, deadline.Sub(end)))
	})
}

// TestRetryAfter: what an answer asks for is kept, but never beyond the
// schedule's following step or the deadline, and it never brings an attempt
// forward (W5).
func TestRetryAfter(t *testing.T) {
	s := schedule.Default()
	rapid.Check(t, func(t *rapid.T) {
		attempts := rapid.IntRange(1, len(s.Waits)+2).Draw(t, "attempts")
		asked := time.Duration(rapid.Int64().Draw(t, "asked"))
		end := time.UnixMilli(1_800_000_000_000)
		deadline := end.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "left")))
		usual := nextDue(s, "j", attempts, end, deadline, 0)
		following := nextDue(s, "j", attempts+1, usual, deadline, 0)
		due := nextDue(s, "j", attempts, end, deadline, asked)
		require.False(t, due.Before(usual), "sooner than the schedule")
		require.False(t, due.After(following), "later than the following step")
		require.False(t, following.After(deadline))
		if due.Before(following) {
			require.False(t, due.Before(end.Add(asked)), "sooner than was asked for")
		}
		if asked <= 0 {
			require.Equal(t, usual, due)
		}
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
