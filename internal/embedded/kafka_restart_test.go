package embedded_test

import (
	"net"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/embedded"
)

// history is what a broker is given before it ends.
type history struct{ topic, group string }

// writeHistory makes a topic with a committed transaction, an aborted one, one
// that is open, and a group that has read the first record.
func writeHistory(t *testing.T, addrs []string) history {
	t.Helper()
	h := history{topic: newTopic(t, addrs, 1, map[string]*string{"cleanup.policy": kadm.StringPtr("compact")}), group: "readers"}
	producer := kafkaClient(t, addrs, kgo.TransactionalID("writer"))
	transact(t, producer, kgo.TryCommit, records(h.topic, "a", "b")...)
	transact(t, producer, kgo.TryAbort, records(h.topic, "undone")...)
	require.NoError(t, producer.BeginTransaction())
	produce(t, producer, records(h.topic, "left open")...)

	offsets := make(kadm.Offsets)
	offsets.AddOffset(h.topic, 0, 1, -1)
	_, err := kadm.NewClient(kafkaClient(t, addrs)).CommitOffsets(t.Context(), h.group, offsets)
	require.NoError(t, err)
	return h
}

// requireHistory tells that a broker has kept what it acknowledged, that the
// open transaction is undone when its producer comes back, and that work goes on.
func requireHistory(t *testing.T, addrs []string, h history) {
	t.Helper()
	require.EqualValues(t, 1, committedOffset(t, addrs, h.group, h.topic))
	producer := kafkaClient(t, addrs, kgo.TransactionalID("writer"))
	transact(t, producer, kgo.TryCommit, records(h.topic, "c")...)
	require.Equal(t, []string{"a", "b", "c"}, readUntil(t, topicReader(t, addrs, h.topic), "c"))

	configs, err := kadm.NewClient(producer).DescribeTopicConfigs(t.Context(), h.topic)
	require.NoError(t, err)
	resource, err := configs.On(h.topic, nil)
	require.NoError(t, err)
	for _, c := range resource.Configs {
		if c.Key == "cleanup.policy" {
			require.Equal(t, "compact", c.MaybeValue())
		}
	}
}

func TestKafkaKeepsItsDataAcrossRestart(t *testing.T) {
	for _, fsync := range []bool{false, true} {
		t.Run("fsync "+strconv.FormatBool(fsync), func(t *testing.T) {
			options := embedded.KafkaOptions{DataDir: t.TempDir(), Fsync: fsync}
			k := startKafka(t, options)
			h := writeHistory(t, k.Addrs())
			require.NoError(t, k.Close())
			<-k.Done()
			require.NoError(t, k.Err())

			// On the port of before, so that its clients find it again.
			_, port, err := net.SplitHostPort(k.Addrs()[0])
			require.NoError(t, err)
			options.Port, err = strconv.Atoi(port)
			require.NoError(t, err)
			again := startKafka(t, options)
			require.Equal(t, k.Addrs(), again.Addrs())
			requireHistory(t, again.Addrs(), h)
		})
	}
}

func TestKafkaSurvivesItsOwnKill(t *testing.T) {
	options := embedded.KafkaOptions{DataDir: t.TempDir()}
	k := startKafka(t, options)
	h := writeHistory(t, k.Addrs())
	require.NoError(t, k.Err())
	require.NoError(t, k.Kill())
	<-k.Done()
	require.ErrorContains(t, k.Err(), "kafka ended")

	k = startKafka(t, options)
	requireHistory(t, k.Addrs(), h)
	require.NoError(t, k.Kill())
	<-k.Done()
	// What was undone stays so, however often the log is read anew.
	again := startKafka(t, options).Addrs()
	require.Equal(t, []string{"a", "b", "c"}, readUntil(t, topicReader(t, again, h.topic), "c"))
}

// TestKafkaCompletesACommit ends the broker between the two markers of a
// transaction, before its offsets.
func TestKafkaCompletesACommit(t *testing.T) {
	options := embedded.KafkaOptions{DataDir: t.TempDir()}
	k := startKafka(t, options)
	topic := newTopic(t, k.Addrs(), 2, nil)
	producer := kafkaClient(t, k.Addrs(), kgo.TransactionalID("writer"))
	require.NoError(t, producer.BeginTransaction())
	produce(t, producer, &kgo.Record{Topic: topic, Partition: 0, Value: []byte("one")}, &kgo.Record{Topic: topic, Partition: 1, Value: []byte("two")})
	id, epoch, err := producer.ProducerID(t.Context())
	require.NoError(t, err)

	responses, err := kadm.NewClient(producer).WriteTxnMarkers(t.Context(), kadm.TxnMarkers{
		ProducerID: id, ProducerEpoch: epoch, Commit: true, Topics: kadm.TopicsSet{topic: {0: {}}},
	})
	require.NoError(t, err)
	responses.EachPartition(func(p kadm.TxnMarkersPartitionResponse) { require.NoError(t, p.Err) })
	require.NoError(t, k.Kill())
	<-k.Done()
	require.NoError(t, embedded.WriteIntent(options.DataDir, id, epoch, "readers", topic, 7))

	addrs := startKafka(t, options).Addrs()
	require.ElementsMatch(t, []string{"one", "two"}, readCount(t, topicReader(t, addrs, topic), 2))
	require.EqualValues(t, 7, committedOffset(t, addrs, "readers", topic))
}

// TestKafkaTellsASurvivor ends the broker alone: its client lives on, with a
// transaction that is no more.
func TestKafkaTellsASurvivor(t *testing.T) {
	options := embedded.KafkaOptions{DataDir: t.TempDir(), Port: freePort(t)}
	k := startKafka(t, options)
	topic := newTopic(t, k.Addrs(), 1, nil)
	survivor := kafkaClient(t, k.Addrs(), kgo.TransactionalID("writer"))
	transact(t, survivor, kgo.TryCommit, records(topic, "kept")...)
	require.NoError(t, survivor.BeginTransaction())
	produce(t, survivor, records(topic, "undone")...)
	require.NoError(t, k.Kill())
	<-k.Done()
	addrs := startKafka(t, options).Addrs()

	require.Error(t, survivor.EndTransaction(t.Context(), kgo.TryCommit))
	transact(t, kafkaClient(t, addrs, kgo.TransactionalID("writer")), kgo.TryCommit, records(topic, "last")...)
	require.Equal(t, []string{"kept", "last"}, readUntil(t, topicReader(t, addrs, topic), "last"))
}

func freePort(t *testing.T) int {
	t.Helper()
	port, err := embedded.FreePort()
	require.NoError(t, err)
	return port
}
