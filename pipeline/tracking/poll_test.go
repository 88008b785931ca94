package tracking

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas"
)

// Parcels that were registered in one second are asked about at times of their
// own, at first and ever after (D8).
func TestPollsMakeNoPeak(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Polls = true })
	const parcels = 3000
	perMinute := map[time.Time]int{}
	for i := range parcels {
		key := w.job.rules.newTestTurn(fmt.Sprintf("asked:%08d", i))
		polled := day1.UnixMilli()
		s := &shipment{epoch: polled, revision: 1, registrations: []registration{{state: stateActive, registered: polled, expires: never}}}
		s.present.code = key.registered.Name
		key.state.shipments = []*shipment{s}
		for range 5 {
			due := key.pollDue(s)
			perMinute[utc(due).Truncate(time.Minute)]++
			s.asking.polled = due
		}
	}
	for minute, polls := range perMinute {
		require.Less(t, polls, parcels/8, "polls in the minute of %s", minute)
	}
}

// newTestTurn makes a turn of a key without a state.
func (r *rules) newTestTurn(key string) *turn {
	t := &turn{rules: r, memory: &memory{}}
	t.reset(key, nil, nil)
	return t
}

// Whatever a parcel does, polls are made while somebody follows it and at no
// other time, with waits between a part of the shortest and the longest (D8).
func TestPollsKeepTheirBounds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, func(c *Config) { c.Polls, c.ReorderHold = true, 0 })
		days := rapid.IntRange(1, 30).Draw(rt, "days")
		out := w.register(day1, &schemas.Registration{Tenant: "acme", Carrier: "asked", TrackingNumber: "A2", WindowDays: days})
		end, ended := day1.Add(time.Duration(days)*day), time.Time{}
		for range rapid.IntRange(0, 12).Draw(rt, "events") {
			at := w.now.Add(time.Duration(rapid.IntRange(1, 600).Draw(rt, "minutes")) * time.Minute)
			code := rapid.SampledFrom([]string{"pending.not_found", "transit.moving", "exc.address", "ofd.out", "delivered.delivered"}).Draw(rt, "code")
			out = out.and(w.event(at, &schemas.CarrierEvent{
				Carrier: "asked", TrackingNumber: "A2", Code: code, RawCode: code, OccurredAt: at, Source: "poller", SourceKind: schemas.SourcePoll,
			}))
			if code == "delivered.delivered" && at.Before(end) {
				ended = at
				break
			}
		}
		out = out.and(w.advance(end.Add(40 * day)))
		last := day1
		for i, p := range out.polls {
			require.True(rt, p.DueAt.Before(end), "a poll at %s, after the window", p.DueAt)
			require.Equal(rt, p.DueAt.After(ended) && !ended.IsZero(), p.Reason == schemas.PollTerminal, "%s at %s", p.Reason, p.DueAt)
			wait := p.DueAt.Sub(last)
			if i > 0 && p.Reason != schemas.PollTerminal {
				require.GreaterOrEqual(rt, wait, 13*time.Minute)
			}
			require.LessOrEqual(rt, wait, 24*time.Hour)
			if p.Reason == schemas.PollInterval && i > 0 && out.polls[i-1].Reason != schemas.PollNotFound {
				require.LessOrEqual(rt, wait, 6*time.Hour)
			}
			last = p.DueAt
		}
		require.NotEmpty(rt, out.polls)
	})
}
