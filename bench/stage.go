package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded"
	"waybill/internal/topics"
	"waybill/schemas"
)

// stage is a broker of its own, with the topics and the load of one turn.
// The load lies in an open transaction: consumers join their group and find
// nothing, until open lets all of it be seen at once. So a turn's time begins
// when work begins, and holds neither joining nor loading.
type stage struct {
	load      *load
	passes    int // how often the load was written
	rawEvents int // of all passes
	dir       string
	kafka     *embedded.Kafka
	loader    *kgo.Client
}

// loadTimeout is how long the load's transaction may stay open.
const loadTimeout = 5 * time.Minute

func newStage(ctx context.Context, l *load, partitions, passes int) (*stage, error) {
	s := &stage{load: l, passes: passes, rawEvents: passes * l.events.Records}
	if err := s.start(ctx, partitions); err != nil {
		return nil, errors.Join(fmt.Errorf("setting up a broker with the load: %w", err), s.close())
	}
	return s, nil
}

func (s *stage) start(ctx context.Context, partitions int) (err error) {
	if s.dir, err = os.MkdirTemp("", "waybill-bench-"); err != nil {
		return err
	}
	if s.kafka, err = embedded.StartKafka(ctx, embedded.KafkaOptions{DataDir: s.dir}); err != nil {
		return err
	}
	s.loader, err = kgo.NewClient(
		kgo.SeedBrokers(s.kafka.Addrs()...),
		kgo.MetadataMinAge(100*time.Millisecond), // the client's own 5 s would hide topics that were made just now
		kgo.TransactionalID("load"), kgo.TransactionTimeout(loadTimeout),
		kgo.RecordPartitioner(partitioner{kgo.StickyKeyPartitioner(nil)}))
	if err != nil {
		return err
	}
	layout := topics.Layout{Partitions: partitions, Replication: -1, Replay: true}
	if _, err := topics.Create(ctx, s.loader, layout); err != nil {
		return err
	}
	if err := s.addEndpoint(ctx); err != nil {
		return err
	}
	return s.publish(ctx, partitions)
}

// addEndpoint makes the tenant's endpoint known, as the endpoints job would.
func (s *stage) addEndpoint(ctx context.Context) error {
	if err := s.loader.BeginTransaction(); err != nil {
		return err
	}
	r := &kgo.Record{Topic: schemas.TopicWebhookEndpoints, Key: []byte(endpointID), Value: s.load.endpoint}
	if err := s.loader.ProduceSync(ctx, r).FirstErr(); err != nil {
		return fmt.Errorf("writing the endpoint: %w", err)
	}
	return s.loader.EndTransaction(ctx, kgo.TryCommit)
}

// publish writes the load and its ticks, and leaves the transaction open.
func (s *stage) publish(ctx context.Context, partitions int) error {
	if err := s.loader.BeginTransaction(); err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	done := func(r *kgo.Record, err error) {
		if err != nil {
			fail(fmt.Errorf("writing the load to %s: %w", r.Topic, err))
		}
	}
	for range s.passes {
		for i := range s.load.records {
			r := s.load.records[i] // a client keeps what it is given
			s.loader.Produce(ctx, &r, done)
		}
	}
	for _, topic := range inputTopics() {
		for p := range int32(partitions) {
			tick := &kgo.Record{Topic: topic, Partition: p, Timestamp: s.load.tickAt, Headers: []kgo.RecordHeader{{Key: schemas.TickHeader}}}
			s.loader.Produce(ctx, tick, done)
		}
	}
	if err := s.loader.Flush(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("writing the load: %w", err)
	}
	return context.Cause(ctx)
}

// open lets the load be seen.
func (s *stage) open(ctx context.Context) error {
	if err := s.loader.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return fmt.Errorf("letting the load be seen: %w", err)
	}
	return nil
}

// handled waits until a group has committed everything that the inputs hold.
func (s *stage) handled(ctx context.Context, group string) error {
	admin := kadm.NewClient(s.loader)
	ends, err := admin.ListEndOffsets(ctx, inputTopics()...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("asking where the inputs end: %w", err)
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		committed, err := admin.FetchOffsets(ctx, group)
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("asking how far group %s is: %w", group, err)
		}
		left := int64(0)
		ends.Each(func(end kadm.ListedOffset) {
			at, _ := committed.Lookup(end.Topic, end.Partition)
			left += end.Offset - max(0, at.At)
		})
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for group %s, which has %d records left: %w", group, left, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// close ends the broker and removes its data. It can be called more than once.
func (s *stage) close() error {
	if s.loader != nil {
		s.loader.Close()
		s.loader = nil
	}
	var err error
	if s.kafka != nil {
		err = s.kafka.Close()
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// inputTopics are those that the load lies on.
func inputTopics() []string { return []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents} }

// isLoad tells a record of the load from a tick and the marker of a
// transaction.
func isLoad(r *kgo.Record) bool { return !r.Attrs.IsControl() && len(r.Key) > 0 }

// partitioner places records by their keys, and ticks, which have none, where
// they say.
type partitioner struct{ byKey kgo.Partitioner }

func (p partitioner) ForTopic(topic string) kgo.TopicPartitioner {
	return topicPartitioner{p.byKey.ForTopic(topic)}
}

type topicPartitioner struct{ kgo.TopicPartitioner }

func (topicPartitioner) RequiresConsistency(*kgo.Record) bool { return true }

func (p topicPartitioner) Partition(r *kgo.Record, n int) int {
	if len(r.Key) == 0 {
		return int(r.Partition)
	}
	return p.TopicPartitioner.Partition(r, n)
}
