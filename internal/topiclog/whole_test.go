package topiclog_test

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/topiclog"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

func TestWholeReadsCommittedRecordsToTheTrueEnd(t *testing.T) {
	brokers, topic := embeddedtest.Kafka(t), "whole-"+rand.Text() // a real Kafka is shared
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.TransactionalID(topic), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(t, err)
	defer client.Close()
	_, err = kadm.NewClient(client).CreateTopic(t.Context(), 2, 1, nil, topic)
	require.NoError(t, err)
	write := func(end kgo.TransactionEndTry, values ...string) {
		require.NoError(t, client.BeginTransaction())
		for i, value := range values {
			r := &kgo.Record{Topic: topic, Partition: int32(i % 2), Value: []byte(value)}
			require.NoError(t, client.ProduceSync(t.Context(), r).FirstErr())
		}
		require.NoError(t, client.EndTransaction(t.Context(), end))
	}
	read := func(from map[int32]int64) (got []string) {
		require.NoError(t, topiclog.Whole(t.Context(), client, topic, from, func(r *kgo.Record) error {
			got = append(got, fmt.Sprintf("%d:%s", r.Partition, r.Value))
			return nil
		}))
		return got
	}
	require.Empty(t, read(nil), "an empty topic has an end too")
	write(kgo.TryCommit, "a", "b", "c")
	write(kgo.TryAbort, "x", "y")
	require.ElementsMatch(t, []string{"0:a", "1:b", "0:c"}, read(nil))
	require.ElementsMatch(t, []string{"0:c"}, read(map[int32]int64{0: 1, 1: 1}))
	require.ErrorContains(t, topiclog.Whole(t.Context(), client, "no-such-topic", nil, nil), "no-such-topic")
}

// A partition that has no leader, or not what is asked for, fails alone.
func TestFetchReadsWhatItCan(t *testing.T) {
	brokers, topic := embeddedtest.Kafka(t), "some-"+rand.Text()
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(t, err)
	defer client.Close()
	made, err := kadm.NewClient(client).CreateTopic(t.Context(), 2, 1, nil, topic)
	require.NoError(t, err)
	require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Value: []byte("a")}).FirstErr())
	const none = 7 // no leader is known for it
	reader := topiclog.New(client, topic, made.ID, map[int32]int64{0: 0, 1: 1000, none: 0})
	records, err := reader.Fetch(t.Context(), time.Millisecond)
	require.Len(t, records, 1)
	require.EqualValues(t, 1, reader.Position[0])
	require.Len(t, reader.Failed, 2)
	require.ErrorIs(t, reader.Failed[1], kerr.OffsetOutOfRange)
	require.ErrorIs(t, reader.Failed[none], kerr.LeaderNotAvailable)
	require.ErrorIs(t, err, kerr.OffsetOutOfRange)
	require.ErrorContains(t, err, "partition 1 at offset 1000")
}
