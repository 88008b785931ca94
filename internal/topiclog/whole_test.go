package topiclog_test

import (
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
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
