package embedded_test

import (
	"net"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/internal/embedded"
	"waybill/internal/ports/portstest"
)

// history is what a broker is given before it ends.
type history struct{ topic, group string }

// writeHistory makes a topic with a committed transaction, an aborted one, one
// that is open, and a group that has read the first record.
func writeHistory(t *testing.T, addrs []string) history {
	t.Helper()
	h := history{topic: newTopic(t, addrs, 1, map[string]*string{"cleanup.policy": new("compact")}), group: "readers"}
	producer := kafkaClient(t, addrs, kgo.TransactionalID("writer"))
	transact(t, producer, kgo.TryCommit, records(h.topic, "a", "b")...)
	transact(t, producer, kgo.TryAbort, records(h.topic, "undone")...)
	require.NoError(t, producer.BeginTransaction())
	produce(t, producer, records(h.topic, "left open")...)

	commitOffset(t, kadm.NewClient(kafkaClient(t, addrs)), h.group, h.topic, 1)
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
	tests := map[string]struct {
		byID       bool  // the client named the topic by its id
		before     int64 // the group's offset before
		at, wantAt int64
	}{
		"offsets by name":            {at: 7, wantAt: 7},
		"offsets by id":              {byID: true, at: 7, wantAt: 7},
		"another committed less":     {before: 5, at: 7, wantAt: 7},
		"another committed more":     {before: 9, at: 7, wantAt: 9},
		"the offset of a new reader": {before: 0, at: 0, wantAt: 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			options := embedded.KafkaOptions{DataDir: t.TempDir()}
			k := startKafka(t, options)
			topic := newTopic(t, k.Addrs(), 2, nil)
			admin := kadm.NewClient(kafkaClient(t, k.Addrs()))
			if test.before > 0 {
				commitOffset(t, admin, "readers", topic, test.before)
			}
			producer, epoch := leaveTornCommit(t, k.Addrs(), topic)
			staged := embedded.StagedOffset{Group: "readers", Topic: topic, At: test.at, LeaderEpoch: -1}
			if test.byID {
				details, err := admin.ListTopics(t.Context(), topic)
				require.NoError(t, err)
				staged.Topic, staged.TopicID = "", details[topic].ID
			}
			require.NoError(t, k.Kill())
			<-k.Done()
			require.NoError(t, embedded.WriteIntent(options.DataDir, producer, epoch, staged))

			addrs := startKafka(t, options).Addrs()
			require.ElementsMatch(t, []string{"one", "two"}, readCount(t, topicReader(t, addrs, topic), 2))
			require.Equal(t, test.wantAt, committedOffset(t, addrs, "readers", topic))
		})
	}
}

// leaveTornCommit leaves a transaction on two partitions, committed on the first.
func leaveTornCommit(t *testing.T, addrs []string, topic string) (producer int64, epoch int16) {
	t.Helper()
	client := kafkaClient(t, addrs, kgo.TransactionalID("writer"))
	require.NoError(t, client.BeginTransaction())
	produce(t, client,
		&kgo.Record{Topic: topic, Partition: 0, Value: []byte("one")},
		&kgo.Record{Topic: topic, Partition: 1, Value: []byte("two")})
	producer, epoch, err := client.ProducerID(t.Context())
	require.NoError(t, err)
	responses, err := kadm.NewClient(client).WriteTxnMarkers(t.Context(), kadm.TxnMarkers{
		ProducerID: producer, ProducerEpoch: epoch, Commit: true, Topics: kadm.TopicsSet{topic: {0: {}}},
	})
	require.NoError(t, err)
	responses.EachPartition(func(p kadm.TxnMarkersPartitionResponse) { require.NoError(t, p.Err) })
	return producer, epoch
}

func commitOffset(t *testing.T, admin *kadm.Client, group, topic string, at int64) {
	t.Helper()
	offsets := make(kadm.Offsets)
	offsets.AddOffset(topic, 0, at, -1)
	require.NoError(t, admin.CommitAllOffsets(t.Context(), group, offsets))
}

// TestKafkaTellsASurvivor ends the broker alone: its client lives on, with a
// transaction that is no more.
func TestKafkaTellsASurvivor(t *testing.T) {
	options := embedded.KafkaOptions{DataDir: t.TempDir(), Port: portstest.Port(t)}
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

// TestKafkaTellsASurvivorOfOffsets is the same for a transaction of offsets
// alone, of which the log has no trace.
func TestKafkaTellsASurvivorOfOffsets(t *testing.T) {
	options := embedded.KafkaOptions{DataDir: t.TempDir(), Port: portstest.Port(t)}
	k := startKafka(t, options)
	topic := newTopic(t, k.Addrs(), 1, nil)
	client := kafkaClient(t, k.Addrs())
	id := "writer"

	begin := kmsg.NewPtrInitProducerIDRequest()
	begin.TransactionalID, begin.TransactionTimeoutMillis = &id, 60_000
	begun, err := begin.RequestWith(t.Context(), client)
	require.NoError(t, err)
	producer, epoch := begun.ProducerID, begun.ProducerEpoch
	stage := func(at int64) {
		req := kmsg.NewPtrTxnOffsetCommitRequest()
		req.TransactionalID, req.Group, req.ProducerID, req.ProducerEpoch = id, "readers", producer, epoch
		p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		p.Offset = at
		rt := kmsg.NewTxnOffsetCommitRequestTopic()
		rt.Topic, rt.Partitions = topic, append(rt.Partitions, p)
		details, err := kadm.NewClient(client).ListTopics(t.Context(), topic)
		require.NoError(t, err)
		rt.TopicID = details[topic].ID
		req.Topics = append(req.Topics, rt)
		resp, err := req.RequestWith(t.Context(), client)
		require.NoError(t, err)
		require.Zero(t, resp.Topics[0].Partitions[0].ErrorCode)
	}
	commit := func() (*kmsg.EndTxnResponse, error) {
		req := kmsg.NewPtrEndTxnRequest()
		req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Commit = id, producer, epoch, true
		return req.RequestWith(t.Context(), client)
	}
	stage(1)
	done, err := commit()
	require.NoError(t, err)
	require.Zero(t, done.ErrorCode)
	producer, epoch = done.ProducerID, done.ProducerEpoch
	stage(2)
	require.NoError(t, k.Kill())
	<-k.Done()
	addrs := startKafka(t, options).Addrs()

	lost, err := commit()
	require.NoError(t, err)
	require.Equal(t, kerr.ProducerFenced.Code, lost.ErrorCode)
	require.EqualValues(t, 1, committedOffset(t, addrs, "readers", topic))
}
