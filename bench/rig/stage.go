package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/apachekafka"
	"waybill/internal/embedded"
)

// Broker is a running Kafka.
type Broker interface {
	Addrs() []string
	Close() error
}

// Stage is a broker of its own, with the load of one turn. The load lies in an
// open transaction: consumers join their group and find nothing, until Open
// lets all of it be seen at once. So a turn's time begins when work begins, and
// holds neither joining nor loading.
type Stage struct {
	Broker
	// Client has written the load, and is there for other requests.
	Client *kgo.Client
	// Dir is a folder of the turn's own, removed at its end; empty on a broker
	// that was taken over.
	Dir string
	// Prefix stands before the names of the turn's topics and groups, where
	// turns share a broker.
	Prefix string
	inputs []string            // the topics that the load lies on
	filled map[partition]int64 // the offset of the last record that Fill wrote
}

type partition struct {
	topic  string
	number int32
}

// loadTimeout is how long the load's transaction may stay open.
const loadTimeout = 15 * time.Minute

// NewStage starts a broker with a data directory, in a child process: an
// embedded Kafka, or Apache Kafka where ctx's footing says so.
func NewStage(ctx context.Context, inputs ...string) (s *Stage, err error) {
	dir, err := os.MkdirTemp("", "waybill-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for a broker: %w", err)
	}
	kafka, err := startBroker(ctx, dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if s, err = NewStageOn(kafka, inputs...); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s.Dir = dir
	return s, nil
}

func startBroker(ctx context.Context, dir string) (Broker, error) {
	if FootingOf(ctx).Genuine {
		return apachekafka.Start(ctx, apachekafka.Options{Dir: filepath.Join(dir, "kafka"), Measured: true})
	}
	return embedded.StartKafka(ctx, embedded.KafkaOptions{DataDir: dir})
}

// NewStageOn takes over a broker that runs.
func NewStageOn(b Broker, inputs ...string) (*Stage, error) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(b.Addrs()...),
		kgo.MetadataMinAge(100*time.Millisecond), // the client's own 5 s would hide topics that were made just now
		kgo.TransactionalID("load"), kgo.TransactionTimeout(loadTimeout),
		kgo.RecordPartitioner(partitioner{kgo.StickyKeyPartitioner(nil)}))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("making a client for the load: %w", err), b.Close())
	}
	return &Stage{Broker: b, Client: client, inputs: inputs, filled: map[partition]int64{}}, nil
}

// Fill begins a transaction, in which write produces records, and leaves it
// open.
func (s *Stage) Fill(ctx context.Context, write func(produce func(*kgo.Record))) error {
	if err := s.Client.BeginTransaction(); err != nil {
		return fmt.Errorf("beginning the transaction of the load: %w", err)
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	write(func(r *kgo.Record) {
		s.Client.Produce(ctx, r, func(r *kgo.Record, err error) {
			if err != nil {
				fail(fmt.Errorf("writing the load to %s: %w", r.Topic, err))
				return
			}
			s.filled[partition{r.Topic, r.Partition}] = r.Offset // clients call these one after another
		})
	})
	if err := s.Client.Flush(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("writing the load: %w", err)
	}
	return context.Cause(ctx)
}

// Open lets what was filled in be seen.
func (s *Stage) Open(ctx context.Context) error {
	if err := s.Client.EndTransaction(ctx, kgo.TryCommit); err != nil {
		return fmt.Errorf("letting the load be seen: %w", err)
	}
	return nil
}

// Handled waits until a group has committed everything that the inputs hold.
func (s *Stage) Handled(ctx context.Context, group string) error {
	admin := kadm.NewClient(s.Client)
	ends, err := admin.ListEndOffsets(ctx, s.inputs...)
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
			// What was committed may lie behind the end: a broker may not yet have
			// marked there that the load's transaction is committed.
			left += max(0, s.lastMark(end)-max(0, at.At))
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

// lastMark is the end of a partition without the mark that the load's transaction
// ended with: a group may commit what is behind the last record, as Flink does, or
// what is behind the mark.
func (s *Stage) lastMark(end kadm.ListedOffset) int64 {
	if last, ok := s.filled[partition{end.Topic, end.Partition}]; ok && end.Offset == last+2 {
		return end.Offset - 1
	}
	return end.Offset
}

// Close ends the broker and removes its data. It can be called more than once.
func (s *Stage) Close() error {
	s.Client.Close()
	err := s.Broker.Close()
	if s.Dir != "" {
		err = errors.Join(err, os.RemoveAll(s.Dir))
	}
	return err
}

// isLoad tells a record of the load from a tick and the marker of a
// transaction.
func isLoad(r *kgo.Record) bool { return !r.Attrs.IsControl() && len(r.Key) > 0 }

// partitioner places records by their keys, and ticks, which have none, where
// they say.
type partitioner struct{ byKey kgo.Partitioner }

// ForTopic implements kgo.Partitioner.
func (p partitioner) ForTopic(topic string) kgo.TopicPartitioner {
	return topicPartitioner{p.byKey.ForTopic(topic)}
}

type topicPartitioner struct{ kgo.TopicPartitioner }

// RequiresConsistency implements kgo.TopicPartitioner.
func (topicPartitioner) RequiresConsistency(*kgo.Record) bool { return true }

// Partition implements kgo.TopicPartitioner.
func (p topicPartitioner) Partition(r *kgo.Record, n int) int {
	if len(r.Key) == 0 {
		return int(r.Partition)
	}
	return p.TopicPartitioner.Partition(r, n)
}
