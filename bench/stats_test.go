package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   spread
	}{
		{[]float64{7}, spread{7, 7, 7}},
		{[]float64{4, 1}, spread{2.5, 1, 4}},
		{[]float64{9, 1, 5}, spread{5, 1, 9}},
		{[]float64{8, 2, 100, 4}, spread{6, 2, 100}},
	} {
		given := slices.Clone(c.values)
		require.Equal(t, c.want, spreadOf(c.values))
		require.Equal(t, given, c.values, "the turns keep their order")
	}
}

// Half of the turns lie at or below the median and half at or above it.
func TestMedianIsInTheMiddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 1, 20).Draw(t, "values")
		s := spreadOf(values)
		below, above := 0, 0
		for _, v := range values {
			if v <= s.median {
				below++
			}
			if v >= s.median {
				above++
			}
		}
		require.GreaterOrEqual(t, 2*below, len(values))
		require.GreaterOrEqual(t, 2*above, len(values))
		require.Equal(t, spread{s.median, slices.Min(values), slices.Max(values)}, s)
	})
}
