package stream

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/internal/apachekafka"
	"waybill/internal/apachekafka/kafkatest"
)

// outage is a group at work on three real brokers, of which some come to harm.
type outage struct {
	*deployment
	kafka *apachekafka.Cluster
	one   *instance
	admin *kadm.Client
}

// outages are what may happen to brokers. Each returns those that it killed;
// they come back when the group has shown that it goes on without them.
var outages = []struct {
	name string
	harm func(o *outage) (killed []int32)
}{
	{"leaders move", (*outage).moveLeaders},
	{"the broker that leads an input is killed", func(o *outage) []int32 {
		meta, err := o.admin.Metadata(o.ctx(), o.prefix+"first")
		require.NoError(o.t, err)
		return o.kill(meta.Topics[o.prefix+"first"].Partitions[0].Leader)
	}},
	{"the group's coordinator is killed", func(o *outage) []int32 {
		return o.kill(o.admin.FindGroupCoordinators(o.ctx(), o.one.cfg.group())[o.one.cfg.group()].NodeID)
	}},
	{"a transaction's coordinator is killed", func(o *outage) []int32 {
		id := o.prefix + "tally-one-0"
		return o.kill(o.admin.FindTxnCoordinators(o.ctx(), id)[id].NodeID)
	}},
}

// moveLeaders lets the next replica lead each partition of the group's topics.
func (o *outage) moveLeaders() []int32 {
	o.t.Helper()
	topics := []string{"first", "second", "out", "state"}
	next := map[string]map[int32]int32{} // leaders
	var moves kadm.AlterPartitionAssignmentsReq
	var all kadm.TopicsSet
	o.await("the leaders are known", topics, func(topic kmsg.MetadataResponseTopic) bool {
		next[*topic.Topic] = map[int32]int32{}
		for _, p := range topic.Partitions {
			next[*topic.Topic][p.Partition] = p.Leader%3 + 1
			moves.Assign(*topic.Topic, p.Partition, []int32{p.Leader%3 + 1, (p.Leader+1)%3 + 1, p.Leader})
			all.Add(*topic.Topic, p.Partition)
		}
		return true
	})
	moved, err := o.admin.AlterPartitionAssignments(o.ctx(), moves)
	require.NoError(o.t, err)
	require.NoError(o.t, moved.Error())
	o.await("all leaders have moved", topics, func(topic kmsg.MetadataResponseTopic) bool {
		_, err := o.admin.ElectLeaders(o.ctx(), kadm.ElectPreferredReplica, all)
		return err == nil && !slices.ContainsFunc(topic.Partitions, func(p kmsg.MetadataResponseTopicPartition) bool {
			return p.Leader != next[*topic.Topic][p.Partition]
		})
	})
	return nil
}

func (o *outage) kill(ids ...int32) []int32 {
	o.t.Helper()
	require.NoError(o.t, o.kafka.Kill(ids...))
	o.t.Cleanup(func() { require.NoError(o.t, o.kafka.Revive(context.Background(), ids...)) })
	return ids
}

// Leaders and coordinators move, and brokers are killed and come back, while
// two instances work: nothing ends, and nothing is lost or doubled.
func TestBrokersFail(t *testing.T) {
	kafka := kafkatest.Start(t, 3)
	for _, outage := range outages {
		t.Run(outage.name, func(t *testing.T) {
			o := startOutage(t, kafka)
			events := replay(300, 20)
			o.work(events[:100])
			killed := outage.harm(o)
			o.work(events[100:200])
			require.NoError(t, kafka.Revive(t.Context(), killed...))
			o.work(events[200:])
			o.tick(time.UnixMilli(endOf(events)), 3, "first", "second")
			o.one.caught()
			require.Equal(t, model(events, endOf(events)), o.outputs())
		})
	}
	t.Run("all brokers are away", func(t *testing.T) { allAway(t, kafka) })
}

func startOutage(t *testing.T, kafka *apachekafka.Cluster) *outage {
	t.Helper()
	o := &outage{deployment: deployOn(t, kafka.Addrs(), 3), kafka: kafka}
	o.admin = kadm.NewClient(o.client)
	cfg := o.config(Log)
	cfg.LeaveOnShutdown, cfg.CommitInterval = true, 5*time.Millisecond
	o.one = o.start(cfg)
	cfg.Instance = "two"
	two := o.start(cfg)
	eventually(t, func() bool { return len(o.one.Progress()) > 0 && len(two.Progress()) > 0 }, "both work")
	return o
}

// work gives the group records, and waits until something comes of them.
func (o *outage) work(events []event) {
	o.t.Helper()
	before := len(o.read("out"))
	o.produce(records(events)...)
	eventually(o.t, func() bool { return len(o.read("out")) > before }, "the group makes progress")
}

// allAway kills all brokers under an instance: it does not end, does not spin,
// says why it does not work, and goes on by itself.
func allAway(t *testing.T, kafka *apachekafka.Cluster) {
	o := &outage{deployment: deployOn(t, kafka.Addrs(), 3), kafka: kafka}
	events := replay(200, 20)
	log, net := &lines{}, newNetwork(t, nil)
	cfg := o.config(Log)
	cfg.Logger = slog.New(slog.NewTextHandler(log, nil))
	o.one = o.start(net.through(cfg))
	o.work(events[:100])
	o.kill(kafka.IDs()...)
	eventually(t, func() bool { return log.count("does not work, trying again until it does") > 0 }, "the reason is said")
	require.Equal(t, 0, log.count("the runtime has ended"))

	lines, dials := log.count("level="), net.dialed()
	quiet, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	<-quiet.Done()
	require.Less(t, net.dialed()-dials, 250, "it does not spin")
	require.Less(t, log.count("level=")-lines, 10, "it does not flood the log")
	eventually(t, func() bool { return !o.one.Ready() }, "it does not call itself ready")

	require.NoError(t, kafka.Revive(t.Context(), kafka.IDs()...))
	o.work(events[100:])
	o.tick(time.UnixMilli(endOf(events)), 3, "first", "second")
	o.one.caught()
	require.True(t, o.one.Ready())
	require.Equal(t, model(events, endOf(events)), o.outputs())
}
