package tracking

import (
	"sort"

	"waybill/schemas"
)

// What quantiles say of how long a thing still takes (D4). Between two
// quantiles all times are equally likely. Times are seconds.

// longer gives the share of parcels that took longer than a time. It is never
// none: that of n parcels none took longer does not show that none ever does.
func longer(b *schemas.Baseline, than float64) float64 {
	q := b.RemainingS
	steps := float64(len(q) - 1)
	shorter := 1.0
	if i := sort.Search(len(q), func(i int) bool { return q[i] > than }); i == 0 {
		shorter = 0
	} else if i < len(q) {
		shorter = (float64(i-1) + (than-q[i-1])/(q[i]-q[i-1])) / steps
	}
	return max(1-shorter, leastChance(b))
}

func leastChance(b *schemas.Baseline) float64 { return 1 / float64(b.Parcels+1) }

// chanceToExceed gives the chance that it takes longer than a time, when it has
// taken some of that already.
func chanceToExceed(b *schemas.Baseline, limit, spent float64) float64 {
	return longer(b, max(limit, spent)) / longer(b, max(spent, 0))
}

// whenChance gives the time spent from which on the chance to exceed a limit is
// at least so high. The longer it takes, the higher is the chance.
func whenChance(b *schemas.Baseline, limit, chance float64) float64 {
	done := 1 - longer(b, limit)/chance // the share that must be done by then
	if done <= 0 {
		return 0
	}
	return quantile(b, done)
}

// quantile gives the time that a share of the parcels took at most.
func quantile(b *schemas.Baseline, of float64) float64 {
	q := b.RemainingS
	at := of * float64(len(q)-1)
	i := min(int(at), len(q)-2)
	return q[i] + float64((at-float64(i))*(q[i+1]-q[i])) // rounded alike on every machine
}
