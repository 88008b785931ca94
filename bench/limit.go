package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"waybill/internal/topiclog"
	"waybill/schemas"
)

// limitGroup is the consumer group of the pass-through limit.
const limitGroup = "limit"

// limitOrder is what the process that measures the limit is told.
type limitOrder struct {
	Source         []string      `json:"source"` // brokers that have what tracking wrote
	Partitions     int           `json:"partitions"`
	Passes         int           `json:"passes"` // how often the inputs hold what tracking has read
	Workers        int           `json:"workers"`
	CommitInterval time.Duration `json:"commit_interval"`
}

// limit is the pass-through: as many members of a group as tracking has
// workers, each with transactions of its own, reading the same inputs and
// writing what tracking wrote.
type limit struct {
	limitOrder
	background
	brokers []string
	lanes   []*lane
	passers []*passer
}

func newLimit(brokers []string, o *limitOrder) *limit {
	l := &limit{limitOrder: *o, brokers: brokers}
	for p := range int32(o.Partitions) {
		l.lanes = append(l.lanes, &lane{partition: p})
	}
	return l
}

// prepare implements measured: it reads what tracking wrote and joins the group.
func (l *limit) prepare(ctx context.Context) (tallies, error) {
	wrote, err := l.read(ctx)
	if err != nil {
		return nil, err
	}
	for i := range l.Workers {
		p, err := newPasser(l, fmt.Sprintf("%s-%d", limitGroup, i))
		if err != nil {
			return nil, err
		}
		l.passers = append(l.passers, p)
	}
	if err := l.join(ctx); err != nil {
		return nil, err
	}
	l.start(ctx, l.run)
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

// read counts what tracking read and takes up what it wrote: every record,
// changelog included.
func (l *limit) read(ctx context.Context) (tallies, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(l.Source...))
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	defer client.Close()
	wrote := tallies{}
	each := func(topics []string, do func(*lane, *kgo.Record)) {
		for _, topic := range topics {
			err = errors.Join(err, topiclog.Whole(ctx, client, topic, nil, func(r *kgo.Record) error {
				do(l.lanes[r.Partition], r)
				return nil
			}))
		}
	}
	each(inputTopics(), func(lane *lane, r *kgo.Record) {
		if isLoad(r) {
			lane.inputs++
		}
	})
	each(outputTopics(), func(lane *lane, r *kgo.Record) {
		wrote.add(r)
		lane.add(r)
	})
	if err != nil {
		return nil, fmt.Errorf("reading what tracking has worked on: %w", err)
	}
	return wrote, nil
}

// join waits until every partition of the inputs has its member for good.
func (l *limit) join(ctx context.Context) error {
	admin := kadm.NewClient(l.passers[0].client)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		groups, err := admin.DescribeGroups(ctx, limitGroup)
		if err != nil {
			return fmt.Errorf("asking for the members of group %s: %w", limitGroup, err)
		}
		g := groups[limitGroup]
		if g.State == "Stable" && len(g.Members) == l.Workers && l.covered(g.AssignedPartitions()) {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for group %s to settle: %w", limitGroup, ctx.Err())
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
	for _, topic := range inputTopics() {
		if len(assigned[topic]) < len(l.lanes) {
			return false
		}
	}
	return true
}

// complete refuses a turn in which not everything was written.
func (l *limit) complete() error {
	for _, lane := range l.lanes {
		for _, o := range lane.outputs {
			if want := l.Passes * len(o.records); o.written != want {
				return fmt.Errorf("passing records through: %d, not %d, were written to partition %d of %s", o.written, want, lane.partition, o.topic)
			}
		}
	}
	return nil
}

// outputTopics are those that tracking writes.
func outputTopics() []string {
	return []string{
		schemas.TopicTrackingEvents, schemas.TopicDecisions, schemas.TopicShipments, schemas.TopicWebhookJobs, schemas.TopicUsage,
		schemas.TopicTrackingState, schemas.TopicRerouted, schemas.TopicDeadLetters,
	}
}
