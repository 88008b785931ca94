package topiclog

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// fetchWait is how long one read waits for records of a transaction that is
// still open.
const fetchWait = 200 * time.Millisecond

// Whole hands every committed record of a topic to each, in order within each
// partition, from the given offsets (the start of the log where a partition
// has none) up to the end that the topic has now. It waits for transactions
// that are open at that end.
func Whole(ctx context.Context, client *kgo.Client, topic string, from map[int32]int64, each func(*kgo.Record) error) error {
	admin := kadm.NewClient(client)
	starts, err := admin.ListStartOffsets(ctx, topic)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return fmt.Errorf("asking where %s starts: %w", topic, err)
	}
	ends, err := admin.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("asking where %s ends: %w", topic, err)
	}
	details, err := admin.ListTopics(ctx, topic)
	if err != nil {
		return fmt.Errorf("asking for the id of %s: %w", topic, err)
	}
	position := make(map[int32]int64)
	starts.Each(func(o kadm.ListedOffset) { position[o.Partition] = max(o.Offset, from[o.Partition]) })
	reader := New(client, topic, details[topic].ID, position)
	for !reader.reached(ends[topic]) {
		records, err := reader.Fetch(ctx, fetchWait)
		if err != nil {
			return err
		}
		for _, record := range records {
			if record.Offset >= ends[topic][record.Partition].Offset {
				continue
			}
			if err := each(record); err != nil {
				return err
			}
		}
	}
	return nil
}

// reached tells whether every partition was read to its end.
func (r *Reader) reached(ends map[int32]kadm.ListedOffset) bool {
	for partition, position := range r.Position {
		if position < ends[partition].Offset {
			return false
		}
	}
	return true
}
