package replay

import (
	"math"
	"math/rand/v2"
	"time"
)

// Disorder is the disorder of a real log, made by design: some raw events come
// twice, and some lie on the log before an earlier one of their parcel.
type Disorder struct {
	// Duplicates and Swaps are shares of the raw events, 0 to 1. There are
	// fewer swaps where too few events may be swapped.
	Duplicates, Swaps float64
	// Seed decides which. The same seed and records give the same disorder.
	Seed uint64
}

// Apply returns the records in disorder, in the order in which they are
// published. The records given must be in order of arrival; they stay as they
// are.
//
// A swap exchanges two payloads of a parcel: positions on the log and arrivals
// stay, the payloads keep when they occurred and were received. Both positions
// lie in one window of each registration, for an event that is carried out of
// a window or before a registration would change what is true of the parcel,
// not only the order in which it is told.
//
// A duplicate is the same payload again, up to a minute later.
func (d Disorder) Apply(records []Record) []Record {
	out := append([]Record(nil), records...)
	var events []int
	for i, r := range out {
		if r.Event != nil {
			events = append(events, i)
		}
	}
	chance := rand.New(rand.NewPCG(d.Seed, 0x776179626c6c)) // the second word only tells our streams apart
	d.swap(out, events, chance)
	for _, i := range pick(events, d.Duplicates, chance) {
		copied := out[i]
		later := time.Second + time.Duration(chance.Int64N(int64(59*time.Second)))
		copied.Arrival = copied.Arrival.Add(later).Truncate(time.Millisecond)
		out = append(out, copied)
	}
	Order(out)
	return out
}

// pick chooses a share of the positions at random.
func pick(positions []int, share float64, chance *rand.Rand) []int {
	n := min(int(math.Round(share*float64(len(positions)))), len(positions))
	picked := make([]int, 0, max(n, 0))
	for _, i := range chance.Perm(len(positions))[:max(n, 0)] {
		picked = append(picked, positions[i])
	}
	return picked
}

func (d Disorder) swap(records []Record, events []int, chance *rand.Rand) {
	byKey := make(map[string][]int)
	for _, i := range events {
		byKey[records[i].Key] = append(byKey[records[i].Key], i)
	}
	windows := windowsOf(records)
	swapped := make(map[int]bool)
	wanted := int(math.Round(d.Swaps * float64(len(events))))
	for _, i := range pick(events, 1, chance) {
		if wanted <= 0 {
			return
		}
		if swapped[i] {
			continue
		}
		var partners []int
		for _, j := range byKey[records[i].Key] {
			if j > i && !swapped[j] && windows[records[i].Key].holdBoth(records[i].Arrival, records[j].Arrival) {
				partners = append(partners, j)
			}
		}
		if len(partners) == 0 {
			continue
		}
		j := partners[chance.IntN(len(partners))]
		records[i].Event, records[j].Event = records[j].Event, records[i].Event
		swapped[i], swapped[j] = true, true
		wanted--
	}
}

// windows are the windows of a parcel's registrations: half-open, from arrival
// (rule R4).
type windows []struct{ from, to time.Time }

func windowsOf(records []Record) map[string]windows {
	byKey := make(map[string]windows)
	for _, r := range records {
		if r.Registration != nil {
			length := time.Duration(r.Registration.WindowDays) * 24 * time.Hour
			byKey[r.Key] = append(byKey[r.Key], struct{ from, to time.Time }{r.Arrival, r.Arrival.Add(length)})
		}
	}
	return byKey
}

// holdBoth says whether both times lie in some window, and neither begin nor
// end of any window lies between them.
func (w windows) holdBoth(a, b time.Time) bool {
	within := false
	for _, window := range w {
		if a.Before(window.from) != b.Before(window.from) || a.Before(window.to) != b.Before(window.to) {
			return false
		}
		within = within || !a.Before(window.from) && a.Before(window.to)
	}
	return within
}
