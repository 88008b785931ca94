package tracking

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas"
)

// A million parcels that were registered within a minute are asked about every two
// hours without a peak, whatever began at the same time: after the first quarter
// of an hour no minute has much more than its share. Nor has one after an outage
// of an hour, in which each parcel's polls were put off (D8).
func TestAMillionPollsMakeNoPeak(t *testing.T) {
	parcels := 1_000_000
	if testing.Short() {
		parcels = 100_000
	}
	const first, outage, settled, minutes = 15, 6 * 60, 9 * 60, 15 * 60
	w := newWorld(t, func(c *Config) { c.Polls = true })
	key := w.job.rules.newTestTurn("")
	s := &shipment{revision: 1, registrations: []registration{{state: stateActive, expires: never}}}
	s.present.code = key.registered.Name
	key.state.shipments = []*shipment{s}
	perMinute := make([]int, minutes)
	began := day1.UnixMilli()
	end := began + minutes*time.Minute.Milliseconds()
	for i := range parcels {
		key.key = fmt.Sprintf("royal-mail:AB%09dGB", i)
		s.epoch = began + int64(i)%time.Minute.Milliseconds()
		s.registrations[0].registered, s.heard, s.asking.polled = s.epoch, s.epoch, 0
		for due, _ := key.nextPoll(s); due < end; due, _ = key.nextPoll(s) {
			minute := (due - began) / time.Minute.Milliseconds()
			if minute >= outage && minute < outage+60 { // nothing runs for an hour, then everything at once
				due, minute = began+(outage+60)*time.Minute.Milliseconds(), outage+60
			}
			perMinute[minute]++
			s.asking.polled, s.heard = due, due // its answer is news
		}
	}
	require.LessOrEqual(t, slices.Max(perMinute[:first+1]), parcels/first*11/10, "the first are spread over a quarter of an hour")
	share := func(from, until int) float64 {
		sum := 0
		for _, polls := range perMinute[from:until] {
			sum += polls
		}
		mean := float64(sum) / float64(until-from)
		require.InDelta(t, float64(parcels)/120, mean, float64(parcels)/120*0.01, "every two hours")
		return float64(slices.Max(perMinute[from:until])) / mean
	}
	before, after := share(4*60, outage), share(settled, minutes)
	t.Logf("%d parcels: highest minute %.3f of the mean, %.3f after the outage", parcels, before, after)
	require.Less(t, before, 1.1)
	require.Less(t, after, 1.1)
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

// having is who has an account, for any carrier.
type having map[string]bool

func (h having) Has(tenant, _ string) bool { return h[tenant] }

// A poll uses the account of the first follower who names one and has one, else of
// who has one. Where it is not known who has one, naming is all that counts (D8).
func TestWhoPaysForPolls(t *testing.T) {
	for name, c := range map[string]struct {
		has  Accounts
		want string
	}{
		"not known":            {nil, "globex/main"},
		"all have one":         {having{"acme": true, "globex": true, "initech": true}, "globex/main"},
		"who names has none":   {having{"initech": true}, "initech/"},
		"who came first has":   {having{"acme": true, "initech": true}, "acme/"},
		"nobody has one":       {having{}, "globex/main"},
		"only who names has":   {having{"globex": true}, "globex/main"},
		"nobody that follows":  {having{"hooli": true}, "globex/main"},
		"who names, and later": {having{"globex": true, "initech": true}, "globex/main"},
	} {
		w := newWorld(t, func(cfg *Config) { cfg.Polls, cfg.Accounts = true, c.has })
		for i, tenant := range []string{"acme", "globex", "initech"} {
			account := ""
			if tenant == "globex" {
				account = "main"
			}
			w.register(day1.Add(time.Duration(i)*time.Millisecond), &schemas.Registration{
				Tenant: tenant, Carrier: "asked", TrackingNumber: "A2", WindowDays: 30, CarrierAccount: account,
			})
		}
		polls := w.advance(day1.Add(time.Hour)).polls
		require.NotEmpty(t, polls, name)
		require.Equal(t, c.want, polls[0].Tenant+"/"+polls[0].CarrierAccount, name)
	}
}
