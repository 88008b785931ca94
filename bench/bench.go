package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"waybill/internal/config"
	"waybill/internal/roles"
)

// bench is one run of the command.
type bench struct {
	*options
	load     *load
	settings *config.Settings
}

// row is one reorder hold: tracking and the limit of the same bytes, in turns.
type row struct {
	hold  time.Duration
	pairs []pair
}

// pair is a turn of tracking and the turn of the limit that follows it.
type pair struct{ ours, limit turn }

// share is our rate in the limit's, in percent.
func (p pair) share() float64 { return 100 * p.ours.rate() / p.limit.rate() }

// run measures, prints the table and writes the results.
func run(ctx context.Context, o *options) error {
	settings, err := defaultSettings()
	if err != nil {
		return err
	}
	l, err := newLoad(o.Parcels, o.Seed)
	if err != nil {
		return err
	}
	b := &bench{options: o, load: l, settings: settings}
	rows, err := b.measureRows(ctx)
	if err != nil {
		return err
	}
	r := &results{machine: thisMachine(ctx), options: o, load: l, interval: settings.Pipeline.CommitInterval, workers: settings.Pipeline.WorkerCount(), rows: rows}
	fmt.Print(r.tables())
	if o.Results != "" {
		if err := os.WriteFile(o.Results, []byte(r.document()), 0o644); err != nil {
			return fmt.Errorf("writing the results: %w", err)
		}
	}
	if o.Profile != "" {
		return b.profile(ctx)
	}
	return nil
}

// measureRows takes turns: both holds, ours and the limit, then the same again.
func (b *bench) measureRows(ctx context.Context) ([]row, error) {
	rows := []row{{hold: 0}, {hold: b.settings.Pipeline.ReorderHold}}
	for i := range b.Warmups + b.Turns {
		for r := range rows {
			p, err := b.pair(ctx, rows[r].hold)
			if err != nil {
				return nil, fmt.Errorf("measuring with hold %s: %w", rows[r].hold, err)
			}
			fmt.Fprintf(os.Stderr, "turn %d of %d, hold %s: %.0f raw events/s, limit %.0f\n",
				i+1, b.Warmups+b.Turns, rows[r].hold, p.ours.rate(), p.limit.rate())
			if i >= b.Warmups {
				rows[r].pairs = append(rows[r].pairs, p)
			}
		}
	}
	for _, r := range rows {
		if err := r.check(b.load); err != nil {
			return nil, fmt.Errorf("checking what came out with hold %s: %w", r.hold, err)
		}
	}
	return rows, nil
}

// pair measures tracking, and then the limit on a broker of its own with what
// tracking has written. The limit is so much quicker that it works off several
// passes of the load: one would be over after a few commits.
func (b *bench) pair(ctx context.Context, hold time.Duration) (p pair, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.Patience, fmt.Errorf("it took more than %s", b.Patience))
	defer cancel()
	source, err := newStage(ctx, b.load, b.Partitions, 1)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	p.ours, err = measure(ctx, source, roles.Tracking, &order{Hold: hold}, func() error { return nil })
	if err != nil {
		return p, err
	}
	target, err := newStage(ctx, b.load, b.Partitions, b.Passes)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, target.close()) }()
	p.limit, err = measure(ctx, target, limitGroup, &order{Limit: &limitOrder{
		Source: source.kafka.Addrs(), Partitions: b.Partitions, Passes: b.Passes,
		Workers: b.settings.Pipeline.WorkerCount(), CommitInterval: b.settings.Pipeline.CommitInterval,
	}}, source.close)
	p.ours.wrote = p.limit.wrote
	return p, err
}

// profile runs one more turn of tracking, with profiles.
func (b *bench) profile(ctx context.Context) (err error) {
	if err := os.MkdirAll(b.Profile, 0o750); err != nil {
		return fmt.Errorf("making the folder for profiles: %w", err)
	}
	s, err := newStage(ctx, b.load, b.Partitions, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	_, err = measure(ctx, s, roles.Tracking, &order{Profile: b.Profile}, func() error { return nil })
	return err
}
