package report

import (
	"fmt"
	"math"
	"slices"
)

// Spread is what several turns of one figure come to.
type Spread struct{ Median, Low, High float64 }

// SpreadOf gives the median, the least and the highest of at least one value.
func SpreadOf(values []float64) Spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return Spread{Median: (sorted[(n-1)/2] + sorted[n/2]) / 2, Low: sorted[0], High: sorted[n-1]}
}

// SpreadBy is the spread of one figure over turns.
func SpreadBy[T any](turns []T, figure func(T) float64) Spread {
	values := make([]float64, 0, len(turns))
	for _, t := range turns {
		values = append(values, figure(t))
	}
	return SpreadOf(values)
}

// In writes the median, and the least and the highest in brackets, with so
// many decimals.
func (s Spread) In(decimals int) string {
	return fmt.Sprintf("%.*f (%.*f to %.*f)", decimals, s.Median, decimals, s.Low, decimals, s.High)
}

// Quantile is the value below which a share of at least one value lies, by the
// nearest rank.
func Quantile(values []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	const rounding = 1e-9
	rank := int(math.Ceil(share*float64(len(sorted))-rounding)) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}
