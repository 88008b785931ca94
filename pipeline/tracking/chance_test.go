package tracking

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/schemas"
)

// Of 99 parcels a tenth took each hour from 0 to 10.
func tenHours() *schemas.Baseline {
	return &schemas.Baseline{Parcels: 99, RemainingS: []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}
}

func TestChanceToExceed(t *testing.T) {
	for _, tt := range []struct{ limit, spent, want float64 }{
		{limit: 0, spent: 0, want: 1},
		{limit: 3, spent: 0, want: 0.7},
		{limit: 3, spent: -5, want: 0.7}, // the first event lies ahead
		{limit: 9.5, spent: 0, want: 0.05},
		{limit: 9.5, spent: 9, want: 0.5},
		{limit: 5, spent: 5, want: 1},
		{limit: 5, spent: 6, want: 1},
		{limit: 10, spent: 0, want: 0.01}, // none of 99 took longer: one in a hundred might
		{limit: 20, spent: 0, want: 0.01},
		{limit: 20, spent: 11, want: 1}, // longer than all before: nothing speaks for an end
	} {
		require.InDelta(t, tt.want, chanceToExceed(tenHours(), tt.limit, tt.spent), 1e-9, "limit %v, spent %v", tt.limit, tt.spent)
	}
	steep := &schemas.Baseline{Parcels: 9, RemainingS: []float64{5, 5, 5}} // all took the same
	require.InDelta(t, 1, chanceToExceed(steep, 4, 0), 1e-9)
	require.InDelta(t, 0.1, chanceToExceed(steep, 5, 0), 1e-9)
}

func TestWhenChance(t *testing.T) {
	require.InDelta(t, 0, whenChance(tenHours(), 2, 0.7), 0, "likely from the first")
	require.InDelta(t, 8.75, whenChance(tenHours(), 9.5, 0.4), 1e-9)
	require.InDelta(t, 9.8, whenChance(tenHours(), 99, 0.5), 1e-9)
}

// The chance is as high as asked from the time that whenChance gives, and not
// before.
func TestWhenChanceIsTheFirstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &schemas.Baseline{
			Parcels:    rapid.Int64Range(30, 1e6).Draw(t, "parcels"),
			RemainingS: rapid.SliceOfN(rapid.Float64Range(0, 1e7), 2, 21).Draw(t, "quantiles"),
		}
		slices.Sort(b.RemainingS)
		limit, chance := rapid.Float64Range(0, 2e7).Draw(t, "limit"), rapid.Float64Range(0.05, 0.95).Draw(t, "chance")
		at := whenChance(b, limit, chance)
		require.GreaterOrEqual(t, at, 0.0)
		require.GreaterOrEqual(t, chanceToExceed(b, limit, at*1.000001+1e-6), chance-1e-6)
		if before := at*0.999 - 1e-3; before > 0 {
			require.LessOrEqual(t, chanceToExceed(b, limit, before), chance+1e-6)
		}
	})
}
