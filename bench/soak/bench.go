package soak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/internal/roles"
	"waybill/schemas"
)

// Part is the name by which this is run.
const Part = "soak"

// Options are those of this part alone.
type Options struct {
	For         time.Duration `help:"How long soak lasts." default:"1h"`
	Every       time.Duration `help:"Time between two samples of soak." default:"10s"`
	FaultEvery  time.Duration `help:"Time between two faults of soak." default:"2m"`
	SoakRate    float64       `help:"Most raw events a second of soak, whatever is half of the highest rate: each leaves some 3 KB on this machine's disk." default:"2500"`
	SoakParcels int           `help:"Parcels of soak that are simulated together." default:"2000"`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.For <= 0 || o.Every <= 0 || o.FaultEvery <= 0 || o.SoakRate <= 0 || o.SoakParcels < 1 || o.SoakParcels > 100_000 {
		return fmt.Errorf("--for %s, --every %s, --fault-every %s, --soak-rate %g, --soak-parcels %d: all must be more than 0, and parcels at most 100000",
			o.For, o.Every, o.FaultEvery, o.SoakRate, o.SoakParcels)
	}
	return nil
}

// bench is one run.
type bench struct {
	Options

	common  *rig.Options
	machine rig.Machine
	highest float64 // raw events a second, at the start
	rate    float64 // of the soak

	mu       sync.Mutex // held while a fault is done
	happened []happened
	samples  []sample // of watch alone, until it has ended
}

// Run soaks.
func Run(ctx context.Context, common *rig.Options, o *Options, pictures string) (*report.Section, error) {
	b := &bench{Options: *o, common: common, machine: rig.ThisMachine(ctx)}
	v, err := b.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("soaking: %w", err)
	}
	if pictures != "" {
		for name, chart := range b.charts() {
			if err := report.WriteChart(pictures, name, chart); err != nil {
				return nil, err
			}
		}
	}
	return b.section(v), nil
}

func (b *bench) run(ctx context.Context) (v verdict, err error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return v, err
	}
	r, err := newReceiver()
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	p, err := newPlant(ctx, codecs, b.common.Partitions, r)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	s, err := newSource(codecs, p.kafka.Addrs(), b.SoakParcels, b.common.Seed, r.expect)
	if err != nil {
		return v, err
	}
	defer s.client.Close()
	if err := b.race(ctx, p, s); err != nil {
		return v, err
	}
	if err := b.soak(ctx, p, s); err != nil {
		return v, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, b.common.Patience, fmt.Errorf("it took more than %s", b.common.Patience))
	defer cancel()
	if v, err = b.judge(ctx, p, s); err != nil {
		return v, fmt.Errorf("comparing with what is true: %w", err)
	}
	return v, p.stop()
}

// batches are those of the race: so many that what is in flight at its end is
// little of all.
const batches = 10

// race measures the highest rate that all of it keeps up with: from the first record of a backlog
// sent until its last decision is in ClickHouse and its last webhook at the receiver.
func (b *bench) race(ctx context.Context, p *plant, s *source) error {
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, b.common.Patience, fmt.Errorf("it took more than %s", b.common.Patience))
	defer cancel()
	for range batches {
		if err := s.send(ctx, 0, 0); err != nil {
			return err
		}
	}
	if err := s.tick(ctx, b.common.Partitions, 0); err != nil {
		return err
	}
	if err := p.stage.Handled(ctx, roles.Tracking); err != nil {
		return err
	}
	if err := p.ask(func(conn driver.Conn) error { return decided(s.events).reached(ctx, conn) }); err != nil {
		return err
	}
	if _, err := delivered(ctx, p); err != nil {
		return err
	}
	b.highest = float64(s.events) / time.Since(began).Seconds()
	b.rate = min(b.highest/2, b.SoakRate)
	p.receiver.sample()
	fmt.Fprintf(os.Stderr, "%s: %.0f raw events/s at most; %.0f for %s\n", Part, b.highest, b.rate, b.For)
	return nil
}

// soak sends at an even rate for the whole time, with faults and samples beside.
func (b *bench) soak(ctx context.Context, p *plant, s *source) error {
	beside, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	began := time.Now()
	var work sync.WaitGroup
	errs := make([]error, 2)
	for i, do := range []func(context.Context, *plant, time.Time) error{b.trouble, b.watch} {
		work.Go(func() {
			if errs[i] = do(beside, p, began); errs[i] != nil {
				stop(errs[i])
			}
		})
	}
	err := s.send(beside, b.rate, b.For)
	stop(nil)
	work.Wait()
	return errors.Join(err, errors.Join(errs...))
}
