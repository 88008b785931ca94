package simulate

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Fault is a way in which what sources send differs from what happens.
type Fault string

// Faults of single scans. A scan has one of them at most.
const (
	// Swapped: it comes after the next one, within the bound of disorder.
	Swapped Fault = "swapped"
	// Repeated: the same push comes again.
	Repeated Fault = "repeated"
	// Reworded: it comes again with its text and place written differently.
	Reworded Fault = "reworded"
	// Reissued: it comes again under another id and map of the source, with its
	// time in another form.
	Reissued Fault = "reissued"
	// Recoded: it comes again under another code of the carrier that means the
	// same.
	Recoded Fault = "recoded"
	// NoZone: its time has no zone; the place tells which it is.
	NoZone Fault = "no_zone"
	// FalseZ: its time ends in Z and is local; the carrier is known for that.
	FalseZ Fault = "false_z"
	// ClockAhead: the clock of the scanner is ahead, by less than ten minutes.
	ClockAhead Fault = "clock_ahead"
	// Future: it is told before it happens.
	Future Fault = "future"
	// Late: it comes after the next one, by more than any usual hold: minutes to
	// two days.
	Late Fault = "late"
)

// Faults of parcels. A parcel may have several.
const (
	// Bulk: the source sends nothing for a time, and then up to ten scans at
	// once, in any order.
	Bulk Fault = "bulk"
	// AfterDelivery: scans of the depot follow the delivery.
	AfterDelivery Fault = "after_delivery"
	// Withdrawn: a delivery is told that was none, and the source takes it back.
	Withdrawn Fault = "withdrawn"
	// Corrected: as Withdrawn, but the source has no such message, and a person
	// corrects the parcel by hand (rule R7).
	Corrected Fault = "corrected"
	// SecondSource: an aggregator or a partner tells the same scans, in its own
	// codes and words, to the second or to the minute, some without a zone.
	SecondSource Fault = "second_source"
	// Reused: the number is another parcel's, half a year after the end.
	Reused Fault = "reused"
)

func scanFaults() []Fault {
	return []Fault{Swapped, Repeated, Reworded, Reissued, Recoded, NoZone, FalseZ, ClockAhead, Future, Late}
}

func parcelFaults() []Fault {
	return []Fault{Bulk, AfterDelivery, Withdrawn, Corrected, SecondSource, Reused}
}

// Faults gives the rate of each fault: the share of the scans, or of the
// parcels, that it befalls where it can. A fault that is left out befalls none.
type Faults map[Fault]float64

// AllFaults gives every fault but Late: a share of the scans has a fault, each
// kind as often as another, and each fault of parcels has that share of the
// parcels. Withdrawn and Corrected have it between them.
func AllFaults(share float64) Faults {
	f := Faults{}
	kinds := len(scanFaults()) - 1
	for _, kind := range scanFaults()[:kinds] {
		f[kind] = share / float64(kinds)
	}
	for _, kind := range parcelFaults() {
		f[kind] = share
	}
	f[Withdrawn], f[Corrected] = share/2, share/2
	return f
}

func (f Faults) check() error {
	for _, kind := range slices.Sorted(maps.Keys(f)) {
		rate := f[kind]
		if !slices.Contains(scanFaults(), kind) && !slices.Contains(parcelFaults(), kind) {
			return fmt.Errorf("there is no fault %q; there are %s", kind, FaultNames())
		}
		if !isShare(rate) {
			return fmt.Errorf("the rate of the fault %s is %v; 0 to 1 is possible", kind, rate)
		}
	}
	sum := 0.0
	for _, kind := range scanFaults() {
		sum += f[kind]
	}
	const rounding = 1e-9
	if sum > 1+rounding {
		return fmt.Errorf("the rates of the faults of scans add up to %v; a scan has one fault at most, so 1 is possible", sum)
	}
	return nil
}

// FaultNames lists the faults, for people.
func FaultNames() string {
	var names []string
	for _, kind := range append(scanFaults(), parcelFaults()...) {
		names = append(names, string(kind))
	}
	return strings.Join(names, ", ")
}

// trouble deals out the faults of one tracking number. It has a chance of its
// own, so that the story is the same with and without them.
type trouble struct {
	rates  Faults
	chance *rand.Rand
}

func newTrouble(o Options, index int) *trouble {
	const faults = 0x6661756c7473 // only tells our streams of chance apart
	return &trouble{rates: o.Faults, chance: rand.New(rand.NewPCG(o.Seed^faults, uint64(index)+1))}
}

// befalls tells whether the parcel has a fault.
func (t *trouble) befalls(kind Fault) bool {
	return t.rates[kind] > 0 && t.chance.Float64() < t.rates[kind]
}

// ofScan gives the fault of a scan, or nothing.
func (t *trouble) ofScan() Fault {
	if len(t.rates) == 0 {
		return ""
	}
	left := t.chance.Float64()
	for _, kind := range scanFaults() {
		if left -= t.rates[kind]; left < 0 {
			return kind
		}
	}
	return ""
}
