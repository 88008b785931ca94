package embedded_test

import (
	"context"
	"crypto/rand"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded"
	"waybill/internal/embedded/embeddedtest"
)

const patience = 5 * time.Minute

func startKafka(t *testing.T, o embedded.KafkaOptions) *embedded.Kafka {
	t.Helper()
	k, err := embedded.StartKafka(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	return k
}

// kafkaClient returns a client that the test may close itself.
func kafkaClient(t *testing.T, addrs []string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	opts = append([]kgo.Opt{
		kgo.SeedBrokers(addrs...),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.FetchMaxWait(100 * time.Millisecond),
		kgo.DisableClientMetrics(),
		kgo.RecordDeliveryTimeout(patience),
	}, opts...)
	client, err := kgo.NewClient(opts...)
	require.NoError(t, err)
	t.Cleanup(client.CloseAllowingRebalance)
	return client
}

// newTopic makes a topic of the test's own. On a Kafka that is not, it deletes
// the topic afterwards.
func newTopic(t *testing.T, addrs []string, partitions int32, configs map[string]*string) string {
	t.Helper()
	topic := "conformance-" + rand.Text()
	admin := kadm.NewClient(kafkaClient(t, addrs))
	_, err := admin.CreateTopic(t.Context(), partitions, 1, configs, topic)
	require.NoError(t, err)
	if os.Getenv(embeddedtest.KafkaEnv) != "" {
		t.Cleanup(func() { _, _ = admin.DeleteTopic(context.Background(), topic) })
	}
	return topic
}

// records makes one record a value, all of them on partition 0.
func records(topic string, values ...string) []*kgo.Record {
	rs := make([]*kgo.Record, 0, len(values))
	for _, v := range values {
		rs = append(rs, &kgo.Record{Topic: topic, Key: []byte("key-" + v), Value: []byte(v)})
	}
	return rs
}

func produce(t *testing.T, client *kgo.Client, rs ...*kgo.Record) {
	t.Helper()
	require.NoError(t, client.ProduceSync(t.Context(), rs...).FirstErr())
}

// transact produces records in one transaction and ends it.
func transact(t *testing.T, client *kgo.Client, end kgo.TransactionEndTry, rs ...*kgo.Record) {
	t.Helper()
	require.NoError(t, client.BeginTransaction())
	produce(t, client, rs...)
	require.NoError(t, client.EndTransaction(t.Context(), end))
}

// readUntil polls until the value last comes and returns the values in order.
func readUntil(t *testing.T, client *kgo.Client, last string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var values []string
	for {
		fetches := client.PollFetches(ctx)
		require.NoError(t, fetches.Err0(), "read %v so far", values)
		done := false
		fetches.EachRecord(func(r *kgo.Record) {
			values = append(values, string(r.Value))
			done = done || string(r.Value) == last
		})
		if done {
			return values
		}
	}
}

// readCount polls until there are n values and returns them.
func readCount(t *testing.T, client *kgo.Client, n int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var values []string
	for len(values) < n {
		fetches := client.PollFetches(ctx)
		require.NoError(t, fetches.Err0(), "read %v so far", values)
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	return values
}

// topicReader reads a topic from its start; without other options, committed
// records alone.
func topicReader(t *testing.T, addrs []string, topic string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	return kafkaClient(t, addrs, append([]kgo.Opt{
		kgo.ConsumeTopics(topic),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	}, opts...)...)
}

// committedOffset returns a group's offset of partition 0, or -1.
func committedOffset(t *testing.T, addrs []string, group, topic string) int64 {
	t.Helper()
	offsets, err := kadm.NewClient(kafkaClient(t, addrs)).FetchOffsets(t.Context(), group)
	require.NoError(t, err)
	if o, ok := offsets.Lookup(topic, 0); ok {
		return o.At
	}
	return -1
}
