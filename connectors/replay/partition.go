package replay

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// partitionsOf gives the number of partitions of the two topics, which share it
// so that a parcel's records meet in one task.
func partitionsOf(ctx context.Context, client *kgo.Client, prefix string) (int32, error) {
	names := [...]string{prefix + schemas.TopicRegistrations, prefix + schemas.TopicCarrierEvents}
	topics, err := kadm.NewClient(client).ListTopics(ctx, names[:]...)
	if err != nil {
		return 0, fmt.Errorf("asking for the topics: %w", err)
	}
	for _, name := range names {
		if err := topics[name].Err; err != nil {
			return 0, fmt.Errorf("asking for topic %s: %w; waybill topics create makes it", name, err)
		}
	}
	counts := [...]int{len(topics[names[0]].Partitions), len(topics[names[1]].Partitions)}
	if counts[0] != counts[1] {
		return 0, fmt.Errorf("topic %s has %d partitions and %s has %d; they must have the same number",
			names[0], counts[0], names[1], counts[1])
	}
	return int32(counts[0]), nil
}

// partitioner places records by their keys as the Java client does, and a tick
// where it says.
type partitioner struct{ byKey kgo.Partitioner }

func (p partitioner) ForTopic(topic string) kgo.TopicPartitioner {
	return topicPartitioner{p.byKey.ForTopic(topic)}
}

type topicPartitioner struct{ kgo.TopicPartitioner }

func (topicPartitioner) RequiresConsistency(*kgo.Record) bool { return true }

func (p topicPartitioner) Partition(r *kgo.Record, n int) int {
	if r.Key == nil { // only a tick has no key
		return int(r.Partition)
	}
	return p.TopicPartitioner.Partition(r, n)
}
