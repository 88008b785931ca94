package simulate

import "math/rand/v2"

// fate is what becomes of a parcel.
type fate int

const (
	smooth    fate = iota // delivered without trouble
	attempted             // delivered after a failed attempt, or collected
	troubled              // delivered after an exception that was resolved
	refused               // returned after failed attempts
	unclaimed             // returned after an exception: nobody fetched it
	lost                  // given up after an exception
	silent                // never heard of again
	stuck                 // never heard of again after an exception
	invalid               // the number is wrong; there are no events
)

// fatesOf deals out the fates in random order, each with its share exactly, up
// to rounding.
func fatesOf(parcels int, chance *rand.Rand) []fate {
	// Fates with an exception are a tenth; smooth has what is left over.
	shares := [...]struct {
		fate     fate
		perMille int
	}{
		{troubled, 60}, {lost, 20}, {unclaimed, 10}, {stuck, 10},
		{attempted, 80}, {refused, 20}, {silent, 10}, {invalid, 10},
	}
	fates := make([]fate, 0, parcels)
	before := 0
	for _, s := range shares {
		before += s.perMille
		for len(fates) < (parcels*before+500)/1000 {
			fates = append(fates, s.fate)
		}
	}
	for len(fates) < parcels {
		fates = append(fates, smooth)
	}
	chance.Shuffle(len(fates), func(i, j int) { fates[i], fates[j] = fates[j], fates[i] })
	return fates
}
