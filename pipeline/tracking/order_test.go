package tracking

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas"
	"waybill/schemas/status"
)

// Events that arrive in any order, each long after the hold of the one before,
// come to the same as in the order in which they occurred: the same present,
// clock, delivery and exceptions (O4, O6, O7, D6, D7).
func TestAnyOrderOfArrival(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		events := drawDay(rt)
		shuffled := rapid.Permutation(events).Draw(rt, "arrival")
		require.Equal(rt, playApart(rt, events), playApart(rt, shuffled))
	})
}

// A code that changes later comes to the same as if it had been right at first.
func TestRecodedIsAsIfRight(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		right := drawDay(rt)
		at := rapid.IntRange(0, len(right)-1).Draw(rt, "recoded")
		if right[at].Code == status.CodeUnmapped || right[at].Code == status.CodeNotFound {
			right[at].Code = "transit.moving" // these revise nothing
		}
		wrong, later := *right[at], *right[at].ReceivedAt
		wrong.Code, later = drawCode(rt), later.Add(time.Second)
		revised := *right[at]
		revised.ReceivedAt = &later
		events := slices.Clone(right)
		events[at] = &wrong
		require.Equal(rt, playApart(rt, right), playApart(rt, append(events, &revised)))
	})
}

// An event that is withdrawn leaves what would be without it (O8).
func TestWithdrawnIsAsIfNever(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		told := drawDay(rt)
		told = slices.DeleteFunc(told, func(e *schemas.CarrierEvent) bool {
			return e.Code == status.CodeNotFound // that tells of asking and not of the parcel, and is not kept (D5)
		})
		if len(told) == 0 {
			return
		}
		at := rapid.IntRange(0, len(told)-1).Draw(rt, "withdrawn")
		word := *told[at]
		word.Retracted = true
		without := slices.Delete(slices.Clone(told), at, at+1)
		require.Equal(rt, playApart(rt, without), playApart(rt, append(told, &word)))
	})
}

// drawDay draws events of one parcel in the order in which they occurred, with
// many ends among them.
func drawDay(t *rapid.T) []*schemas.CarrierEvent {
	received := day1.Add(day)
	var events []*schemas.CarrierEvent
	for i := range rapid.IntRange(1, 8).Draw(t, "events") {
		events = append(events, &schemas.CarrierEvent{
			Carrier: "sim", TrackingNumber: "A2", Code: drawCode(t), RawCode: fmt.Sprint("X", i), Source: "s", ReceivedAt: &received,
			OccurredAt: day1.Add(time.Duration(i) * time.Hour),
		})
	}
	return events
}

func drawCode(t *rapid.T) string {
	model, err := theModel()
	require.NoError(t, err)
	code := rapid.SampledFrom(model.Codes()).Draw(t, "code")
	if rapid.Bool().Draw(t, "sticks") {
		code = model.Status(rapid.SampledFrom([]string{"DELIVERED", "RETURNING", "RETURNED", "FAILED", "CANCELLED"}).Draw(t, "end")).Fallback
	}
	return code.Name
}

// playApart gives what the shipment comes to. An episode that was told of stays
// in the row and keeps its opening (D6): one that proved to be none closes with
// the event that opened it and is left out here, and of the others the close is
// compared, once where an episode proved to be part of another.
func playApart(t tester, events []*schemas.CarrierEvent) string {
	w := newWorld(t, nil)
	out := w.register(day1, &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2"})
	for i, e := range events {
		out = out.and(w.event(day1.Add(2*day+time.Duration(i)*time.Minute), e))
	}
	out = out.and(w.advance(day1.Add(3 * day)))
	row := out.shipments[len(out.shipments)-1]
	var text strings.Builder
	fmt.Fprintln(&text, row.Status, row.Code, row.PresentEventID, row.StatusAt, row.Terminal, row.ClockStart, row.ClockStop, row.DeliveredAt, row.Attempts, row.Events)
	var closes []string
	for _, ep := range row.ExceptionEpisodes {
		if ep.ClosingEventID != ep.OpeningEventID {
			closes = append(closes, fmt.Sprintln("exception until", ep.ClosedAt, ep.ClosingCode))
		}
	}
	return text.String() + strings.Join(slices.Compact(closes), "")
}
