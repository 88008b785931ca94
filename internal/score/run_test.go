package score_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/simulate"
	"waybill/internal/score"
)

func run(t *testing.T, o score.Options) *score.Result {
	t.Helper()
	r, err := score.Run(context.Background(), o)
	require.NoError(t, err)
	require.Len(t, r.Rules, len(score.Names()))
	return r
}

// one scores with one fault at a fifth.
func one(t *testing.T, kind simulate.Fault) map[string]score.Figures {
	t.Helper()
	return run(t, score.Options{Shipments: 150, Seed: 3, Rates: simulate.Faults{kind: 0.2}}).Rules
}

// With all that arrives within the hold nothing is wrong, missed or told twice,
// whatever the sources do; and no rival is better in any figure.
func TestOursIsRightWithinTheHold(t *testing.T) {
	for _, o := range []score.Options{
		{Shipments: 150, Seed: 1, Faults: 0.2}, {Shipments: 150, Seed: 2, Faults: 0.2}, {Shipments: 150, Seed: 3, Faults: 0.2},
		{Shipments: 100, Seed: 4, Faults: 0.5}, {Shipments: 60, Seed: 5, Faults: 1}, {Shipments: 150, Seed: 6},
	} {
		r := run(t, o)
		ours := r.Rules[score.Waybill]
		require.Zero(t, ours.WrongStatusShare, "seed %d", o.Seed)
		require.Zero(t, ours.MissedTransitions, "seed %d", o.Seed)
		require.Zero(t, ours.DuplicateWebhooksPer1000, "seed %d", o.Seed)
		require.Zero(t, ours.UntoldScans, "seed %d", o.Seed)
		require.Equal(t, r.Transitions, ours.StatusWebhooks)
		if o.Faults == 0 {
			require.Zero(t, ours.RepeatedScansPer1000)
			continue
		}
		for _, name := range score.Names()[1:] {
			require.Positive(t, r.Rules[name].WrongStatusShare, name)
			require.Positive(t, r.Rules[name].MissedTransitions, name)
			if name != score.ForwardRank { // which says little twice, for it says little
				require.Positive(t, r.Rules[name].DuplicateWebhooksPer1000, name)
			}
		}
	}
}

// Only another code of the carrier makes ours tell a scan twice (I2).
func TestOursTellsAScanTwiceOnlyUnderAnotherCode(t *testing.T) {
	require.Positive(t, one(t, simulate.Recoded)[score.Waybill].RepeatedScansPer1000)
	r := run(t, score.Options{Shipments: 150, Seed: 7, Faults: 0.4, Rates: simulate.Faults{simulate.Recoded: 0}})
	require.Zero(t, r.Rules[score.Waybill].RepeatedScansPer1000)
}

// Beyond the hold a transition may be missed; no scan is untold, and the status
// is wrong only where a delivery comes after what followed it.
func TestOursBeyondTheHold(t *testing.T) {
	r := run(t, score.Options{Shipments: 150, Seed: 3, BeyondHold: 0.2})
	ours, arrival := r.Rules[score.Waybill], r.Rules[score.ArrivalOrder]
	require.Positive(t, ours.MissedTransitions)
	require.Zero(t, ours.UntoldScans)
	require.Less(t, ours.WrongStatusShare, 0.005)
	require.Greater(t, arrival.WrongStatusShare, 10*ours.WrongStatusShare)
	require.Greater(t, arrival.DuplicateWebhooksPer1000, 10*ours.DuplicateWebhooksPer1000)
}

// Each rule fails at what its theory has nothing for.
func TestRulesFailWhereTheirTheoryDoes(t *testing.T) {
	clean := run(t, score.Options{Shipments: 150, Seed: 3}).Rules
	require.Zero(t, clean[score.ForwardRank].DuplicateWebhooksPer1000)
	require.Positive(t, clean[score.ForwardRank].MissedTransitions, "a parcel that goes out a second time")

	swapped := one(t, simulate.Swapped)
	require.Positive(t, swapped[score.ArrivalOrder].DuplicateWebhooksPer1000)
	require.Greater(t, swapped[score.ArrivalOrder].WrongStatusShare, 0.02)
	require.Positive(t, swapped[score.NewestWins].UntoldScans, "it drops what is outdated")
	require.Positive(t, swapped[score.NewestWins].MissedTransitions)
	require.Zero(t, swapped[score.ExactMatch].UntoldScans)

	reworded := one(t, simulate.Reworded)
	require.Greater(t, reworded[score.ExactMatch].RepeatedScansPer1000, 100.0, "it knows an event by its text")
	require.Zero(t, reworded[score.NewestWins].RepeatedScansPer1000)
	require.Greater(t, reworded[score.ArrivalOrder].RepeatedScansPer1000, 100.0)

	after := one(t, simulate.AfterDelivery)
	for _, name := range []string{score.ArrivalOrder, score.NewestWins, score.ExactMatch} {
		require.Greater(t, after[name].DuplicateWebhooksPer1000, 10.0, "%s believes scans after the delivery", name)
	}
	require.Zero(t, after[score.ForwardRank].DuplicateWebhooksPer1000)

	future := one(t, simulate.Future)
	require.Greater(t, future[score.NewestWins].WrongStatusShare, clean[score.NewestWins].WrongStatusShare, "it believes a plan")

	reused := one(t, simulate.Reused)
	require.Greater(t, reused[score.ForwardRank].WrongStatusShare, 0.1, "it stays at the end of the first parcel")

	corrected := one(t, simulate.Corrected)
	for _, name := range score.Names()[1:] {
		require.Greater(t, corrected[name].MissedTransitions, clean[name].MissedTransitions, "%s takes nothing back", name)
	}
}

// The same seed gives the same figures on any number of processors.
func TestSameSeedSameFigures(t *testing.T) {
	o := score.Options{Shipments: 60, Seed: 9, Faults: 0.3, BeyondHold: 0.05}
	first := run(t, o)
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	require.Equal(t, first, run(t, o))
	o.Seed++
	require.NotEqual(t, first, run(t, o))
}

func TestOptionsAreChecked(t *testing.T) {
	for want, o := range map[string]score.Options{
		"0 parcels":  {},
		"add up":     {Shipments: 1, Faults: 0.6, BeyondHold: 0.6},
		"no fault":   {Shipments: 1, Rates: simulate.Faults{"nonsense": 0.1}},
		"is -0.1":    {Shipments: 1, Faults: -0.1},
		"late is -1": {Shipments: 1, BeyondHold: -1},
	} {
		_, err := score.Run(context.Background(), o)
		require.ErrorContains(t, err, want)
		require.ErrorAs(t, err, &score.OptionsError{})
	}
}

func TestRunCanBeStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	told := 0
	_, err := score.Run(ctx, score.Options{Shipments: 10_000, Seed: 1, Progress: func(done, total int) {
		require.Equal(t, 10_000, total)
		told = done
		cancel()
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.Positive(t, told)
	require.Less(t, told, 1000)
}
