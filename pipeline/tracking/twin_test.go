package tracking

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas"
	"waybill/schemas/status"
)

// Several sources tell of the same scans. Within the hold nothing depends on
// which of them comes first (I3, O1).
func TestAnyOrderOfSourcesWithinTheHold(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		told := drawTellings(rt)
		other := rapid.Permutation(told).Draw(rt, "order")
		want, wantRow := playTellings(rt, told, 30*time.Millisecond)
		got, gotRow := playTellings(rt, other, 30*time.Millisecond)
		require.Equal(rt, linesOf(want), linesOf(got))
		require.Equal(rt, wantRow, gotRow)
	})
}

// Long after the hold an event bears the id by which it was first told, and all
// else comes to the same.
func TestAnyOrderOfSources(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		told := drawTellings(rt)
		other := rapid.Permutation(told).Draw(rt, "order")
		want, wantRow := playTellings(rt, told, time.Minute)
		got, gotRow := playTellings(rt, other, time.Minute)
		require.Equal(rt, lastFacts(want), lastFacts(got))
		require.Equal(rt, wantRow, gotRow)
	})
}

// drawTellings draws scans of one parcel, each a minute or more after the one
// before, and what each of three sources tells of them.
func drawTellings(t *rapid.T) []*schemas.CarrierEvent {
	received := day1.Add(3 * time.Hour)
	var told []*schemas.CarrierEvent
	for i := range rapid.IntRange(1, 6).Draw(t, "scans") {
		code := drawCode(t)
		if code == status.CodeUnmapped || code == status.CodeNotFound {
			code = "transit.moving"
		}
		at := day1.Add(time.Duration(i)*time.Minute + time.Duration(rapid.IntRange(0, 59).Draw(t, "second"))*time.Second)
		for _, source := range []struct{ name, kind string }{
			{"carrier", schemas.SourceCarrierPush}, {"agg-a", schemas.SourceProviderPush}, {"agg-b", schemas.SourceProviderPush}, {"poller", schemas.SourcePoll},
		} {
			if !rapid.Bool().Draw(t, source.name+" tells") {
				continue
			}
			e := &schemas.CarrierEvent{
				Carrier: "sim", TrackingNumber: "A2", Code: code, RawCode: fmt.Sprint(source.name, i), ReceivedAt: &received,
				Source: source.name, SourceKind: source.kind, OccurredAt: at, OccurredPrecision: schemas.PrecisionSecond,
			}
			if rapid.Bool().Draw(t, "to the minute") {
				e.OccurredAt, e.OccurredPrecision = at.Truncate(time.Minute), schemas.PrecisionMinute
			}
			drawFacts(t, e)
			told = append(told, e)
		}
	}
	return told
}

func drawFacts(t *rapid.T, e *schemas.CarrierEvent) {
	if rapid.Bool().Draw(t, "words") {
		e.Description = "as " + e.Source + " says it"
	}
	if rapid.Bool().Draw(t, "place") {
		e.Location = &schemas.Location{City: "near " + e.Source}
	}
	if rapid.Bool().Draw(t, "signer") {
		e.SignedBy = "Kim of " + e.Source
	}
	if rapid.Bool().Draw(t, "zone") {
		e.OccurredZone = "Europe/Paris"
	}
}

// playTellings gives the events and the webhooks, and what the shipment came
// to.
func playTellings(t tester, told []*schemas.CarrierEvent, apart time.Duration) ([]schemas.TrackingEvent, string) {
	w := newWorld(t, nil)
	w.endpoint(&schemas.WebhookEndpoint{EndpointID: "hook", Tenant: "acme"})
	out := w.register(day1.Add(-time.Hour), &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2"})
	for i, e := range told {
		out = out.and(w.event(day1.Add(4*time.Hour+time.Duration(i)*apart), e))
	}
	out = out.and(w.advance(w.now.Add(time.Hour)))
	row := out.shipments[len(out.shipments)-1]
	text := fmt.Sprintln(row.Status, row.Code, row.StatusAt, row.ClockStart, row.ClockStop, row.DeliveredAt, row.Attempts, row.Events, row.FirstEventAt, row.LastEventAt, row.LastScanAt)
	for _, ep := range row.ExceptionEpisodes {
		if ep.ClosingEventID != ep.OpeningEventID {
			text += fmt.Sprintln("exception until", ep.ClosedAt, ep.ClosingCode)
		}
	}
	if apart < time.Second {
		for _, j := range out.jobs {
			text += fmt.Sprintln(j.Sequence, j.Types, j.Cause, j.Revision)
		}
	}
	var events []schemas.TrackingEvent
	for _, e := range out.events {
		if e.Type == schemas.TypeEvent {
			events = append(events, e)
		}
	}
	return events, text
}

// lastFacts gives what is said last of each event, but for its id and how it
// came in.
func lastFacts(events []schemas.TrackingEvent) []string {
	last := map[string]schemas.TrackingEvent{}
	for _, e := range events {
		e.Revision, e.Decision, e.PreviousStatus = 0, "", ""
		last[e.EventID] = e
	}
	var rows []schemas.TrackingEvent
	for _, e := range last {
		e.EventID = ""
		rows = append(rows, e)
	}
	lines := linesOf(rows)
	slices.Sort(lines)
	return lines
}

func linesOf(events []schemas.TrackingEvent) []string {
	lines := make([]string, len(events))
	for i, e := range events {
		lines[i] = fmt.Sprint(e.EventID, e.Revision, e.Decision, e.PreviousStatus, e.OccurredAt, e.OccurredPrecision, e.OccurredZone, e.Code,
			e.RawCode, e.Description, e.Location, e.SignedBy, e.Source, e.SourceKind, e.AlsoFrom, e.ReceivedAt)
	}
	return lines
}

// As many sources are named as there is room for. What further ones say changes
// nothing and is known when they say it again.
func TestMoreSourcesThanAreNamed(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.ReorderHold = 0 })
	w.register(day1, &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2"})
	tell := func(n int) outputs {
		return w.event(w.now.Add(time.Minute), &schemas.CarrierEvent{
			Carrier: "sim", TrackingNumber: "A2", Code: "transit.moving", RawCode: fmt.Sprint("R", n), OccurredAt: day1.Add(time.Minute),
			Source: fmt.Sprint("source", n), SourceKind: schemas.SourcePoll, SignedBy: fmt.Sprint("Kim", n),
		})
	}
	for n := range maxSources {
		require.Len(t, tell(9-n).events, 1)
	}
	for n := range 2 { // of higher names
		require.Equal(t, schemas.DecisionDuplicate, tell(n).decisions[0].Decision)
		again := tell(n)
		require.Equal(t, []string{schemas.DecisionDuplicate, "I5"}, []string{again.decisions[0].Decision, again.decisions[0].Rule})
		require.Empty(t, again.events)
	}
}

// Times of two sources are equal at the coarser precision, as instants where
// both have zones, else as the clocks said (I3).
func TestSameTime(t *testing.T) {
	w := newWorld(t, nil)
	at := func(occurred, local, zone, precision, confidence string) *event {
		instant, err := time.Parse(localLayout, occurred)
		require.NoError(t, err)
		return &event{
			occurred: instant.UnixMilli(), local: newLocalTime(local, instant.UnixMilli()),
			zone: zone, precision: precision, confidence: confidence,
		}
	}
	const second, minute, date, given, assumed = schemas.PrecisionSecond, schemas.PrecisionMinute, schemas.PrecisionDay, schemas.ConfidenceGiven, schemas.ConfidenceAssumedUTC
	paris := at("2026-05-04T08:30:15", "2026-05-04T10:30:15", "Europe/Paris", second, given)
	for name, c := range map[string]struct {
		other *event
		same  bool
	}{
		"the instant":                  {at("2026-05-04T08:30:15", "", "", second, given), true},
		"a second later":               {at("2026-05-04T08:30:16", "", "", second, given), false},
		"its minute":                   {at("2026-05-04T08:30:00", "", "", minute, given), true},
		"the next minute":              {at("2026-05-04T08:31:00", "", "", minute, given), false},
		"another zone":                 {at("2026-05-04T08:30:15", "2026-05-04T09:30:15", "Europe/London", second, given), true},
		"the clock, no zone":           {at("2026-05-04T10:30:15", "2026-05-04T10:30:15", "", second, assumed), true},
		"the instant as a clock":       {at("2026-05-04T08:30:15", "2026-05-04T08:30:15", "", second, assumed), false},
		"the clock without a text":     {at("2026-05-04T10:30:00", "", "", minute, assumed), true},
		"the day":                      {at("2026-05-04T00:00:00", "2026-05-04", "", date, assumed), true},
		"the day, no text":             {at("2026-05-04T00:00:00", "", "", date, assumed), true},
		"the day, with a zone":         {at("2026-05-03T22:00:00", "2026-05-04", "Europe/Paris", date, given), true},
		"the day before":               {at("2026-05-03T00:00:00", "2026-05-03", "", date, assumed), false},
		"a clock text nobody can read": {at("2026-05-04T10:30:15", "about noon", "", second, assumed), true},
	} {
		require.Equal(t, c.same, w.job.rules.sameTime(paris, c.other), name)
		require.Equal(t, c.same, w.job.rules.sameTime(c.other, paris), name)
	}
}
