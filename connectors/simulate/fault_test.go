package simulate_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/connectors/simulate"
	"waybill/schemas"
)

// seen counts in what is told of a parcel where a fault shows.
type seen func(p *simulate.Parcel) int

// tells counts the records of a parcel that are as asked.
func tells(is func(e *schemas.CarrierEvent) bool) seen {
	return func(p *simulate.Parcel) int {
		n := 0
		for _, told := range p.Told {
			if told.Event != nil && is(told.Event) {
				n++
			}
		}
		return n
	}
}

// again counts the records that tell a moment a second time, in a way that
// differs as asked.
func again(differs func(first, second *schemas.CarrierEvent) bool) seen {
	return func(p *simulate.Parcel) int {
		n := 0
		first := map[int]*schemas.CarrierEvent{}
		for _, told := range p.Told {
			if told.Event == nil {
				continue
			}
			if was := first[told.Moment]; was == nil {
				first[told.Moment] = told.Event
			} else if differs(was, told.Event) {
				n++
			}
		}
		return n
	}
}

// behind counts the records that come after a later moment, by a time within
// the bounds.
func behind(least, most time.Duration) seen {
	return func(p *simulate.Parcel) int {
		n := 0
		for i, told := range p.Told {
			for _, earlier := range p.Told[:i] {
				if by := told.Arrival.Sub(earlier.Arrival); earlier.Moment > told.Moment && by >= least && by <= most {
					n++
					break
				}
			}
		}
		return n
	}
}

func same(a, b *schemas.CarrierEvent) bool {
	return a.RawCode == b.RawCode && a.OccurredAt.Equal(b.OccurredAt) && a.Source == b.Source
}

// Each fault, alone and everywhere, shows as what it is.
func TestEveryFaultShows(t *testing.T) {
	for kind, count := range map[simulate.Fault]seen{
		simulate.Swapped:  behind(0, 1500*time.Millisecond),
		simulate.Late:     behind(time.Minute, 3*24*time.Hour),
		simulate.Bulk:     behind(0, 1500*time.Millisecond),
		simulate.Repeated: again(func(a, b *schemas.CarrierEvent) bool { return same(a, b) && a.Description == b.Description }),
		simulate.Reworded: again(func(a, b *schemas.CarrierEvent) bool { return same(a, b) && a.Description != b.Description }),
		simulate.Reissued: again(func(a, b *schemas.CarrierEvent) bool { return same(a, b) && a.MapVersion != b.MapVersion }),
		simulate.Recoded: again(func(a, b *schemas.CarrierEvent) bool {
			return a.OccurredAt.Equal(b.OccurredAt) && a.Code == b.Code && a.RawCode != b.RawCode && a.Source == b.Source
		}),
		simulate.SecondSource: again(func(a, b *schemas.CarrierEvent) bool { return a.Code == b.Code && a.Source != b.Source }),
		simulate.NoZone: tells(func(e *schemas.CarrierEvent) bool {
			return e.OccurredConfidence == schemas.ConfidencePlace && strings.Contains(e.OccurredText, " ")
		}),
		simulate.FalseZ: tells(func(e *schemas.CarrierEvent) bool {
			return e.OccurredText == e.OccurredLocal+"Z" && e.OccurredConfidence == schemas.ConfidenceCarrierDefault
		}),
		simulate.ClockAhead: tells(func(e *schemas.CarrierEvent) bool {
			ahead := e.OccurredAt.Sub(*e.ReceivedAt)
			return ahead > 0 && ahead < 10*time.Minute
		}),
		simulate.Future:        tells(func(e *schemas.CarrierEvent) bool { return e.OccurredAt.Sub(*e.ReceivedAt) > 14*time.Minute }),
		simulate.Withdrawn:     tells(func(e *schemas.CarrierEvent) bool { return e.Retracted }),
		simulate.Corrected:     corrections,
		simulate.AfterDelivery: afterDelivery,
		simulate.Reused:        func(p *simulate.Parcel) int { return len(p.Lives) - 1 },
	} {
		t.Run(string(kind), func(t *testing.T) {
			require.Zero(t, countAll(t, simulate.Options{Parcels: 60, Seed: 3}, count, kind), "without the fault")
			o := simulate.Options{Parcels: 60, Seed: 3, Faults: simulate.Faults{kind: 1}}
			require.Greater(t, countAll(t, o, count, kind), 20)
		})
	}
}

// countAll counts over all parcels. Scans of the depot after a delivery are
// there without a fault too.
func countAll(t *testing.T, o simulate.Options, count seen, kind simulate.Fault) int {
	o.Start = start
	m, err := simulate.NewMaker(o)
	require.NoError(t, err)
	n := 0
	for i := range o.Parcels {
		p, err := m.Parcel(i)
		require.NoError(t, err)
		n += count(p)
	}
	if kind == simulate.AfterDelivery && len(o.Faults) == 0 {
		require.Less(t, n, 5)
		return 0
	}
	return n
}

func corrections(p *simulate.Parcel) int {
	n := 0
	for _, told := range p.Told {
		if told.Registration != nil && told.Registration.Action == schemas.ActionCorrect {
			n++
		}
	}
	return n
}

// afterDelivery counts scans that tell of a delivered parcel as if it moved.
func afterDelivery(p *simulate.Parcel) int {
	n := 0
	for _, told := range p.Told {
		if told.Event != nil && p.Lives[0].Moments[told.Moment] == "DELIVERED" && !strings.HasPrefix(told.Event.Code, "delivered.") {
			n++
		}
	}
	return n
}

// Whatever is wrong with what is told, each moment is told in order of the
// truth, and the truth is that of the story without it, but for what is part of
// the story.
func TestFaultsKeepToTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := anyOptions(t)
		o.DuplicateRate, o.DisorderRate = 0, 0
		o.Faults = simulate.AllFaults(rapid.Float64Range(0, 1).Draw(t, "faults"))
		o.Faults[simulate.Late] = 0
		for _, ofStory := range []simulate.Fault{simulate.Withdrawn, simulate.Corrected, simulate.AfterDelivery, simulate.Reused} {
			o.Faults[ofStory] = 0
		}
		_, truths := generate(t, o)
		o.Faults = nil
		_, clean := generate(t, o)
		require.Equal(t, clean, truths)
	})
}

// A story's moments are told once each at least, and by nothing else within the
// hold's reach out of order; its transitions follow from them.
func TestMomentsAreTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := anyOptions(t)
		o.Faults = simulate.AllFaults(rapid.Float64Range(0, 1).Draw(t, "faults"))
		m, err := simulate.NewMaker(o)
		require.NoError(t, err)
		for i := range o.Parcels {
			p, err := m.Parcel(i)
			require.NoError(t, err)
			told := map[int]bool{}
			for _, r := range p.Told {
				told[r.Moment] = true
			}
			require.True(t, slices.IsSortedFunc(p.Told, func(a, b simulate.Told) int { return a.Arrival.Compare(b.Arrival) }))
			for n, life := range p.Lives {
				require.Equal(t, n+1, life.Life)
				at, transitions := "PENDING", 0
				for j, moment := range life.Moments {
					require.True(t, told[life.First+j], "moment %d of %s", j, life.TrackingNumber)
					if moment != at {
						require.Equal(t, moment, life.Transitions[transitions].Status)
						at = moment
						transitions++
					}
				}
				require.Len(t, life.Transitions, transitions)
				require.Equal(t, life.FinalStatus, at)
			}
		}
	})
}

func TestFaultsAreChecked(t *testing.T) {
	for want, f := range map[string]simulate.Faults{
		`no fault "nonsense"`: {"nonsense": 0.1},
		"bulk is 1.5":         {simulate.Bulk: 1.5},
		"late is -1":          {simulate.Late: -1},
		"add up to 1.2":       {simulate.Late: 0.6, simulate.Swapped: 0.6},
	} {
		_, _, err := simulate.Generate(simulate.Options{Start: start, Parcels: 1, Faults: f})
		require.ErrorContains(t, err, want)
	}
}
