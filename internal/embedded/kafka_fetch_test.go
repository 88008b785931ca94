package embedded_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded"
)

// A reader of committed records sees none of an aborted transaction, however
// little it asks for at a time.
func TestSmallFetchesKnowWhatWasAborted(t *testing.T) {
	for name, dir := range map[string]string{"in memory": "", "on disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			k, err := embedded.StartKafka(ctx, embedded.KafkaOptions{DataDir: dir})
			require.NoError(t, err)
			defer func() { require.NoError(t, k.Close()) }()
			const partitions, records = 4, 20
			producer, err := kgo.NewClient(kgo.SeedBrokers(k.Addrs()...), kgo.TransactionalID("writer"),
				kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchCompression(kgo.NoCompression()))
			require.NoError(t, err)
			defer producer.Close()
			_, err = kadm.NewClient(producer).CreateTopic(ctx, partitions, 1, nil, "t")
			require.NoError(t, err)
			for _, fate := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
				require.NoError(t, producer.BeginTransaction())
				for i := range partitions * records {
					value := make([]byte, 1000)
					if fate == kgo.TryCommit {
						value[0] = 1
					}
					require.NoError(t, producer.ProduceSync(ctx, &kgo.Record{Topic: "t", Partition: int32(i % partitions), Value: value}).FirstErr())
				}
				require.NoError(t, producer.EndTransaction(ctx, fate))
			}

			reader, err := kgo.NewClient(kgo.SeedBrokers(k.Addrs()...), kgo.ConsumeTopics("t"), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
				kgo.FetchMaxBytes(30_000), kgo.FetchMaxPartitionBytes(25_000), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
			require.NoError(t, err)
			defer reader.Close()
			for seen := 0; seen < partitions*records; {
				fetches := reader.PollFetches(ctx)
				require.NoError(t, fetches.Err())
				fetches.EachRecord(func(r *kgo.Record) {
					require.Equal(t, byte(1), r.Value[0], "partition %d, offset %d was aborted", r.Partition, r.Offset)
					seen++
				})
			}
		})
	}
}
