package tracking

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"waybill/schemas"
)

// aHistory is what happens to one number: what comes onto the log, and when.
type aHistory struct {
	hold      time.Duration
	endpoints []schemas.WebhookEndpoint
	steps     []aStep
}

// aStep is one record: a registration or a carrier's event.
type aStep struct {
	at    time.Time
	reg   *schemas.Registration
	event *schemas.CarrierEvent
}

func (s aStep) String() string {
	if s.reg != nil {
		return fmt.Sprintf("%s register %s %s days=%d key=%s promised=%s", s.at.Format(time.DateTime), s.reg.Tenant, s.reg.Backfill, s.reg.WindowDays,
			s.reg.IdempotencyKey, promiseOf(s.reg))
	}
	e := s.event
	return fmt.Sprintf("%s event %s occurred=%s %s%s raw=%s %s signed=%q place=%v eta=%v", s.at.Format(time.DateTime), e.Code,
		e.OccurredAt.Format(time.DateTime), e.OccurredPrecision, e.OccurredZone, e.RawCode, e.SourceKind, e.SignedBy, e.Location != nil,
		readMeasure("", e.ETAAt, e.ETADate, e.ETAZone))
}

// beginning of every history; a minute on both sides of it lies in one UTC day.
var beginning = time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)

// aHistories draws one; weights are on what is hard: ties, days, zones, times
// ahead, ends and what follows them, sources, revisions, windows that end.
func aHistories(t *rapid.T) aHistory {
	h := aHistory{
		hold: rapid.SampledFrom([]time.Duration{0, DefaultReorderHold, time.Minute}).Draw(t, "hold"),
		endpoints: []schemas.WebhookEndpoint{
			{EndpointID: "acme-all", Tenant: "acme"},
			{EndpointID: "acme-some", Tenant: "acme", Types: someOf(t, "types", specificFirst), Statuses: someOf(t, "statuses", drawnStatuses)},
			{EndpointID: "globex", Tenant: "globex"},
		},
	}
	for range rapid.IntRange(1, 3).Draw(t, "registrations") {
		h.steps = append(h.steps, registrations(t))
	}
	recodes := rapid.Bool().Draw(t, "recodes")
	for i := range rapid.IntRange(1, 8).Draw(t, "events") {
		h.steps = append(h.steps, tellings(t, i, recodes)...)
	}
	slices.SortStableFunc(h.steps, func(a, b aStep) int { return a.at.Compare(b.at) })
	if recodes { // no two events tie in everything: which goes first when codes change is nobody's promise
		for i := range h.steps {
			h.steps[i].at = h.steps[i].at.Add(time.Duration(i) * time.Millisecond)
		}
	}
	return h
}

var drawnStatuses = []string{"IN_TRANSIT", "delivered", "EXCEPTION", "OUT_FOR_DELIVERY", "expired", "pending"}

func someOf(t *rapid.T, label string, list []string) []string {
	var out []string
	for range rapid.IntRange(0, 3).Draw(t, label) {
		out = append(out, rapid.SampledFrom(list).Draw(t, label))
	}
	return out
}

// moments draws a time of the log: close together, at full hours, or far apart.
func moments(t *rapid.T) time.Time {
	minutes := rapid.SampledFrom([]int{0, 1, 60, 120, 600, 1440, 1500, 2880, 4000, 10080}).Draw(t, "arrival")
	return beginning.Add(time.Duration(minutes)*time.Minute + time.Duration(rapid.IntRange(0, 3).Draw(t, "seconds"))*time.Second)
}

func registrations(t *rapid.T) aStep {
	r := &schemas.Registration{
		Tenant: rapid.SampledFrom([]string{"acme", "acme", "globex"}).Draw(t, "tenant"), Carrier: "sim", TrackingNumber: "A2",
		WindowDays:     rapid.SampledFrom([]int{0, 1, 1, 2}).Draw(t, "days"),
		Backfill:       rapid.SampledFrom([]string{schemas.BackfillNone, schemas.BackfillNone, schemas.BackfillCurrent, schemas.BackfillAll}).Draw(t, "backfill"),
		IdempotencyKey: rapid.SampledFrom([]string{"", "", "k1", "k2"}).Draw(t, "key"),
	}
	switch at := moments(t).Truncate(time.Hour); rapid.IntRange(0, 3).Draw(t, "promise") {
	case 0:
		r.PromisedAt = &at
	case 1:
		day, zone := at.Format(time.DateOnly), "UTC"
		r.PromisedDate, r.PromisedZone = &day, &zone
	}
	if rapid.IntRange(0, 1).Draw(t, "first") == 0 {
		return aStep{at: beginning, reg: r}
	}
	return aStep{at: moments(t), reg: r}
}

// tellings draws an event and how often, in which words and by whom it is told.
func tellings(t *rapid.T, i int, recodes bool) []aStep {
	arrival := moments(t)
	first := anEvent(t, i, arrival)
	first.ReceivedAt = &arrival
	steps := []aStep{{at: arrival, event: first}}
	for n := range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "again") {
		again := *first
		at := later(arrival, moments(t))
		if rapid.Bool().Draw(t, "at once") {
			at = arrival
		}
		words(t, &again, n+1, recodes)
		steps = append(steps, aStep{at: at, event: &again})
	}
	return steps
}

func anEvent(t *rapid.T, i int, arrival time.Time) *schemas.CarrierEvent {
	kinds := []string{schemas.SourceCarrierPush, schemas.SourceCarrierPush, schemas.SourceProviderPush, schemas.SourcePoll, schemas.SourceFile}
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	e := &schemas.CarrierEvent{
		Carrier: "sim", TrackingNumber: "A2", Code: rapid.SampledFrom(drawnCodes).Draw(t, "code"), RawCode: fmt.Sprint("raw", i),
		Source: "sim", SourceKind: kind, OccurredPrecision: schemas.PrecisionSecond,
	}
	ago := rapid.SampledFrom([]int{0, 0, 1, 1, 30, 60, 60, 600, 1440, 3000, -5, -9, -10, -11, -600}).Draw(t, "minutes ago")
	e.OccurredAt = arrival.Truncate(time.Minute).Add(-time.Duration(ago) * time.Minute)
	switch rapid.IntRange(0, 7).Draw(t, "precision") {
	case 0:
		e.OccurredPrecision = schemas.PrecisionDay
		e.OccurredAt = e.OccurredAt.Truncate(day)
		e.OccurredLocal = e.OccurredAt.Format(time.DateOnly)
		if rapid.Bool().Draw(t, "zone") {
			e.OccurredZone = "UTC"
		}
	case 1:
		e.OccurredPrecision = schemas.PrecisionMinute
	case 2:
		e.RawCode, e.Description = "", fmt.Sprint("Words ", i)
	}
	switch at := arrival.Truncate(time.Hour).Add(time.Duration(rapid.IntRange(1, 60).Draw(t, "eta")) * time.Hour); rapid.IntRange(0, 6).Draw(t, "eta kind") {
	case 0:
		e.ETAAt = &at
	case 1:
		text, zone := at.Format(time.DateOnly), "UTC"
		e.ETADate, e.ETAZone = &text, &zone
	}
	return e
}

var drawnCodes = []string{
	"pending.registered", "info.received", "transit.picked_up", "transit.accepted", "transit.arrived_facility", "transit.customs_started",
	"transit.problem_resolved", "transit.info_update", "ofd.out", "ofd.out", "attempt.no_recipient", "collect.ready", "exc.weather", "exc.address",
	"exc.damaged", "returning.in_progress", "returning.requested", "returned.returned", "failed.lost", "cancelled.cancelled",
	"delivered.delivered", "delivered.delivered", "delivered.signed", "delivered.post_update",
	"no.such", "expired.no_update", // no words that tell more
}

// words tells an event again: as it was, or knowing more.
func words(t *rapid.T, e *schemas.CarrierEvent, n int, recodes bool) {
	how := rapid.IntRange(0, 4).Draw(t, "words")
	if how >= 2 {
		e.Location = &schemas.Location{City: "Leeds"}
	}
	if how >= 3 {
		e.SignedBy = "R"
	}
	if how == 4 && recodes && !e.OccurredAt.After(*e.ReceivedAt) {
		e.Code = rapid.SampledFrom(drawnCodes[:len(drawnCodes)-2]).Draw(t, "other code")
		received := e.ReceivedAt.Add(time.Duration(n) * time.Minute)
		e.ReceivedAt = &received
	}
}
