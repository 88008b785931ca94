package embedded

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestACloseDoesNotSplitACommit closes the broker while it holds a commit in
// hand: the records and the offset of the transaction share one fate.
func TestACloseDoesNotSplitACommit(t *testing.T) {
	dir := t.TempDir()
	open := func() (*kfake.Cluster, *kgo.Client) {
		cluster, err := kfake.NewCluster(append(kafkaSettings(0), kfake.DataDir(dir))...)
		require.NoError(t, err)
		client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.TransactionalID("writer"),
			kgo.DisableClientMetrics(), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.FetchMaxWait(50*time.Millisecond))
		require.NoError(t, err)
		return cluster, client
	}
	cluster, client := open()
	journal, err := openIntentJournal(dir, false)
	require.NoError(t, err)
	journal.watch(cluster)
	_, err = kadm.NewClient(client).CreateTopic(t.Context(), 1, 1, nil, "out")
	require.NoError(t, err)
	require.NoError(t, client.BeginTransaction())
	require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: "out", Value: []byte("value")}).FirstErr())
	stageOffset(t, client, "out", 7)

	held, release := make(chan struct{}), make(chan struct{})
	cluster.ControlKey(int16(kmsg.EndTxn), func(kmsg.Request) (kmsg.Response, error, bool) {
		close(held)
		<-release
		return nil, nil, false
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = client.EndTransaction(ctx, kgo.TryCommit) // it may not live to hear the answer
	}()
	<-held
	closed := make(chan error, 1)
	go func() { closed <- closeInOrder(t.Context(), cluster, journal) }()
	// The close must wait for the commit. One that does not has this long to show.
	early := time.NewTimer(100 * time.Millisecond)
	defer early.Stop()
	select {
	case err := <-closed:
		closed <- err
	case <-early.C:
	}
	close(release)
	require.NoError(t, <-closed)
	cancel()
	<-ended
	client.Close()

	cluster, client = open()
	defer cluster.Close()
	defer client.Close()
	require.NoError(t, client.BeginTransaction())
	require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: "out", Value: []byte("last")}).FirstErr())
	require.NoError(t, client.EndTransaction(t.Context(), kgo.TryCommit))
	offsets, err := kadm.NewClient(client).FetchOffsets(t.Context(), "readers")
	require.NoError(t, err)
	offset, _ := offsets.Lookup("out", 0)
	require.EqualValues(t, 7, offset.At)
	require.Equal(t, []string{"value", "last"}, readAll(t, client, "out", "last"))
}

// stageOffset adds an offset of the group "readers" to the client's transaction.
func stageOffset(t *testing.T, client *kgo.Client, topic string, at int64) {
	t.Helper()
	id, epoch, err := client.ProducerID(t.Context())
	require.NoError(t, err)
	topics, err := kadm.NewClient(client).ListTopics(t.Context(), topic)
	require.NoError(t, err)
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID, req.Group, req.ProducerID, req.ProducerEpoch = "writer", "readers", id, epoch
	p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
	p.Offset = at
	rt := kmsg.NewTxnOffsetCommitRequestTopic()
	rt.Topic, rt.TopicID, rt.Partitions = topic, topics[topic].ID, append(rt.Partitions, p)
	req.Topics = append(req.Topics, rt)
	resp, err := req.RequestWith(t.Context(), client)
	require.NoError(t, err)
	require.Zero(t, resp.Topics[0].Partitions[0].ErrorCode)
}

// readAll reads a topic from its start until the value last.
func readAll(t *testing.T, client *kgo.Client, topic, last string) []string {
	t.Helper()
	client.AddConsumeTopics(topic)
	ctx, cancel := context.WithTimeout(t.Context(), scanStall)
	defer cancel()
	var values []string
	for len(values) == 0 || values[len(values)-1] != last {
		fetches := client.PollFetches(ctx)
		require.NoError(t, fetches.Err0(), "read %v so far", values)
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	return values
}
