package simulate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"waybill/connectors/replay"
	"waybill/schemas"
)

// Maker makes parcels one by one. It is safe for concurrent use.
type Maker struct {
	world *world
	fates []fate
}

// Parcel is one tracking number: what is sent of it, and what is true.
type Parcel struct {
	// Index is that of the parcel, from 0.
	Index int
	// Told is what is sent, in order of arrival.
	Told []Told
	// Lives are the parcels that had the number, one after the other.
	Lives []Life
}

// Told is a record, and what it tells.
type Told struct {
	replay.Record

	// Moment is the number of the moment that it tells of, over all lives. It is
	// -1 for a registration that asks for a parcel to be followed.
	Moment int
	// Known is when what it tells is known to be true: its arrival, or when it
	// happens, if that is later.
	Known time.Time
}

// Life is one parcel from its registration on.
type Life struct {
	Truth

	// Moments are the main statuses that are true after each thing that happens,
	// or is said by mistake, or is taken back, in the order of the world.
	Moments []string
	// First is the number of its first moment among those of the tracking number.
	First int
}

// NewMaker checks the options and makes ready what all parcels share.
func NewMaker(o Options) (*Maker, error) {
	if err := o.complete(); err != nil {
		return nil, fmt.Errorf("simulating parcels: %w", err)
	}
	w, err := newWorld(o)
	if err != nil {
		return nil, fmt.Errorf("simulating parcels: %w", err)
	}
	return &Maker{world: w, fates: fatesOf(o.Parcels, rand.New(rand.NewPCG(o.Seed, 0)))}, nil
}

// Parcel makes the parcel of an index, from 0 to Options.Parcels - 1. It is the
// same whichever others are made.
func (m *Maker) Parcel(index int) (*Parcel, error) {
	p := &Parcel{Index: index}
	s := m.world.begin(index, m.fates[index] == invalid)
	s.live(m.fates[index])
	if err := p.add(s); err != nil {
		return nil, fmt.Errorf("simulating parcel %d: %w", index, err)
	}
	if again := s.again(); again != nil {
		if err := p.add(again); err != nil {
			return nil, fmt.Errorf("simulating parcel %d: %w", index, err)
		}
	}
	return p, nil
}

// add tells a story.
func (p *Parcel) add(s *story) error {
	told, err := s.tell()
	if err != nil {
		return err
	}
	life := Life{Truth: s.truth, Moments: s.moments}
	for _, before := range p.Lives {
		life.First += len(before.Moments)
	}
	for i := range told {
		told[i].Known = told[i].Arrival
		if told[i].Moment < 0 {
			continue
		}
		if at := s.scans[told[i].Moment].at; at.After(told[i].Arrival) {
			told[i].Known = at
		}
		told[i].Moment += life.First
	}
	slices.SortStableFunc(told, func(a, b Told) int { return a.Arrival.Compare(b.Arrival) })
	p.Told = append(p.Told, told...)
	p.Lives = append(p.Lives, life)
	return nil
}

// usedAgain is how long after a parcel's last scan its number may be another's.
// It is more than the silence from which on rule I1 believes in another parcel.
const usedAgain = 200 * aDay

// again begins another parcel with the same number, or gives nil. Either the
// shop says so and the carrier announces it, or it begins with the pick-up.
func (s *story) again() *story {
	ended := s.truth.DeliveredDate != "" || s.truth.Returned || s.truth.Lost
	if !ended || !s.trouble.befalls(Reused) {
		return nil
	}
	next := &story{world: s.world, chance: s.trouble.chance, leg: schemas.LegForward, trouble: s.trouble}
	next.register(s.scans[len(s.scans)-1].at.Add(usedAgain), s.registration.Carrier, s.registration.TrackingNumber, s.registration.Reference+"-2")
	next.truth.Life = 2
	next.registration.NewEpoch = next.chance.IntN(2) == 0
	next.unannounced = !next.registration.NewEpoch
	next.live([]fate{smooth, attempted, troubled}[next.chance.IntN(3)])
	return next
}
