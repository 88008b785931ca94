package endpoints

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas"
)

// sight is a signal about an endpoint's health.
type sight struct {
	failure
	succeeded bool
}

func sights() *rapid.Generator[[]sight] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sight {
		at := rapid.IntRange(-5, 60).Draw(t, "at")
		return sight{
			failure: failure{
				JobID: fmt.Sprint(rapid.IntRange(1, 8).Draw(t, "job")), Attempt: rapid.IntRange(1, 2).Draw(t, "attempt"),
				ObservedAt: dawn.Add(time.Duration(at) * 500 * time.Millisecond),
			},
			succeeded: rapid.IntRange(1, 8).Draw(t, "what") == 1,
		}
	}), 0, 40)
}

var dawn = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)

func folded(all []sight) *health {
	h := &health{begun: dawn}
	for _, s := range all {
		if s.succeeded {
			h.succeed(s.ObservedAt)
		} else {
			h.fail(s.failure)
		}
	}
	return h
}

// wholly is the health as the rule has it, from all signals at once.
func wholly(all []sight) *health {
	h := &health{begun: dawn}
	for _, s := range all {
		if s.succeeded && s.ObservedAt.After(dawn) && s.ObservedAt.After(h.answered) {
			h.answered = s.ObservedAt
		}
	}
	latest := map[string]failure{}
	for _, s := range all {
		if s.succeeded || !h.counts(s.ObservedAt) {
			continue
		}
		if h.since.IsZero() || s.ObservedAt.Before(h.since) {
			h.since = s.ObservedAt
		}
		id := fmt.Sprint(s.JobID, "/", s.Attempt)
		if was, ok := latest[id]; !ok || was.compare(s.failure) < 0 {
			latest[id] = s.failure
		}
	}
	for _, f := range latest {
		h.failed = append(h.failed, f)
	}
	slices.SortFunc(h.failed, failure.compare)
	h.failed = h.failed[max(0, len(h.failed)-failingAfter):]
	return h
}

// W8: the order of signals and their repetition make no difference; only the
// beginning of the failures may be taken to be later than it was, when a
// success is heard of late, and never earlier.
func TestHealthIsOfAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := sights().Draw(t, "signals")
		want := wholly(all)
		again := append(slices.Clone(all), rapid.SliceOf(rapid.SampledFrom(append(all, sight{}))).Draw(t, "repeats")...)
		got := folded(rapid.Permutation(again).Draw(t, "order"))
		require.Equal(t, want.answered, got.answered)
		require.True(t, slices.Equal(want.failed, got.failed), "%v, not %v", got.failed, want.failed)
		require.False(t, got.since.Before(want.since))
		if len(got.failed) > 0 {
			require.False(t, got.since.After(got.failed[0].ObservedAt))
		} else {
			require.Zero(t, got.since)
		}

		// Heard of in the order of time, the beginning is exact.
		slices.SortStableFunc(again, func(a, b sight) int { return a.ObservedAt.Compare(b.ObservedAt) })
		require.Equal(t, want.since, folded(again).since)
	})
}

// A signal that tells nothing new writes nothing: no endpoint and no state.
func TestRepeatsWriteNothing(t *testing.T) {
	j := newTestJob(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(j)
		w.now = dawn
		w.send(t, &schemas.EndpointCommand{
			CommandID: "c", Tenant: "shop", EndpointID: "ep1", Kind: schemas.CommandCreate, URL: "https://shop.example",
			Secret: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", Order: schemas.OrderShipment, SkipTest: true,
		})
		w.now = dawn.Add(time.Hour)
		all := sights().Draw(t, "signals")
		slices.SortStableFunc(all, func(a, b sight) int { return a.ObservedAt.Compare(b.ObservedAt) })
		for _, s := range all {
			w.observe(t, s)
		}
		for _, s := range rapid.Permutation(all).Draw(t, "repeats") {
			before := w.state["shop"]
			require.Empty(t, w.observe(t, s), "%v", s)
			require.Equal(t, before, w.state["shop"])
		}
	})
}

// A flood of signals writes few rows: of an endpoint that is dead, and of one
// that takes every fifth call, whose successes delivery tells of while there are
// failures to forget.
func TestFloodsWriteLittle(t *testing.T) {
	for name, flaps := range map[string]int{"dead": 0, "flapping": 5} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(newTestJob(t))
			w.now = dawn
			w.input(t, schemas.TopicEndpointCommands, `{"command_id": "c", "kind": "create", "endpoint_id": "ep1", "skip_test": true}`)
			w.printed()
			rows := 0
			for i := range 10_000 { // in ten seconds
				w.now = w.now.Add(time.Millisecond)
				s := sight{failure: failure{JobID: fmt.Sprint(i), Attempt: 1, ObservedAt: w.now}, succeeded: flaps > 0 && i%flaps == 0}
				if s.succeeded && w.row(t, w.public["ep1"]).FailingSince == nil {
					continue
				}
				rows += strings.Count(w.observe(t, s), ": rev ")
			}
			require.GreaterOrEqual(t, rows, failingAfter)
			require.LessOrEqual(t, rows, 10*(failingAfter+1), "a success forgets them at most once in a second")
		})
	}
}

func (w *world) send(t require.TestingT, v *schemas.EndpointCommand) {
	value, err := w.job.cfg.Codecs.EndpointCommand.Encode(v)
	require.NoError(t, err)
	w.record(t, schemas.TopicEndpointCommands, value)
}

// observe sends a signal about ep1 and gives what came of it.
func (w *world) observe(t require.TestingT, s sight) string {
	kind := schemas.SignalFailed
	if s.succeeded {
		kind = schemas.SignalSucceeded
	}
	value, err := w.job.cfg.Codecs.EndpointSignal.Encode(&schemas.EndpointSignal{
		Tenant: "shop", EndpointID: "ep1", Kind: kind, JobID: s.JobID, Attempt: s.Attempt, ObservedAt: s.ObservedAt,
	})
	require.NoError(t, err)
	w.printed()
	w.record(t, schemas.TopicEndpointSignals, value)
	return w.printed()
}
