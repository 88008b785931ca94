package replay_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/connectors/replay"
	"waybill/schemas"
)

const partitions = 4

func cluster(t *testing.T, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append(opts, kfake.NumBrokers(1))...)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func inputs() kfake.Opt {
	return kfake.SeedTopics(partitions, "p."+schemas.TopicRegistrations, "p."+schemas.TopicCarrierEvents)
}

func publishConfig(t *testing.T, c *kfake.Cluster) replay.PublishConfig {
	return replay.PublishConfig{
		Kafka: []kgo.Opt{kgo.SeedBrokers(c.ListenAddrs()...)}, Codecs: options(t, "").Codecs, Prefix: "p.",
	}
}

// readBack reads n records of the two topics, by topic and partition.
func readBack(t *testing.T, c *kfake.Cluster, n int) map[string][partitions][]*kgo.Record {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...),
		kgo.ConsumeTopics("p."+schemas.TopicRegistrations, "p."+schemas.TopicCarrierEvents))
	require.NoError(t, err)
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	got := make(map[string][partitions][]*kgo.Record)
	for n > 0 {
		fetches := client.PollFetches(ctx)
		require.NoError(t, fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) {
			byPartition := got[r.Topic]
			byPartition[r.Partition] = append(byPartition[r.Partition], r)
			got[r.Topic] = byPartition
			n--
		})
	}
	require.Zero(t, n, "more records than were published")
	return got
}

func TestPublishAndReadBack(t *testing.T) {
	c := cluster(t, inputs())
	config := publishConfig(t, c)
	batch := loadSCMS(t)
	var calls, last int
	done, err := replay.Publish(t.Context(), config, batch.Records, func(published, total int) {
		calls++
		require.Equal(t, len(batch.Records), total)
		require.Greater(t, published, last)
		last = published
	})
	require.NoError(t, err)
	tick := time.Date(2015, 10, 14, 0, 0, 0, 0, time.UTC)
	require.Equal(t, replay.Published{Registrations: 5176, Events: 7474, Ticks: 2 * partitions, TickAt: tick}, done)
	require.Equal(t, len(batch.Records), calls)
	require.Equal(t, calls, last)

	requireWhole(t, c, config.Codecs, batch.Records, tick)
}

// requireWhole reads back all of a batch: each record once, on the partition
// and in the order where it belongs, and a tick at the end.
func requireWhole(t *testing.T, c *kfake.Cluster, codecs *schemas.Codecs, batch []replay.Record, tick time.Time) {
	t.Helper()
	wanted := make(map[string][]replay.Record) // by key and topic, in order
	for _, r := range batch {
		wanted[r.Key+" p."+r.Topic()] = append(wanted[r.Key+" p."+r.Topic()], r)
	}
	partitionOf := make(map[string]int32)
	for topic, byPartition := range readBack(t, c, len(batch)+2*partitions) {
		for partition, records := range byPartition {
			end := len(records) - 1
			require.Equal(t, schemas.TickHeader, records[end].Headers[0].Key, "%s/%d ends with a tick", topic, partition)
			require.Nil(t, records[end].Key)
			require.Nil(t, records[end].Value)
			require.True(t, tick.Equal(records[end].Timestamp))
			for i, r := range records[:end] {
				require.True(t, i == 0 || !r.Timestamp.Before(records[i-1].Timestamp), "a partition is in order of arrival")
				key := string(r.Key)
				first := wanted[key+" "+topic][0]
				wanted[key+" "+topic] = wanted[key+" "+topic][1:]
				require.True(t, first.Arrival.Equal(r.Timestamp))
				requireValue(t, codecs, first, r)
				if other, seen := partitionOf[key]; seen {
					require.Equal(t, other, r.Partition, "records of one parcel are co-partitioned")
				}
				partitionOf[key] = r.Partition
			}
		}
	}
	// As Kafka's own Java client places it.
	for key, partition := range partitionOf {
		require.Equal(t, int32(murmur2(key)&0x7fffffff)%partitions, partition, key)
	}
}

func requireValue(t *testing.T, codecs *schemas.Codecs, want replay.Record, got *kgo.Record) {
	t.Helper()
	if want.Registration != nil {
		r, err := codecs.Registration.Decode(got.Value)
		require.NoError(t, err)
		require.Equal(t, want.Registration, r)
		return
	}
	e, err := codecs.CarrierEvent.Decode(got.Value)
	require.NoError(t, err)
	require.Equal(t, want.Event, e)
}

// A run is cut off at any point, and the next goes on with what is missing.
func TestPublishResumes(t *testing.T) {
	batch := loadSCMS(t).Records[:600]
	tick := replay.TickTime(batch)
	for _, cut := range []int{0, 1, 350, 600} {
		c := cluster(t, inputs())
		config := publishConfig(t, c)
		config.NoTick = true
		_, err := replay.Publish(t.Context(), config, batch[:cut], nil)
		require.NoError(t, err)
		config.NoTick, config.Resume = false, true
		for range 2 { // the second finds everything there
			last := 0
			done, err := replay.Publish(t.Context(), config, batch, func(published, _ int) { last = published })
			require.NoError(t, err)
			require.Equal(t, len(batch), done.Registrations+done.Events, "what is there counts")
			require.Equal(t, len(batch), last)
			require.Equal(t, 2*partitions, done.Ticks)
		}
		requireWhole(t, c, config.Codecs, batch, tick)
	}
}

func TestResumeRefusesOtherRecords(t *testing.T) {
	batch := loadSCMS(t).Records[:100]
	config := publishConfig(t, cluster(t, inputs()))
	_, err := replay.Publish(t.Context(), config, batch, nil)
	require.NoError(t, err)
	config.Resume, config.NoTick = true, true
	_, err = replay.Publish(t.Context(), config, batch, nil)
	require.ErrorContains(t, err, "the topics hold 8 records more than it has", "the ticks of before")
}

func TestPublishForALiveDeployment(t *testing.T) {
	c := cluster(t, inputs())
	config := publishConfig(t, c)
	config.WallClock = true
	records := loadSCMS(t).Records[:10]
	before := time.Now().Truncate(time.Millisecond)
	done, err := replay.Publish(t.Context(), config, records, nil)
	require.NoError(t, err)
	require.Zero(t, done.Ticks)
	for _, byPartition := range readBack(t, c, len(records)) {
		for _, records := range byPartition {
			for _, r := range records {
				require.False(t, r.Timestamp.Before(before), "the record bears the time of sending")
			}
		}
	}
}

func TestPublishLeavesOutTicks(t *testing.T) {
	c := cluster(t, inputs())
	config := publishConfig(t, c)
	config.NoTick = true
	done, err := replay.Publish(t.Context(), config, loadSCMS(t).Records[:10], nil)
	require.NoError(t, err)
	require.Equal(t, 10, done.Registrations+done.Events)
	require.Zero(t, done.Ticks)
	readBack(t, c, 10)
}

func TestPublishRefuses(t *testing.T) {
	records := loadSCMS(t).Records[:10]
	t.Run("a topic that is not there", func(t *testing.T) {
		c := cluster(t, kfake.SeedTopics(1, "p."+schemas.TopicRegistrations))
		_, err := replay.Publish(t.Context(), publishConfig(t, c), records, nil)
		require.ErrorIs(t, err, kerr.UnknownTopicOrPartition)
		require.ErrorContains(t, err, "p.carrier-events")
	})
	t.Run("topics of different size", func(t *testing.T) {
		c := cluster(t, kfake.SeedTopics(1, "p."+schemas.TopicRegistrations), kfake.SeedTopics(2, "p."+schemas.TopicCarrierEvents))
		_, err := replay.Publish(t.Context(), publishConfig(t, c), records, nil)
		require.ErrorContains(t, err, "has 1 partitions and p.carrier-events has 2")
	})
	t.Run("a tick before the end", func(t *testing.T) {
		config := publishConfig(t, cluster(t, inputs()))
		config.TickAt = records[0].Arrival.Add(-time.Second)
		_, err := replay.Publish(t.Context(), config, records, nil)
		require.ErrorContains(t, err, "before the last arrival")
	})
	t.Run("a tick for a live deployment", func(t *testing.T) {
		config := publishConfig(t, cluster(t, inputs()))
		config.WallClock, config.TickAt = true, time.Now()
		_, err := replay.Publish(t.Context(), config, records, nil)
		require.ErrorContains(t, err, "a live deployment has none")
	})
}

// refuse answers that no partition takes what was sent, for good.
func refuse(in *kmsg.ProduceRequest) kmsg.Response {
	out := in.ResponseKind().(*kmsg.ProduceResponse)
	for _, topic := range in.Topics {
		answer := kmsg.NewProduceResponseTopic()
		answer.Topic, answer.TopicID = topic.Topic, topic.TopicID
		for _, partition := range topic.Partitions {
			p := kmsg.NewProduceResponseTopicPartition()
			p.Partition, p.ErrorCode = partition.Partition, kerr.MessageTooLarge.Code
			answer.Partitions = append(answer.Partitions, p)
		}
		out.Topics = append(out.Topics, answer)
	}
	return out
}

// Kafka refuses a batch for good: Publish says so, and counts what was taken.
func TestPublishSaysWhatFailed(t *testing.T) {
	c := cluster(t, inputs())
	c.ControlKey(int16(kmsg.Produce), func(request kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return refuse(request.(*kmsg.ProduceRequest)), nil, true
	})
	done, err := replay.Publish(t.Context(), publishConfig(t, c), loadSCMS(t).Records, nil)
	require.ErrorIs(t, err, kerr.MessageTooLarge)
	require.Zero(t, done.Registrations+done.Events)
}

func TestPublishEndsWhenToldTo(t *testing.T) {
	c := cluster(t, inputs())
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	records := loadSCMS(t).Records
	done, err := replay.Publish(ctx, publishConfig(t, c), records, func(published, _ int) {
		if published == 1 {
			cancel(enough)
		}
	})
	require.ErrorIs(t, err, enough)
	require.Less(t, done.Registrations+done.Events, len(records))
}

// murmur2 is Kafka's hash of keys, written from its definition.
func murmur2(key string) uint32 {
	const m, seed = 0x5bd1e995, 0x9747b28c
	data := []byte(key)
	h := seed ^ uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		k := (uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24) * m
		h = h*m ^ (k^k>>24)*m
	}
	for i, b := range slices.Backward(data) {
		h ^= uint32(b) << (8 * i)
		if i == 0 {
			h *= m
		}
	}
	h = (h ^ h>>13) * m
	return h ^ h>>15
}
