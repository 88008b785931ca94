package polling

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// Questions come by the rate, and nothing is saved up for a burst.
func TestPaceKeepsTheRate(t *testing.T) {
	p := newPace(Limits{Rate: 2, InFlight: 4})
	now := noon
	for range 100 {
		require.Zero(t, p.wait(now))
		p.take(now)
		require.Equal(t, 500*time.Millisecond, p.wait(now))
		now = now.Add(500 * time.Millisecond)
	}
	now = now.Add(time.Hour)
	p.take(now)
	require.Equal(t, 500*time.Millisecond, p.wait(now), "an hour of silence allows one")
}

// A share of an account is a share of all its limits, at least one question.
func TestPaceShares(t *testing.T) {
	limits := Limits{Rate: 4, PerDay: 10, InFlight: 4}
	p := newPace(limits)
	for _, c := range []struct {
		share    float64
		inFlight int
		quota    int
		wait     time.Duration
	}{{1, 4, 10, 250 * time.Millisecond}, {0.5, 2, 5, 500 * time.Millisecond}, {0.01, 1, 1, 25 * time.Second}} {
		now := noon.Add(time.Hour)
		p.set(noon, limits, c.share)
		require.Equal(t, c.inFlight, p.inFlight())
		require.Equal(t, c.quota, p.quota())
		p.asked = 0
		p.take(now)
		p.asked = 0
		require.InDelta(t, c.wait, p.wait(now), float64(time.Millisecond))
	}
}

// A quota is used up until the next day of UTC.
func TestPaceKeepsTheQuota(t *testing.T) {
	p := newPace(Limits{Rate: 1000, PerDay: 250, InFlight: 1})
	now := noon
	for range 250 {
		require.Zero(t, p.wait(now))
		p.take(now)
		now = now.Add(time.Second)
	}
	midnight := time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)
	require.Equal(t, midnight.Sub(now), p.wait(now))
	require.Equal(t, time.Nanosecond, p.wait(midnight.Add(-1)))
	require.Zero(t, p.wait(midnight))
	p.take(midnight)
	require.Less(t, p.wait(midnight), time.Second)
}

// Each kind of trouble has its waits, which double; what the source asks for
// takes their place; what goes well ends them.
func TestPaceWaits(t *testing.T) {
	for _, c := range []struct {
		outcome Outcome
		asked   time.Duration
		waits   []time.Duration
	}{
		{OutcomeUnauthorized, 0, []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour}},
		{OutcomeRateLimited, 0, []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second}},
		{OutcomeRateLimited, 7 * time.Hour, []time.Duration{7 * time.Hour, 7 * time.Hour}},
		{OutcomeUnavailable, 0, []time.Duration{0, 0, time.Second, 2 * time.Second, 4 * time.Second}},
		{OutcomeUnavailable, time.Minute, []time.Duration{time.Minute, time.Minute}},
		{OutcomeUnreadable, 0, []time.Duration{0, 0, time.Second}},
		{OutcomeRefused, 0, []time.Duration{0, 0, 0, 0, 0, 0}},
		{OutcomeNotFound, 0, []time.Duration{0, 0, 0, 0, 0, 0}},
	} {
		p := newPace(Limits{Rate: 1e9, InFlight: 8})
		now := noon
		for i, want := range c.waits {
			p.note(now, c.outcome, c.asked)
			require.Equal(t, want, p.wait(now), "%s, time %d", c.outcome, i)
			require.Equal(t, want > 0, p.stopped() == 1)
			if want > 0 {
				require.Equal(t, 1, p.inFlight(), "one question finds out")
			}
			now = now.Add(want)
			require.Zero(t, p.wait(now))
		}
		p.note(now, OutcomeNoNews, 0)
		require.Zero(t, p.stopped())
		require.Equal(t, 8, p.inFlight())
	}
	p := newPace(Limits{Rate: 1e9, InFlight: 1})
	p.note(noon, OutcomeUnauthorized, 0)
	p.retry()
	require.Zero(t, p.wait(noon), "another key is tried at once")
	require.Equal(t, 1, p.stopped(), "and one question finds out")
	for range 100 {
		p.note(noon, OutcomeRateLimited, 0)
	}
	require.Equal(t, rateLimitedLongest, p.wait(noon))
}

// An answer that comes late does not shorten a wait.
func TestPaceKeepsTheLongerWait(t *testing.T) {
	p := newPace(Limits{Rate: 1e9, InFlight: 8})
	p.note(noon, OutcomeRateLimited, time.Hour)
	p.note(noon.Add(time.Second), OutcomeRateLimited, time.Second)
	require.Equal(t, time.Hour, p.wait(noon))
}

// Offsets are committed up to the first record in hand, whatever order they are
// done in.
func TestLedger(t *testing.T) {
	require.Zero(t, (&ledger{}).committable())
	rapid.Check(t, func(rt *rapid.T) {
		var l ledger
		open := map[int64]bool{}
		next := rapid.Int64Range(0, 1000).Draw(rt, "start")
		read := int64(0)
		for range rapid.IntRange(1, 300).Draw(rt, "steps") {
			if rapid.Bool().Draw(rt, "read") {
				next += rapid.SampledFrom([]int64{0, 0, 0, 1, 63, 200}).Draw(rt, "gap")
				l.add(next)
				open[next] = true
				next++
				read = next
			} else if len(open) > 0 {
				var all []int64
				for offset := range open {
					all = append(all, offset)
				}
				offset := rapid.SampledFrom(sorted(all)).Draw(rt, "done")
				l.done(offset)
				delete(open, offset)
				l.done(offset - 5000) // of before it was read
			}
			want := read
			for offset := range open {
				want = min(want, offset)
			}
			require.Equal(rt, want, l.committable())
		}
	})
}
