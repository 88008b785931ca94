package rig

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// pollRecords bounds one poll, as the runtime's does.
const pollRecords = 2000

// passer is one member of the limit's group.
type passer struct {
	lanes    []*lane // by partition; a partition has one member
	prefix   string
	interval time.Duration
	session  *kgo.GroupTransactSession
	client   *kgo.Client

	touched map[*lane]progress // where the lanes of this transaction stood before it

	mu     sync.Mutex
	failed error // the first write that failed
}

// newPasser has the options of the runtime's own client, where they bear on
// speed.
func newPasser(l *limit, name string) (*passer, error) {
	var inputs []string
	for _, topic := range l.Inputs {
		inputs = append(inputs, l.Prefix+topic)
	}
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(l.Brokers...), kgo.MetadataMinAge(100*time.Millisecond),
		kgo.ConsumerGroup(l.group()), kgo.InstanceID(name), kgo.TransactionalID(name),
		kgo.ConsumeTopics(inputs...), kgo.Balancers(kgo.RangeBalancer()), // gives a partition of all topics to one member
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.FetchMaxBytes(fetchBytes), kgo.FetchMaxPartitionBytes(partitionBytes),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	)
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	return &passer{lanes: l.lanes, prefix: l.Prefix, interval: l.CommitInterval, session: session, client: session.Client(), touched: map[*lane]progress{}}, nil
}

const (
	fetchBytes     = 16 << 20
	partitionBytes = 1 << 20
)

// forget makes the client forget what it gave up while others joined: it would
// abort the first transaction.
func (p *passer) forget(ctx context.Context) error {
	if err := p.session.Begin(); err != nil {
		return err
	}
	_, err := p.session.End(ctx, kgo.TryAbort)
	return err
}

func (p *passer) run(ctx context.Context) error {
	for ctx.Err() == nil {
		fetches := p.client.PollRecords(ctx, pollRecords)
		if err := fetches.Err(); err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("reading the inputs: %w", err)
		}
		if fetches.Empty() {
			continue
		}
		if err := p.transaction(ctx, fetches); err != nil {
			return err
		}
	}
	return nil
}

// transaction passes on what comes within a commit interval, and ends before
// when nothing is left, as the runtime does (rule E7).
func (p *passer) transaction(ctx context.Context, fetches kgo.Fetches) error {
	began := time.Now()
	if err := p.session.Begin(); err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	var noWait context.Context // makes a poll return what is buffered
	for !fetches.Empty() {
		fetches.EachRecord(p.pass)
		if time.Since(began) >= p.interval {
			break
		}
		fetches = p.client.PollRecords(noWait, pollRecords)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("reading the inputs: %w", err)
		}
	}
	committed, err := p.session.End(context.WithoutCancel(ctx), kgo.TryCommit) // the word to stop may come before its answer
	p.mu.Lock()
	defer p.mu.Unlock()
	if err = errors.Join(p.failed, err); err != nil {
		return fmt.Errorf("ending a transaction: %w", err)
	}
	if !committed { // a broker may ask for that: the records come again
		for l, before := range p.touched {
			l.returnTo(before)
		}
	}
	clear(p.touched)
	return nil
}

func (p *passer) pass(r *kgo.Record) {
	if !isLoad(r) {
		return
	}
	l := p.lanes[r.Partition]
	if _, known := p.touched[l]; !known {
		p.touched[l] = l.progress()
	}
	l.pass(p.write)
}

func (p *passer) write(r *kgo.Record) {
	r.Topic = p.prefix + r.Topic
	p.client.Produce(context.Background(), r, func(r *kgo.Record, err error) {
		if err != nil {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.failed = errors.Join(p.failed, fmt.Errorf("writing to %s: %w", r.Topic, err))
		}
	})
}
