package simulate_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/connectors/replay"
	"waybill/connectors/simulate"
	"waybill/schemas"
	"waybill/schemas/status"
)

// The truth is checked against a second way to it: the raw events alone, each
// counted once, in the order in which they occurred, under the rules and the
// status model. The simulator makes the truth from the story instead.
func TestTruthFollowsFromTheEvents(t *testing.T) {
	model, err := status.Default()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		records, truths := generate(t, anyOptions(t))
		registrations := make(map[string]*schemas.Registration)
		events := make(map[string][]*schemas.CarrierEvent)
		for _, r := range records {
			if r.Registration != nil {
				registrations[r.Registration.TrackingNumber] = r.Registration
				continue
			}
			same := func(e *schemas.CarrierEvent) bool {
				return e.OccurredAt.Equal(r.Event.OccurredAt) && e.RawCode == r.Event.RawCode
			}
			if number := r.Event.TrackingNumber; !slices.ContainsFunc(events[number], same) {
				events[number] = append(events[number], r.Event)
			}
		}
		for _, truth := range truths {
			found := reckon(t, model, registrations[truth.TrackingNumber], events[truth.TrackingNumber])
			if truth.Outcome == simulate.OutcomeInvalid {
				found.Outcome = simulate.OutcomeInvalid // the number says so, not the events
			}
			require.Equal(t, truth, found)
		}
	})
}

// reckon finds the truth of one parcel.
func reckon(t require.TestingT, model *status.Model, r *schemas.Registration, events []*schemas.CarrierEvent) simulate.Truth {
	slices.SortFunc(events, func(a, b *schemas.CarrierEvent) int { return a.OccurredAt.Compare(b.OccurredAt) })
	truth := simulate.Truth{
		Tenant: r.Tenant, Carrier: r.Carrier, TrackingNumber: r.TrackingNumber, Reference: r.Reference,
		PromisedDate: *r.PromisedDate, Outcome: simulate.OutcomeOpen, Events: len(events), Exceptions: []simulate.Episode{},
		Life: 1, Transitions: []simulate.Transition{},
	}
	present := model.Status("PENDING")
	eta := ""
	for _, e := range events {
		code := model.Code(e.Code)
		require.NotNil(t, code, "the model has %s", e.Code)
		require.Equal(t, code.Status.Terminal, code.Terminal || code.DataOnly)
		if code.AttemptFailure {
			truth.FailedAttempts++
		}
		if e.ETADate != nil {
			if eta != "" && eta != *e.ETADate {
				truth.ETAMoves++
			}
			eta = *e.ETADate
		}
		if !code.DataOnly && present.MayBecome(code) { // O6, O7
			if code.Status != present {
				truth.Transitions = append(truth.Transitions, simulate.Transition{Status: code.Status.Name, At: e.OccurredAt})
			}
			present = code.Status
			if present.Name == "DELIVERED" {
				truth.DeliveredDate = e.OccurredLocal[:10]
			}
		}
		reckonEpisode(&truth, code, e)
	}
	truth.FinalStatus = present.Name
	truth.Expired = len(events) > 0 && !present.Terminal
	truth.Returned, truth.Lost = present.Name == "RETURNED", present.Name == "FAILED"
	switch {
	case truth.DeliveredDate == "":
	case truth.DeliveredDate < truth.PromisedDate:
		truth.Outcome = simulate.OutcomeEarly
	case truth.DeliveredDate == truth.PromisedDate:
		truth.Outcome = simulate.OutcomeOnTime
	default:
		truth.Outcome = simulate.OutcomeLate
	}
	return truth
}

// reckonEpisode follows rule D6.
func reckonEpisode(truth *simulate.Truth, code *status.Code, e *schemas.CarrierEvent) {
	n := len(truth.Exceptions)
	open := n > 0 && truth.Exceptions[n-1].ClosedAt == nil
	switch {
	case code.Status.Name == "EXCEPTION":
		if !open {
			truth.Exceptions = append(truth.Exceptions, simulate.Episode{OpenedCode: e.Code, OpenedAt: e.OccurredAt})
		}
	case open && (code.PhysicalScan || code.Terminal || code.Name == "transit.problem_resolved"):
		truth.Exceptions[n-1].ClosedCode, truth.Exceptions[n-1].ClosedAt = e.Code, &e.OccurredAt
	}
}

// An episode must end alike for those who take a physical exception scan for a
// movement and for those who do not.
func TestNoExceptionScanCanEndAnEpisode(t *testing.T) {
	model, err := status.Default()
	require.NoError(t, err)
	records, _ := generate(t, simulate.Options{Parcels: 2000, Seed: 11})
	last := make(map[string]*replay.Record)
	further := 0
	for i := range records {
		r := &records[i]
		if r.Event == nil {
			continue
		}
		if before := last[r.Key]; before != nil && model.Code(before.Event.Code).Status.Name == "EXCEPTION" &&
			model.Code(r.Event.Code).Status.Name == "EXCEPTION" {
			further++
			require.False(t, model.Code(r.Event.Code).PhysicalScan, r.Event.Code)
		}
		last[r.Key] = r
	}
	require.Positive(t, further)
}
