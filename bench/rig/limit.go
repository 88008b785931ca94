package rig

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"waybill/internal/topiclog"
)

// LimitKind is the kind of a measured process that is the pass-through limit,
// and the name of its consumer group.
const LimitKind = "limit"

// LimitOrder is what the process that is the limit is told.
type LimitOrder struct {
	Brokers        []string      `json:"brokers"`
	Source         []string      `json:"source"` // brokers that have what the other wrote
	Inputs         []string      `json:"inputs"` // topics, on both, without a prefix
	Outputs        []string      `json:"outputs"`
	Prefix         string        `json:"prefix"`        // of the limit's topics and group
	SourcePrefix   string        `json:"source_prefix"` // of those of the other
	Partitions     int           `json:"partitions"`
	Passes         int           `json:"passes"`  // how often the inputs hold what the other has read
	Workers        int           `json:"workers"` // 0: one for each core that the process has
	CommitInterval time.Duration `json:"commit_interval"`
}

// limit is the pass-through: as many members of a group as the other has
// workers, each with transactions of its own, reading the same inputs and
// writing what the other wrote.
type limit struct {
	LimitOrder
	Background
	lanes   []*lane
	passers []*passer
}

// NewLimit makes the limit. When it is ready it says the Tallies of what it is
// going to write in one pass.
func NewLimit(o *LimitOrder) (Measured, error) {
	l := &limit{LimitOrder: *o}
	if l.Workers == 0 {
		l.Workers = runtime.GOMAXPROCS(0)
	}
	for p := range int32(o.Partitions) {
		l.lanes = append(l.lanes, &lane{partition: p})
	}
	return l, nil
}

// Prepare implements Measured: it reads what the other wrote and joins the group.
func (l *limit) Prepare(ctx context.Context) (any, error) {
	wrote, err := l.read(ctx)
	if err != nil {
		return nil, err
	}
	for i := range l.Workers {
		p, err := newPasser(l, fmt.Sprintf("%s-%d", l.group(), i))
		if err != nil {
			return nil, err
		}
		l.passers = append(l.passers, p)
	}
	if err := l.join(ctx); err != nil {
		return nil, err
	}
	l.Start(ctx, l.run)
	return wrote, nil
}

// run passes records through until ctx is done.
func (l *limit) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range l.passers {
		g.Go(func() error {
			defer p.session.Close()
			return p.run(ctx)
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("passing records through: %w", err)
	}
	return l.complete()
}

// read counts what the other read and takes up what it wrote: every record,
// changelog included.
func (l *limit) read(ctx context.Context) (Tallies, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(l.Source...))
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	defer client.Close()
	wrote := Tallies{}
	each := func(topics []string, do func(*lane, *kgo.Record)) {
		for _, topic := range topics {
			err = errors.Join(err, topiclog.Whole(ctx, client, l.SourcePrefix+topic, nil, func(r *kgo.Record) error {
				r.Topic = topic
				do(l.lanes[r.Partition], r)
				return nil
			}))
		}
	}
	each(l.Inputs, func(lane *lane, r *kgo.Record) {
		if isLoad(r) {
			lane.inputs++
		}
	})
	each(l.Outputs, func(lane *lane, r *kgo.Record) {
		wrote.Add(r)
		lane.add(r)
	})
	if err != nil {
		return nil, fmt.Errorf("reading what the other has worked on: %w", err)
	}
	adopt(l.lanes)
	return wrote, nil
}

// join waits until every partition of the inputs has its member for good.
func (l *limit) join(ctx context.Context) error {
	admin := kadm.NewClient(l.passers[0].client)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		groups, err := admin.DescribeGroups(ctx, l.group())
		// A broker that has just been made has no coordinator for a moment.
		if err != nil && !errors.Is(err, kerr.CoordinatorNotAvailable) && !errors.Is(err, kerr.NotCoordinator) {
			return fmt.Errorf("asking for the members of group %s: %w", l.group(), err)
		}
		g := groups[l.group()]
		if g.State == "Stable" && len(g.Members) == l.Workers && l.covered(g.AssignedPartitions()) {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for group %s to settle: %w", l.group(), ctx.Err())
		case <-tick.C:
		}
	}
	for _, p := range l.passers {
		if err := p.forget(ctx); err != nil {
			return fmt.Errorf("ending an empty transaction: %w", err)
		}
	}
	return nil
}

func (l *limit) covered(assigned kadm.TopicsSet) bool {
	for _, topic := range l.Inputs {
		if len(assigned[l.Prefix+topic]) < len(l.lanes) {
			return false
		}
	}
	return true
}

func (l *limit) group() string { return l.Prefix + LimitKind }

// complete refuses a turn in which not everything was written.
func (l *limit) complete() error {
	for _, lane := range l.lanes {
		for _, o := range lane.outputs {
			if want := l.Passes * len(o.records); o.written != want {
				return fmt.Errorf("passing records through: %d, not %d, were written to partition %d of %s", o.written, want, o.partition, o.topic)
			}
		}
	}
	return nil
}

// MeasureLimit measures the limit on target, with what was written on source,
// which it closes once that is read. records is how many the load has in one
// pass. The turn says what one pass wrote.
func MeasureLimit(ctx context.Context, target, source *Stage, o *LimitOrder, records int) (Turn, error) {
	o.Brokers, o.Source = target.Addrs(), source.Addrs()
	p, err := Start(ctx, LimitKind, "", o)
	if err != nil {
		return Turn{}, err
	}
	var wrote Tallies
	if err := errors.Join(p.Said(&wrote), source.Close()); err != nil {
		return Turn{}, errors.Join(err, p.Close())
	}
	t, err := Measure(ctx, target, p, LimitKind, o.Passes*records)
	t.Wrote = wrote
	return t, err
}
