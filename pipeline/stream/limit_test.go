package stream

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// passOn is the limit: two clients like the runtime's that write, for each
// record, an output and a changelog record as long as those of counting.
func passOn(b *testing.B, address string) (handled func() int64, stop func()) {
	var passed atomic.Int64
	var members sync.WaitGroup
	ctx, cancel := context.WithCancel(b.Context())
	for _, name := range []string{"a", "b"} {
		members.Go(func() { relayOn(ctx, b, address, name, &passed) })
	}
	return passed.Load, func() {
		cancel()
		members.Wait()
	}
}

// relayOn is one member of the limit's group.
func relayOn(ctx context.Context, b *testing.B, address, name string, passed *atomic.Int64) {
	s, err := kgo.NewGroupTransactSession(kgo.SeedBrokers(address), kgo.MetadataMinAge(100*time.Millisecond),
		kgo.ConsumerGroup("limit"), kgo.InstanceID(name), kgo.TransactionalID(name), kgo.ConsumeTopics("first"),
		kgo.Balancers(kgo.RangeBalancer()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.FetchMaxBytes(16<<20),
		kgo.RecordPartitioner(kgo.BasicConsistentPartitioner(place)))
	require.NoError(b, err)
	defer s.Close()
	var noWait context.Context // makes a poll return what is buffered
	for ctx.Err() == nil {
		fetches := s.Client().PollRecords(ctx, pollRecords)
		if fetches.Empty() {
			continue
		}
		require.NoError(b, s.Begin())
		n := 0
		for began := time.Now(); !fetches.Empty(); fetches = s.Client().PollRecords(noWait, pollRecords) {
			fetches.EachRecord(func(r *kgo.Record) {
				n++
				s.Client().Produce(context.Background(), &kgo.Record{Topic: "out", Partition: -1, Key: r.Key, Value: r.Value[:8]}, nil)
				s.Client().Produce(context.Background(), &kgo.Record{Topic: "state", Partition: r.Partition, Key: r.Key, Value: r.Value[:17]}, nil)
			})
			if time.Since(began) > 100*time.Millisecond {
				break
			}
		}
		committed, err := s.End(context.Background(), kgo.TryCommit)
		require.NoError(b, err)
		if committed { // else a rebalance came between, and they come again
			passed.Add(int64(n))
		}
	}
}
