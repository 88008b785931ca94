package clickhouse

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
)

const (
	// firstWait and maxWait bound the wait between two tries at a batch. It
	// doubles from try to try.
	firstWait = 100 * time.Millisecond
	maxWait   = 5 * time.Second
	// shutdownGrace is how long a batch in hand may still take once Run is asked
	// to end.
	shutdownGrace = 10 * time.Second
	// faultWait keeps a source that answers with nothing but errors from
	// spinning.
	faultWait = 250 * time.Millisecond
)

// Sink reads the topics as a member of a consumer group and writes tables.
type Sink struct {
	cfg     Config
	metrics *metrics
	source  source
	store   store
	batch   *batch
	pace    pace
	held    []*kgo.Record // that could not be read yet, and what came behind
	holds   bool          // there are some; the loop's own, for lost may empty held
	ages    ages
	trouble atomic.Pointer[string] // why the batch in hand cannot be settled; nil when it can
}

// Waiting says why the sink cannot settle its batch at the moment, nothing when
// it can. It goes on trying.
func (s *Sink) Waiting() string {
	if why := s.trouble.Load(); why != nil {
		return *why
	}
	return ""
}

// New checks the configuration and registers the metrics. It connects to
// nothing: Run does.
func New(cfg Config) (*Sink, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	m, err := newMetrics(cfg.Registerer)
	if err != nil {
		return nil, err
	}
	return &Sink{cfg: cfg, metrics: m, batch: newBatch(cfg.Prefix, cfg.Codecs), pace: newPace(cfg.FlushInterval, time.Now())}, nil
}

// Run reads and writes until ctx ends; then it settles the batch in hand, for at
// most ten seconds, leaves the group, for at most one, and returns nil. What could not be settled
// is read again by whoever has the partition next.
//
// While Kafka or ClickHouse cannot be reached it waits, however long. It returns
// an error only when going on would do harm. It is to be called once.
func (s *Sink) Run(ctx context.Context) error {
	tables, err := openStore(s.cfg.ClickHouse)
	if err != nil {
		return err
	}
	kafka, err := openSource(&s.cfg, s.lost)
	if err != nil {
		return errors.Join(err, tables.close())
	}
	group, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	group.Go(func() error {
		defer stop()
		return s.loop(ctx, kafka, tables)
	})
	group.Go(func() error {
		s.watchLag(ctx, kafka)
		return nil
	})
	group.Go(func() error {
		s.watchParts(ctx, tables)
		return nil
	})
	err = group.Wait()
	kafka.close()
	return errors.Join(err, tables.close())
}

// loop is Run on a given source and store.
func (s *Sink) loop(ctx context.Context, from source, to store) error {
	s.source, s.store = from, to
	for ctx.Err() == nil {
		s.collect(ctx)
		if err := s.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lost forgets partitions that now belong to someone else. The source calls it
// only while rebalancing is allowed, so never at the same time as the loop
// touches the batch.
func (s *Sink) lost(partitions map[string][]int32) {
	for topic, numbers := range partitions {
		for _, partition := range numbers {
			s.batch.drop(topic, partition)
			s.dropHeld(topic, partition)
		}
	}
}

// collect fills the batch until it is full or due.
func (s *Sink) collect(ctx context.Context) {
	for ctx.Err() == nil && !s.batch.full(s.cfg.FlushRows) {
		if s.holds && !s.takeHeld(ctx) {
			return
		}
		waiting, cancel := ctx, context.CancelFunc(func() {})
		if !s.batch.empty() {
			left := time.Until(s.pace.due(s.batch.since))
			if left <= 0 {
				return
			}
			waiting, cancel = context.WithTimeout(ctx, left)
		}
		fetches := s.source.poll(waiting, s.cfg.FlushRows-s.batch.records)
		cancel()
		s.take(ctx, fetches)
		if s.batch.empty() {
			s.source.allowRebalance()
		}
	}
}

// take adds what was fetched to the batch.
func (s *Sink) take(ctx context.Context, fetches kgo.Fetches) {
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if len(p.Records) > 0 {
			s.ages.from(p.Topic, p.Partition, p.Records[0].Timestamp)
		}
		p.EachRecord(s.takeRecord)
	})
	failed := false
	fetches.EachError(func(topic string, partition int32, err error) {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return
		}
		failed = true
		s.cfg.Logger.Error("reading a partition failed; it is tried again", "topic", topic, "partition", partition, "error", err)
	})
	if failed {
		sleep(ctx, faultWait)
	}
}

// settle writes the batch, however often that takes. Between tries partitions
// may be taken away.
func (s *Sink) settle(ctx context.Context) error {
	finishing, cancel := withGrace(ctx, shutdownGrace)
	defer cancel()
	defer s.stuck(nil)
	s.pace.began = time.Now()
	for tries, wait := 1, firstWait; !s.batch.empty(); tries, wait = tries+1, min(2*wait, maxWait) {
		err := s.write(finishing, s.batch)
		if err == nil {
			s.pace.settled()
			if tries > 1 {
				s.cfg.Logger.Info("the batch is settled", "tries", tries, "waited", time.Since(s.batch.since))
			}
			break
		}
		s.metrics.batches.WithLabelValues("failed").Inc()
		if harm := harmful(err); harm != nil {
			return harm
		}
		if ctx.Err() != nil {
			s.cfg.Logger.Warn("ending with a batch that was not settled; it will be read again", "records", s.batch.records, "error", err)
			break
		}
		if crowded(err) {
			s.pace.crowded()
			wait = max(wait, s.pace.interval)
		}
		s.cfg.Logger.Error("settling a batch failed; it is tried again", "records", s.batch.records, "tries", tries, "again_in", wait, "error", err)
		s.stuck(err)
		s.source.allowRebalance()
		sleep(ctx, wait)
		s.source.blockRebalance()
	}
	s.batch.reset()
	s.source.allowRebalance()
	return nil
}

// stuck shows why the batch in hand is not settled, or that it is.
func (s *Sink) stuck(err error) {
	if err == nil {
		s.trouble.Store(nil)
		s.metrics.waiting.Set(0)
		return
	}
	why := "its batch cannot be settled and is tried again: " + err.Error()
	s.trouble.Store(&why)
	s.metrics.waiting.Set(1)
}

// harmful gives the error under which going on would do harm, or nil.
func harmful(err error) error {
	if mass, ok := errors.AsType[*massRefusalError](err); ok {
		return mass
	}
	if table, ok := errors.AsType[*tableFaultError](err); ok {
		return table
	}
	return nil
}

// logical gives a topic's name in the contract.
func (s *Sink) logical(topic string) string { return strings.TrimPrefix(topic, s.cfg.Prefix) }

// withGrace returns a context that outlives ctx by a while.
func withGrace(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		sleep(longer, grace)
		cancel()
	})
	return longer, func() {
		stop()
		cancel()
	}
}

// sleep waits, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
