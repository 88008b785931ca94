package tracking

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

var day1 = time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)

// step is one record of a random history, after a wait.
type step struct {
	wait  time.Duration
	reg   *schemas.Registration
	event *schemas.CarrierEvent
}

// histories draws records of one number: several tenants, lives, windows,
// every code, times ahead and behind, days without a zone, duplicates.
func histories(t *rapid.T) []step {
	model, err := theModel()
	require.NoError(t, err)
	codes := []string{"", "no.such"}
	for _, c := range model.Codes() {
		codes = append(codes, c.Name)
	}
	waits := []time.Duration{0, 0, time.Millisecond, time.Second, 3 * time.Second, 10 * time.Minute, 5 * time.Hour, 26 * time.Hour, 40 * day, 200 * day, 500 * day}
	now := day1
	var steps []step
	for range rapid.IntRange(1, 25).Draw(t, "records") {
		s := step{wait: rapid.SampledFrom(waits).Draw(t, "wait")}
		now = now.Add(s.wait)
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0, 1:
			s.reg = drawRegistration(t, now)
			drawAct(t, s.reg)
		case 2:
			s.event = drawKnown(t, steps)
		}
		if s.reg == nil && s.event == nil {
			s.event = drawEvent(t, now, rapid.SampledFrom(codes).Draw(t, "code"))
		}
		steps = append(steps, s)
	}
	return steps
}

func drawRegistration(t *rapid.T, now time.Time) *schemas.Registration {
	r := &schemas.Registration{
		Tenant: rapid.SampledFrom([]string{"acme", "globex"}).Draw(t, "tenant"), Carrier: "sim",
		TrackingNumber: "A2", WindowDays: rapid.IntRange(0, 30).Draw(t, "days"),
		Backfill:       rapid.SampledFrom(newSymbols().backfills).Draw(t, "backfill"),
		NewEpoch:       rapid.IntRange(0, 4).Draw(t, "new epoch") == 0,
		IdempotencyKey: rapid.SampledFrom([]string{"", "", "k1", "k2"}).Draw(t, "idempotency"),
		Metadata:       rapid.SampledFrom([]string{"", "m1", "m2"}).Draw(t, "metadata"),
	}
	due := now.Add(time.Duration(rapid.IntRange(-2, 8).Draw(t, "promise")) * day)
	switch rapid.IntRange(0, 2).Draw(t, "promise kind") {
	case 0:
		date := due.Format(dateLayout)
		r.PromisedDate = &date
		if rapid.Bool().Draw(t, "promise zone") {
			zone := rapid.SampledFrom([]string{"Europe/Paris", "-07:00"}).Draw(t, "zone")
			r.PromisedZone = &zone
		}
	case 1:
		r.PromisedAt = &due
	}
	return r
}

// drawAct makes one in three registrations an act by hand (R7), on whatever the
// tenant follows then.
func drawAct(t *rapid.T, r *schemas.Registration) {
	acts := []string{schemas.ActionStop, schemas.ActionClose, schemas.ActionCorrect, schemas.ActionAcknowledge}
	if rapid.IntRange(0, 2).Draw(t, "by hand") > 0 {
		return
	}
	*r = schemas.Registration{
		Tenant: r.Tenant, Carrier: r.Carrier, TrackingNumber: r.TrackingNumber, IdempotencyKey: r.IdempotencyKey,
		Backfill: schemas.BackfillNone, Action: rapid.SampledFrom(acts).Draw(t, "act"), Actor: "ann", Reason: "seen",
	}
	switch r.Action {
	case schemas.ActionCorrect:
		r.Status = rapid.SampledFrom([]string{"delivered.delivered", "IN_TRANSIT", "exc.damaged"}).Draw(t, "status")
	case schemas.ActionClose:
		r.Status = "failed.lost"
	}
}

func drawEvent(t *rapid.T, now time.Time, code string) *schemas.CarrierEvent {
	seconds := rapid.SampledFrom([]int{-400 * 86400, -90000, -3600, -60, -1, 0, 1, 300, 3600, 200000, 300 * 86400}).Draw(t, "distance")
	e := &schemas.CarrierEvent{
		Carrier: "sim", TrackingNumber: "A2", Code: code, RawCode: strings.ToUpper(code),
		OccurredAt: now.Add(time.Duration(seconds) * time.Second), OccurredPrecision: schemas.PrecisionSecond,
		OccurredConfidence: schemas.ConfidenceGiven, SourceKind: rapid.SampledFrom(newSymbols().sourceKinds[:4]).Draw(t, "source kind"),
		Source: rapid.SampledFrom([]string{"", "aggregator", "poller"}).Draw(t, "source"),
		Leg:    schemas.LegForward, Description: rapid.SampledFrom([]string{"", "x", "On its way"}).Draw(t, "text"),
	}
	switch rapid.IntRange(0, 5).Draw(t, "precision") {
	case 0:
		e.OccurredAt, e.OccurredPrecision = e.OccurredAt.Truncate(day), schemas.PrecisionDay
		e.OccurredLocal = e.OccurredAt.Format(dateLayout)
	case 1:
		e.OccurredAt, e.OccurredPrecision = e.OccurredAt.Truncate(time.Minute), schemas.PrecisionMinute
	}
	if rapid.IntRange(0, 3).Draw(t, "eta") == 0 {
		at := now.Add(time.Duration(rapid.IntRange(-100, 100).Draw(t, "eta hours")) * time.Hour)
		e.ETAAt = &at
	}
	return e
}

// drawKnown sends an earlier event again: as it was, in other words, as another
// source tells it, or withdrawn.
func drawKnown(t *rapid.T, steps []step) *schemas.CarrierEvent {
	known := slices.DeleteFunc(slices.Clone(steps), func(s step) bool { return s.event == nil })
	if len(known) == 0 {
		return nil
	}
	e := *rapid.SampledFrom(known).Draw(t, "known").event
	switch rapid.IntRange(0, 5).Draw(t, "how") {
	case 5:
		e.Retracted = true
	case 4:
		e.Source, e.RawCode = rapid.SampledFrom([]string{"aggregator", "poller", "file"}).Draw(t, "another source"), "told by another"
	case 0:
		e.SignedBy = "Kim"
	case 1:
		e.Code = "exc.damaged"
	case 2:
		e.Code = "delivered.signed"
	}
	return &e
}

// play runs a history on a new world and then lets ten years pass.
func play(t tester, steps []step, change func(*world)) outputs {
	w := newWorld(t, func(c *Config) { c.History = 5 })
	for _, tenant := range []string{"acme", "globex"} {
		w.endpoint(&schemas.WebhookEndpoint{EndpointID: tenant + "-all", Tenant: tenant, History: true})
		w.endpoint(&schemas.WebhookEndpoint{EndpointID: tenant + "-some", Tenant: tenant, Types: []string{schemas.TypeMilestone, schemas.TypeDelayed}})
	}
	if change != nil {
		change(w)
	}
	var out outputs
	now := day1
	for _, s := range steps {
		now = now.Add(s.wait)
		if s.reg != nil {
			out = out.and(w.register(now, s.reg))
		} else {
			out = out.and(w.event(now, s.event))
		}
	}
	out = out.and(w.advance(now.Add(4000 * day)))
	require.Empty(t, w.wake, "everything is forgotten in the end")
	return out
}

// Every raw event gets exactly one final decision, once time has run.
func TestEveryEventIsDecidedOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := histories(rt)
		out := play(rt, steps, nil)
		last := map[int64]schemas.Decision{}
		for _, d := range out.decisions {
			was := last[d.SourceOffset]
			require.Equal(rt, was.Version+1, d.Version, "versions count from 1")
			require.False(rt, isFinal(was.Decision), "%s after the final %s of %s", d.Decision, was.Decision, d.EventID)
			require.NotEmpty(rt, d.Reason)
			require.NotEmpty(rt, d.Rule)
			last[d.SourceOffset] = d
		}
		events := 0
		for _, s := range steps {
			if s.event != nil {
				require.True(rt, isFinal(last[int64(events)].Decision), "event %d ended as %q", events, last[int64(events)].Decision)
				events++
			}
		}
		require.Len(rt, last, events)
	})
}

func isFinal(decision string) bool { return decision != "" && !strings.HasPrefix(decision, "held:") }

// Sequences have no gaps, ids are unique, revisions only grow, and a shipment's
// last form says that it is closed.
func TestNumbersOfOutputs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		out := play(rt, histories(rt), nil)
		const forgottenAfter = 700 * day // then nothing is known of the number (D9), and the id may come again
		sequences, latest, ids := map[string]int64{}, map[string]time.Time{}, map[string]bool{}
		for _, j := range out.jobs {
			feed := j.RegistrationID + " " + j.EndpointID
			if j.Sequence == 1 && j.CreatedAt.Sub(latest[feed]) > forgottenAfter {
				sequences[feed] = 0
			}
			latest[feed] = j.CreatedAt
			sequences[feed]++
			require.Equal(rt, sequences[feed], j.Sequence, "of %s", feed)
			require.False(rt, ids[j.JobID], "the webhook %s is made twice", j.JobID)
			ids[j.JobID] = true
			require.Contains(rt, j.Types, j.Type)
			require.Less(rt, len(j.Body), body.Max)
		}
		last := map[time.Time]schemas.Shipment{}
		for _, row := range out.shipments {
			require.Greater(rt, row.Revision, last[row.Epoch].Revision)
			last[row.Epoch] = row
		}
		for epoch, row := range last {
			require.True(rt, row.Closed, "the shipment of %s", epoch)
		}
		versions := map[string]int64{}
		for _, e := range out.events {
			if e.Revision == 0 { // an act on what nobody follows, refused
				require.True(rt, e.Epoch.Equal(time.UnixMilli(0)))
				continue
			}
			require.Contains(rt, last, e.Epoch, "an event of a shipment that was never written")
			require.LessOrEqual(rt, e.Revision, last[e.Epoch].Revision)
			require.LessOrEqual(rt, versions[e.EventID], e.Revision)
			versions[e.EventID] = e.Revision
		}
		units := map[string]time.Time{}
		for _, u := range out.usage {
			before, charged := units[u.RegistrationID]
			require.False(rt, charged && u.UsedAt.Sub(before) < forgottenAfter, "the registration %s is charged twice", u.RegistrationID)
			units[u.RegistrationID] = u.UsedAt
		}
	})
}

// The same log gives the same output: again, with timers that fire late and all
// at once, and with state that never went through its bytes (E8), whatever the
// baselines are (E14).
func TestSameLogSameOutput(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps, table := histories(rt), drawBaselines(rt)
		want := play(rt, steps, func(w *world) { w.baseline(table) })
		for name, change := range map[string]func(*world){
			"again":     func(*world) {},
			"jumping":   func(w *world) { w.jump = true },
			"in memory": func(w *world) { w.live = map[string]any{} },
		} {
			got := play(rt, steps, func(w *world) {
				w.baseline(table)
				change(w)
			})
			if name == "jumping" { // calls end elsewhere, so fewer rows of shipments
				require.Equal(rt, lastRows(want.shipments), lastRows(got.shipments), name)
				got.shipments = want.shipments
			}
			require.Equal(rt, want, got, name)
		}
	})
}

func lastRows(rows []schemas.Shipment) map[time.Time]schemas.Shipment {
	last := map[time.Time]schemas.Shipment{}
	for _, row := range rows {
		last[row.Epoch] = row
	}
	return last
}

// A history sent twice over is the history: duplicates change nothing.
func TestDuplicatesChangeNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := slices.DeleteFunc(histories(rt), func(s step) bool { return s.wait >= 40*day })
		var doubled []step
		for _, s := range steps {
			doubled = append(doubled, s)
			if s.event != nil && rapid.Bool().Draw(rt, "twice") {
				doubled = append(doubled, step{event: s.event})
			}
		}
		want := play(rt, steps, nil)
		got := play(rt, doubled, nil)
		got.decisions, want.decisions = nil, nil
		require.Equal(rt, want, got)
	})
}

// Events that arrive in any order within the hold give the same history, the
// same present and the same webhooks (O1, O2).
func TestAnyOrderWithinTheHold(t *testing.T) {
	model, err := theModel()
	require.NoError(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		var steps []step
		for i := range rapid.IntRange(1, 12).Draw(rt, "events") {
			code := rapid.SampledFrom(model.Codes()).Draw(rt, "code").Name
			received := day1.Add(2 * time.Hour)
			steps = append(steps, step{event: &schemas.CarrierEvent{
				Carrier: "sim", TrackingNumber: "A2", Code: code, RawCode: code, Source: "s", ReceivedAt: &received,
				OccurredAt: day1.Add(time.Duration(i) * time.Minute),
			}})
		}
		shuffled := rapid.Permutation(steps).Draw(rt, "order")
		want, got := playWithinHold(rt, steps), playWithinHold(rt, shuffled)
		require.Equal(rt, want, got)
	})
}

// playWithinHold gives what came out but for when it came in.
func playWithinHold(t tester, steps []step) string {
	w := newWorld(t, nil)
	w.endpoint(&schemas.WebhookEndpoint{EndpointID: "hook", Tenant: "acme"})
	out := w.register(day1, &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2"})
	for i, s := range steps {
		out = out.and(w.event(day1.Add(3*time.Hour+time.Duration(i)*100*time.Millisecond), s.event))
	}
	out = out.and(w.advance(day1.Add(4 * time.Hour)))
	var text strings.Builder
	for _, e := range out.events {
		fmt.Fprintln(&text, e.Type, e.EventID, e.Revision, e.Code, e.Decision, e.PreviousStatus)
	}
	for _, j := range out.jobs {
		fmt.Fprintln(&text, j.Sequence, j.Types, j.Cause)
	}
	row := out.shipments[len(out.shipments)-1]
	fmt.Fprintln(&text, row.Revision, row.Status, row.Code, row.PresentEventID, row.ClockStart, row.ClockStop, row.DeliveredAt, row.Attempts, row.Events, row.ExceptionEpisodes)
	return text.String()
}
