package score

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"waybill/connectors/simulate"
)

// Options say what to score on.
type Options struct {
	// Shipments is how many tracking numbers, at least 1.
	Shipments int
	Seed      uint64
	// Faults is the share of scans and of parcels with a fault, 0 to 1
	// (simulate.AllFaults). All arrive within the reorder hold.
	Faults float64
	// BeyondHold is the share of scans that come later than any hold, 0 to 1.
	BeyondHold float64
	// Rates go before what the two shares say of single faults.
	Rates simulate.Faults
	// Progress, where it is not nil, is told how far the work is; from several
	// goroutines, one at a time.
	Progress func(done, total int)
}

// OptionsError is an error that other options mend.
type OptionsError struct{ error }

// start is when the first registration may arrive. Figures do not depend on the
// day on which they are made.
func start() time.Time { return time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC) }

// Run scores all rules on the same parcels. The same options give the same
// figures on any machine. Options that cannot be give an OptionsError.
func Run(ctx context.Context, o Options) (*Result, error) {
	faults := simulate.AllFaults(o.Faults)
	faults[simulate.Late] = o.BeyondHold
	maps.Copy(faults, o.Rates)
	maker, err := simulate.NewMaker(simulate.Options{Parcels: o.Shipments, Seed: o.Seed, Start: start(), Tenant: tenant, Faults: faults})
	if err != nil {
		return nil, OptionsError{err}
	}
	field, err := newField()
	if err != nil {
		return nil, err
	}
	sum, err := playAll(ctx, o, maker, field)
	if err != nil {
		return nil, fmt.Errorf("scoring: %w", err)
	}
	return sum.result(o), nil
}

// playAll plays every parcel by every rule, some at a time. Counts add up to
// the same whoever counts first.
func playAll(ctx context.Context, o Options, maker *simulate.Maker, field *field) (*counts, error) {
	sum := newCounts()
	var lock sync.Mutex
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			own := newCounts()
			defer func() {
				lock.Lock()
				defer lock.Unlock()
				sum.add(own)
			}()
			for {
				index := int(next.Add(1)) - 1
				if index >= o.Shipments {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return fmt.Errorf("it was stopped: %w", err)
				}
				if err := playOne(maker, index, field, own); err != nil {
					return err
				}
				if o.Progress != nil {
					lock.Lock()
					o.Progress(min(int(next.Load()), o.Shipments), o.Shipments)
					lock.Unlock()
				}
			}
		})
	}
	return sum, group.Wait()
}

func playOne(maker *simulate.Maker, index int, field *field, into *counts) error {
	p, err := maker.Parcel(index)
	if err != nil {
		return err
	}
	t := truthOf(p)
	into.shipments++
	into.events += t.events
	into.transitions += len(t.transitions)
	into.checks += len(t.checks)
	into.scans += len(t.scans)
	for name, begin := range field.rules() {
		r := begin()
		wrong, err := t.judge(p, r)
		if err != nil {
			return fmt.Errorf("parcel %s by the rule %s: %w", p.Lives[0].TrackingNumber, name, err)
		}
		into.rules[name].add(t.count(r.told(), wrong))
	}
	return nil
}
