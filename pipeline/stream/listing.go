package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// What ListOffsets takes for a time.
const (
	listStart = -2
	listEnd   = -1
)

// listPartition lists where one partition of each topic begins or ends,
// records that are not committed yet included. Other partitions are not asked
// for: one of them may have no leader.
func listPartition(ctx context.Context, client *kgo.Client, topics []string, partition int32, at int64) (map[string]int64, error) {
	req := kmsg.NewPtrListOffsetsRequest()
	for _, name := range topics {
		topic, p := kmsg.NewListOffsetsRequestTopic(), kmsg.NewListOffsetsRequestTopicPartition()
		p.Partition, p.Timestamp = partition, at
		topic.Topic, topic.Partitions = name, append(topic.Partitions, p)
		req.Topics = append(req.Topics, topic)
	}
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("listing offsets of partition %d: %w", partition, err)
	}
	out := map[string]int64{}
	for _, topic := range resp.Topics {
		for _, p := range topic.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return nil, fmt.Errorf("listing offsets of %s/%d: %w", topic.Topic, p.Partition, err)
			}
			out[topic.Topic] = p.Offset
		}
	}
	for _, name := range topics {
		if _, answered := out[name]; !answered {
			return nil, fmt.Errorf("listing offsets of %s/%d: %w", name, partition, kerr.UnknownTopicOrPartition)
		}
	}
	return out, nil
}

// listable turns a listing of one topic into numbers by partition, and leaves
// out the partitions that could not be listed.
func listable(topic string, offsets kadm.ListedOffsets, err error) (map[int32]int64, error) {
	if some := (*kadm.ShardErrors)(nil); errors.As(err, &some) && !some.AllFailed {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing offsets of %s: %w", topic, err)
	}
	out := map[int32]int64{}
	for partition, o := range offsets[topic] {
		if o.Err == nil {
			out[partition] = o.Offset
		}
	}
	return out, nil
}
