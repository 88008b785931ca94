package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"waybill/bench/rig"
)

// Options are those of these parts alone.
type Options struct {
	Records int  `help:"Records in each turn of stream, and the least in one of state." default:"500000"`
	Full    bool `help:"State and idle with 10 million keys, not 1 million; reports on 10 million parcels; scale with 10 million shipments."`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.Records < 1 {
		return fmt.Errorf("--records %d: at least 1 is needed", o.Records)
	}
	return nil
}

// bench is one run of a part.
type bench struct {
	common *rig.Options
	*Options
}

// commitInterval is the runtime's default.
const commitInterval = 100 * time.Millisecond

// patiently bounds a turn.
func (b *bench) patiently(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, b.common.Patience, fmt.Errorf("it took more than %s", b.common.Patience))
}

// turns calls measure for each turn that counts, and before for those that do
// not.
func (b *bench) turns(part string, measure func(i int, counts bool) (fmt.Stringer, error)) error {
	for i := range b.common.Warmups + b.common.Turns {
		said, err := measure(i, i >= b.common.Warmups)
		if err != nil {
			return fmt.Errorf("measuring %s: %w", part, err)
		}
		fmt.Fprintf(os.Stderr, "%s: turn %d of %d: %s\n", part, i+1, b.common.Warmups+b.common.Turns, said)
	}
	return nil
}

// ours lets the runtime work off what lies on a stage.
func (b *bench) ours(ctx context.Context, s *rig.Stage, sc scene, o RuntimeOrder, profile string) (rig.Turn, error) {
	o.Brokers = s.Addrs()
	p, err := rig.Start(ctx, RuntimeKind, profile, o)
	if err != nil {
		return rig.Turn{}, err
	}
	return rig.Measure(ctx, s, p, app, sc.records)
}

// ourTurn is ours on a stage of its own.
func (b *bench) ourTurn(ctx context.Context, sc scene, o RuntimeOrder, profile string) (t rig.Turn, err error) {
	s, err := sc.stage(ctx, 1)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return b.ours(ctx, s, sc, o, profile)
}

// warmTurn is ourTurn by a process that has just handled other records for the
// same keys, so that its caches hold what they can.
func (b *bench) warmTurn(ctx context.Context, sc scene, o RuntimeOrder, before int) (t rig.Turn, err error) {
	s, err := sc.emptyStage(ctx)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	o.Brokers = s.Addrs()
	p, err := rig.Start(ctx, RuntimeKind, "", o)
	if err != nil {
		return t, err
	}
	other := sc
	other.records, other.seed = before, sc.seed+1
	if err = other.fill(ctx, s, 1); err == nil {
		err = s.Open(ctx)
	}
	if err == nil {
		err = s.Handled(p.Alive(), app)
	}
	if err == nil {
		err = sc.fill(ctx, s, 1)
	}
	if err != nil {
		return t, errors.Join(err, p.Close())
	}
	return rig.Measure(ctx, s, p, app, sc.records)
}

// pair is ourTurn, and then the limit of the same bytes.
func (b *bench) pair(ctx context.Context, sc scene, o RuntimeOrder, passes int) (p rig.Pair, err error) {
	source, err := sc.stage(ctx, 1)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if p.Ours, err = b.ours(ctx, source, sc, o, ""); err != nil {
		return p, err
	}
	target, err := sc.stage(ctx, passes)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	p.Limit, err = rig.MeasureLimit(ctx, target, source, sc.limitOrder(passes), sc.records)
	p.Ours.Wrote = p.Limit.Wrote
	return p, err
}

// limitOrder is that of the limit of the trivial job.
func (sc scene) limitOrder(passes int) *rig.LimitOrder {
	return &rig.LimitOrder{
		Inputs: []string{inputTopic}, Outputs: []string{outputTopic, changelogTopic, deadLetterTopic}, Partitions: sc.partitions, Passes: passes,
		Prefix: sc.prefix, SourcePrefix: sc.prefix, CommitInterval: commitInterval,
	}
}

// folder makes one for the state, and fills it in a process of its own.
func (b *bench) folder(ctx context.Context, st state) (dir string, err error) {
	if dir, err = os.MkdirTemp("", "waybill-bench-state-"); err != nil {
		return "", fmt.Errorf("making a folder for the state: %w", err)
	}
	var took time.Duration
	if err := rig.Do(ctx, FillKind, FillOrder{Dir: dir, State: st}, &took); err != nil {
		return "", errors.Join(fmt.Errorf("filling the state: %w", err), os.RemoveAll(dir))
	}
	return dir, nil
}
