package tracking

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"waybill/bench/deployed"
	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/internal/config"
	"waybill/internal/roles"
)

// Part is the name by which this is run.
const Part = "tracking"

// Options are those of this part alone.
type Options struct {
	Parcels int `help:"Parcels in each turn of tracking; about 11 raw events each." default:"10000"`
	Passes  int `help:"How often the limit works the same load off, so that its turn is long enough to tell." default:"4"`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.Parcels < 1 || o.Passes < 1 {
		return fmt.Errorf("--parcels %d, --passes %d: at least 1 each is needed", o.Parcels, o.Passes)
	}
	return nil
}

// bench is one run.
type bench struct {
	Options
	common   *rig.Options
	load     *load
	settings *config.Settings
}

// row is one reorder hold: tracking and the limit of the same bytes, in turns.
type row struct {
	hold  time.Duration
	pairs []rig.Pair
}

// Run measures.
func Run(ctx context.Context, common *rig.Options, o *Options) (*report.Section, error) {
	settings, err := deployed.Settings()
	if err != nil {
		return nil, err
	}
	l, err := newLoad(o.Parcels, common.Seed)
	if err != nil {
		return nil, err
	}
	b := &bench{Options: *o, common: common, load: l, settings: settings}
	rows, err := b.measureRows(ctx)
	if err != nil {
		return nil, err
	}
	if common.Profile != "" {
		if err := b.profile(ctx); err != nil {
			return nil, err
		}
	}
	return (&results{bench: b, rows: rows}).section(), nil
}

// measureRows takes turns: both holds, ours and the limit, then the same again.
func (b *bench) measureRows(ctx context.Context) ([]row, error) {
	rows := []row{{hold: 0}, {hold: b.settings.Pipeline.ReorderHold}}
	for i := range b.common.Warmups + b.common.Turns {
		for r := range rows {
			p, err := b.pair(ctx, rows[r].hold)
			if err != nil {
				return nil, fmt.Errorf("measuring with hold %s: %w", rows[r].hold, err)
			}
			fmt.Fprintf(os.Stderr, "tracking: turn %d of %d, hold %s: %.0f raw events/s, limit %.0f\n",
				i+1, b.common.Warmups+b.common.Turns, rows[r].hold, p.Ours.Rate(), p.Limit.Rate())
			if i >= b.common.Warmups {
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
func (b *bench) pair(ctx context.Context, hold time.Duration) (p rig.Pair, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.common.Patience, fmt.Errorf("it took more than %s", b.common.Patience))
	defer cancel()
	source, err := newStage(ctx, b.load, b.common.Partitions, 1)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if p.Ours, err = b.ours(ctx, source, hold, ""); err != nil {
		return p, err
	}
	target, err := newStage(ctx, b.load, b.common.Partitions, b.Passes)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	p.Limit, err = rig.MeasureLimit(ctx, target, source, &rig.LimitOrder{
		Inputs: InputTopics(), Outputs: OutputTopics(), Partitions: b.common.Partitions, Passes: b.Passes,
		CommitInterval: b.settings.Pipeline.CommitInterval,
	}, b.load.events.Records)
	p.Ours.Wrote = p.Limit.Wrote
	return p, err
}

func (b *bench) ours(ctx context.Context, s *rig.Stage, hold time.Duration, profile string) (rig.Turn, error) {
	p, err := rig.Start(ctx, deployed.Kind, profile, &deployed.Order{
		Brokers: s.Addrs(), Roles: []string{roles.Tracking}, Clock: "log", Hold: hold, State: filepath.Join(s.Dir, "state"),
	})
	if err != nil {
		return rig.Turn{}, err
	}
	return rig.Measure(ctx, s, p, roles.Tracking, b.load.events.Records)
}

// profile runs one more turn of tracking, with profiles.
func (b *bench) profile(ctx context.Context) (err error) {
	s, err := newStage(ctx, b.load, b.common.Partitions, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	_, err = b.ours(ctx, s, 0, b.common.Profile)
	return err
}
