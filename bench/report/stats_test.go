package report

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   Spread
	}{
		{[]float64{7}, Spread{7, 7, 7}},
		{[]float64{4, 1}, Spread{2.5, 1, 4}},
		{[]float64{9, 1, 5}, Spread{5, 1, 9}},
		{[]float64{8, 2, 100, 4}, Spread{6, 2, 100}},
	} {
		given := slices.Clone(c.values)
		require.Equal(t, c.want, SpreadOf(c.values))
		require.Equal(t, given, c.values, "the turns keep their order")
	}
}

// Half of the turns lie at or below the median and half at or above it.
func TestMedianIsInTheMiddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 1, 20).Draw(t, "values")
		s := SpreadOf(values)
		below, above := 0, 0
		for _, v := range values {
			if v <= s.Median {
				below++
			}
			if v >= s.Median {
				above++
			}
		}
		require.GreaterOrEqual(t, 2*below, len(values))
		require.GreaterOrEqual(t, 2*above, len(values))
		require.Equal(t, Spread{s.Median, slices.Min(values), slices.Max(values)}, s)
	})
}

func TestQuantile(t *testing.T) {
	var values []float64
	for i := range 200 {
		values = append(values, float64(200-i))
	}
	for share, want := range map[float64]float64{0: 1, 0.5: 100, 0.99: 198, 1: 200} {
		require.InDelta(t, want, Quantile(values, share), 0, share)
	}
	require.InDelta(t, 7, Quantile([]float64{7}, 0.99), 0)
}
