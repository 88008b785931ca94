package embedded_test

import (
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded"
	"waybill/internal/embedded/embeddedtest"
)

// TestKafkaConformance runs what the program needs of a Kafka against each kind.
func TestKafkaConformance(t *testing.T) {
	t.Run("embedded in memory", func(t *testing.T) {
		kafkaConformance(t, startKafka(t, embedded.KafkaOptions{}).Addrs())
	})
	t.Run("embedded on disk", func(t *testing.T) {
		kafkaConformance(t, startKafka(t, embedded.KafkaOptions{DataDir: t.TempDir(), Fsync: true}).Addrs())
	})
	t.Run("external", func(t *testing.T) {
		external := os.Getenv(embeddedtest.KafkaEnv)
		if external == "" {
			t.Skipf("no external Kafka: %s is not set", embeddedtest.KafkaEnv)
		}
		kafkaConformance(t, strings.Split(external, ","))
	})
}

func kafkaConformance(t *testing.T, addrs []string) {
	for name, test := range map[string]func(*testing.T, []string){
		"records come back in order":         kafkaKeepsOrder,
		"only what is committed is read":     kafkaReadsCommitted,
		"a newer producer fences":            kafkaFences,
		"a group goes on where it committed": kafkaGroupGoesOn,
		"offsets move with a transaction":    kafkaOffsetsInTransaction,
		"topic settings are kept":            kafkaKeepsSettings,
	} {
		t.Run(name, func(t *testing.T) { test(t, addrs) })
	}
}

func kafkaKeepsOrder(t *testing.T, addrs []string) {
	topic := newTopic(t, addrs, 2, nil)
	sent := &kgo.Record{
		Topic: topic, Partition: 1, Key: []byte("k"), Value: []byte("first"),
		Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("v")}},
	}
	produce(t, kafkaClient(t, addrs), sent, &kgo.Record{Topic: topic, Partition: 1, Key: []byte("k"), Value: []byte("second")})

	reader := topicReader(t, addrs, topic)
	var got []*kgo.Record
	for len(got) < 2 {
		fetches := reader.PollFetches(t.Context())
		require.NoError(t, fetches.Err0())
		got = append(got, fetches.Records()...)
	}
	require.Equal(t, "first", string(got[0].Value))
	require.Equal(t, "second", string(got[1].Value))
	require.Equal(t, sent.Headers, got[0].Headers)
	require.Equal(t, "k", string(got[0].Key))
	require.EqualValues(t, 1, got[0].Partition)
	require.Equal(t, []int64{0, 1}, []int64{got[0].Offset, got[1].Offset})
}

func kafkaReadsCommitted(t *testing.T, addrs []string) {
	topic := newTopic(t, addrs, 1, nil)
	producer := kafkaClient(t, addrs, kgo.TransactionalID(topic))
	transact(t, producer, kgo.TryCommit, records(topic, "a", "b")...)
	transact(t, producer, kgo.TryAbort, records(topic, "undone")...)
	transact(t, producer, kgo.TryCommit, records(topic, "c")...)

	require.Equal(t, []string{"a", "b", "c"}, readUntil(t, topicReader(t, addrs, topic), "c"))
	everything := topicReader(t, addrs, topic, kgo.FetchIsolationLevel(kgo.ReadUncommitted()))
	require.Equal(t, []string{"a", "b", "undone", "c"}, readUntil(t, everything, "c"))
}

func kafkaFences(t *testing.T, addrs []string) {
	topic := newTopic(t, addrs, 1, nil)
	older := kafkaClient(t, addrs, kgo.TransactionalID(topic))
	require.NoError(t, older.BeginTransaction())
	produce(t, older, records(topic, "of the older")...)

	newer := kafkaClient(t, addrs, kgo.TransactionalID(topic))
	transact(t, newer, kgo.TryCommit, records(topic, "of the newer")...)

	err := older.EndTransaction(t.Context(), kgo.TryCommit)
	require.True(t, errors.Is(err, kerr.ProducerFenced) || errors.Is(err, kerr.InvalidProducerEpoch), "error: %v", err)
	require.Equal(t, []string{"of the newer"}, readUntil(t, topicReader(t, addrs, topic), "of the newer"))
}

func kafkaGroupGoesOn(t *testing.T, addrs []string) {
	topic := newTopic(t, addrs, 1, nil)
	group := "conformance-" + rand.Text()
	producer := kafkaClient(t, addrs)
	produce(t, producer, records(topic, "a", "b")...)

	first := topicReader(t, addrs, topic, kgo.ConsumerGroup(group), kgo.DisableAutoCommit())
	require.Equal(t, []string{"a", "b"}, readUntil(t, first, "b"))
	require.NoError(t, first.CommitUncommittedOffsets(t.Context()))
	first.CloseAllowingRebalance()
	require.EqualValues(t, 2, committedOffset(t, addrs, group, topic))

	produce(t, producer, records(topic, "c")...)
	second := topicReader(t, addrs, topic, kgo.ConsumerGroup(group), kgo.DisableAutoCommit())
	require.Equal(t, []string{"c"}, readUntil(t, second, "c"))
}

func kafkaOffsetsInTransaction(t *testing.T, addrs []string) {
	in, out := newTopic(t, addrs, 1, nil), newTopic(t, addrs, 1, nil)
	group := "conformance-" + rand.Text()
	produce(t, kafkaClient(t, addrs), records(in, "a", "b")...)

	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(addrs...), kgo.TransactionalID(group), kgo.ConsumerGroup(group), kgo.ConsumeTopics(in),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	)
	require.NoError(t, err)
	defer session.Close()
	for _, end := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
		require.NoError(t, session.Begin())
		read := 0
		for read < 2 {
			fetches := session.PollFetches(t.Context())
			require.NoError(t, fetches.Err0())
			read += fetches.NumRecords()
		}
		value := "undone"
		want := int64(-1)
		if end == kgo.TryCommit {
			value, want = "done", 2
		}
		require.NoError(t, session.ProduceSync(t.Context(), records(out, value)...).FirstErr())
		committed, err := session.End(t.Context(), end)
		require.NoError(t, err)
		require.Equal(t, bool(end), committed)
		require.Equal(t, want, committedOffset(t, addrs, group, in))
	}
	require.Equal(t, []string{"done"}, readUntil(t, topicReader(t, addrs, out), "done"))
}

func kafkaKeepsSettings(t *testing.T, addrs []string) {
	want := map[string]string{"cleanup.policy": "compact", "retention.ms": "-1", "delete.retention.ms": "604800000", "max.message.bytes": "2000000"}
	configs := make(map[string]*string, len(want))
	for name, value := range want {
		configs[name] = new(value)
	}
	topic := newTopic(t, addrs, 3, configs)
	admin := kadm.NewClient(kafkaClient(t, addrs))

	got := make(map[string]string)
	require.Eventually(t, func() bool { // a broker may not have heard yet of a topic that was just made
		described, err := admin.DescribeTopicConfigs(t.Context(), topic)
		require.NoError(t, err)
		resource, err := described.On(topic, nil)
		require.NoError(t, err)
		for _, c := range resource.Configs {
			if _, ok := want[c.Key]; ok {
				got[c.Key] = c.MaybeValue()
			}
		}
		return resource.Err == nil
	}, 5*time.Minute, 20*time.Millisecond)
	require.Equal(t, want, got)

	details, err := admin.ListTopics(t.Context(), topic)
	require.NoError(t, err)
	require.Len(t, details[topic].Partitions, 3)
	_, err = admin.CreateTopic(t.Context(), 3, 1, nil, topic)
	require.ErrorIs(t, err, kerr.TopicAlreadyExists)
}
