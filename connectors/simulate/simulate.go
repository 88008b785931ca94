package simulate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"waybill/connectors/replay"
)

// Options says what to make.
type Options struct {
	// Parcels is how many, 1 to 10,000,000.
	Parcels int
	// Seed decides everything that is left to chance.
	Seed uint64
	// Start is when the first registration may arrive. Required.
	Start time.Time
	// Duration is the time over which registrations arrive. Zero: 7 days. Each
	// story ends within the 30 days of its registration's window.
	Duration time.Duration
	// Tenant of all registrations. Empty: sim.
	Tenant string
	// Carriers are those of the parcels, by slug, each as often as another, with
	// numbers as theirs are (Carriers lists them). None: the simulator's own.
	Carriers []string
	// DuplicateRate is the share of raw events that are sent twice, 0 to 1.
	DuplicateRate float64
	// DisorderRate is the share of raw events that come after the next one of
	// their parcel, 0 to 1; no event is overtaken twice.
	DisorderRate float64
	// DisorderBound is by how much an overtaken event comes too late, at most.
	// Zero: 1.5 s, which is less than the reorder hold is by default (rule O1).
	// The truth on exceptions is right for holds of more than this; 4 s is the
	// most.
	DisorderBound time.Duration
	// Faults are further faults, by their rates. None: none.
	Faults Faults
}

const (
	maxParcels      = 10_000_000
	defaultDuration = 7 * 24 * time.Hour
	defaultBound    = 1500 * time.Millisecond
	maxBound        = 4 * time.Second
	defaultTenant   = "sim"
)

// Generate makes the records, in the order in which they are published, and
// the truth of each parcel, in the order of their numbers; a number that is used
// again has two, one after the other.
func Generate(o Options) ([]replay.Record, []Truth, error) {
	m, err := NewMaker(o)
	if err != nil {
		return nil, nil, err
	}
	var records []replay.Record
	truths := make([]Truth, 0, o.Parcels)
	err = Each(context.Background(), m, func(p *Parcel) (*Parcel, error) { return p, nil }, func(p *Parcel) error {
		for j := range p.Told {
			records = append(records, p.Told[j].Record)
		}
		for j := range p.Lives {
			truths = append(truths, p.Lives[j].Truth)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	replay.Order(records)
	twice := replay.Disorder{Duplicates: o.DuplicateRate, Seed: o.Seed}
	return twice.Apply(records), truths, nil
}

// complete fills in what was left out and refuses what cannot be.
func (o *Options) complete() error {
	if o.Duration == 0 {
		o.Duration = defaultDuration
	}
	if o.DisorderBound == 0 {
		o.DisorderBound = defaultBound
	}
	if o.Tenant == "" {
		o.Tenant = defaultTenant
	}
	switch {
	case o.Parcels < 1 || o.Parcels > maxParcels:
		return fmt.Errorf("%d parcels are wanted; 1 to %d are possible", o.Parcels, maxParcels)
	case o.Start.IsZero():
		return errors.New("the start is missing")
	case o.Duration < time.Second:
		return fmt.Errorf("the duration is %s; a second is the least", o.Duration)
	case !isShare(o.DuplicateRate) || !isShare(o.DisorderRate):
		return fmt.Errorf("the rates of duplicates and disorder are %v and %v; 0 to 1 is possible", o.DuplicateRate, o.DisorderRate)
	case o.DisorderBound < time.Millisecond || o.DisorderBound > maxBound:
		return fmt.Errorf("the bound of disorder is %s; a millisecond to %s is possible", o.DisorderBound, maxBound)
	}
	o.Start = o.Start.UTC().Truncate(time.Millisecond)
	return o.Faults.check()
}

func isShare(rate float64) bool { return rate >= 0 && rate <= 1 } // false for NaN too
