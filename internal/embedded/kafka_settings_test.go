package embedded

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/ports"
)

// settledCluster is a broker with the settings of both kinds, and a client.
func settledCluster(t *testing.T) (*kfake.Cluster, *kgo.Client) {
	t.Helper()
	cluster, err := kfake.NewCluster(kafkaSettings(0)...)
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.AllowAutoTopicCreation(), kgo.DisableClientMetrics(), kgo.UnknownTopicRetries(1))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return cluster, client
}

// TestCompactedTopicsKeepOldRecords writes records of 2010 to a compacted topic
// whose retention nobody has set. kfake's default would delete them.
func TestCompactedTopicsKeepOldRecords(t *testing.T) {
	cluster, client := settledCluster(t)
	admin := kadm.NewClient(client)
	_, err := admin.CreateTopic(t.Context(), 1, 1, map[string]*string{"cleanup.policy": new("compact")}, "state")
	require.NoError(t, err)
	old := time.Date(2010, 3, 28, 0, 0, 0, 0, time.UTC)
	for _, value := range []string{"first", "second", "third"} {
		record := &kgo.Record{Topic: "state", Key: []byte("k"), Value: []byte(value), Timestamp: old}
		require.NoError(t, client.ProduceSync(t.Context(), record).FirstErr())
	}
	cluster.Compact()
	cluster.ApplyRetention()

	client.AddConsumeTopics("state")
	ctx, cancel := context.WithTimeout(t.Context(), readyWait)
	defer cancel()
	fetches := client.PollFetches(ctx)
	require.NoError(t, fetches.Err0())
	kept := fetches.Records()
	require.Equal(t, "third", string(kept[len(kept)-1].Value))
	require.Less(t, len(kept), 3, "compaction has run")
}

// TestRecordsKeepTheirProducersTime holds what StartKafka says of LogAppendTime:
// whoever relies on the broker's clock must know.
func TestRecordsKeepTheirProducersTime(t *testing.T) {
	_, client := settledCluster(t)
	_, err := kadm.NewClient(client).CreateTopic(t.Context(), 1, 1, map[string]*string{"message.timestamp.type": new("LogAppendTime")}, "in")
	require.NoError(t, err)
	old := time.Date(2010, 3, 28, 0, 0, 0, 0, time.UTC)
	require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: "in", Timestamp: old}).FirstErr())
	client.AddConsumeTopics("in")
	fetches := client.PollFetches(t.Context())
	require.NoError(t, fetches.Err0())
	require.True(t, old.Equal(fetches.Records()[0].Timestamp))
}

func TestNoTopicIsMadeByTheWay(t *testing.T) {
	_, client := settledCluster(t)
	err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "mistyped"}).FirstErr()
	require.ErrorIs(t, err, kerr.UnknownTopicOrPartition)
}

func TestKafkaSaysWhatItIs(t *testing.T) {
	var out bytes.Buffer
	k, err := StartKafka(t.Context(), KafkaOptions{Logger: slog.New(slog.NewTextHandler(&out, nil))})
	require.NoError(t, err)
	require.Contains(t, out.String(), "one node, for trying out and small work")
	require.Contains(t, out.String(), k.Addrs()[0])
	require.NoError(t, k.Close())
	require.NoError(t, k.Close(), "a second time")
	<-k.Done()
	require.NoError(t, k.Err())
}

func TestKafkaSaysThatAPortIsTaken(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	port := listener.Addr().(*net.TCPAddr).Port
	for name, dir := range map[string]string{"in memory": "", "on disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			_, err := StartKafka(t.Context(), KafkaOptions{DataDir: dir, Port: port})
			require.ErrorContains(t, err, ports.Loopback(port))
			require.ErrorContains(t, err, "address already in use")
		})
	}
}
