package main

import "slices"

// spread is what several turns of one figure come to.
type spread struct{ median, low, high float64 }

// spreadOf gives the median, the least and the highest of at least one value.
func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{median: (sorted[(n-1)/2] + sorted[n/2]) / 2, low: sorted[0], high: sorted[n-1]}
}

// spreadBy is the spread of one figure over turns.
func spreadBy[T any](turns []T, figure func(T) float64) spread {
	values := make([]float64, 0, len(turns))
	for _, t := range turns {
		values = append(values, figure(t))
	}
	return spreadOf(values)
}
