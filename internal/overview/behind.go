package overview

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/internal/topiclog"
)

// firstBytes bounds what one look at a leader brings. Only the first record of a
// partition is wanted, and a broker sends whole batches.
const firstBytes = 64 << 10

// behind tells how far a group is behind on topics, in offsets, and how old the
// oldest record is that it has not committed; nil where that could not be read.
func (o *Overview) behind(ctx context.Context, now time.Time, topics []string, committed kadm.OffsetResponses, b *bounds) (records int64, seconds *float64) {
	oldest, known := now, true
	for _, topic := range topics {
		position := make(map[int32]int64)
		for partition, end := range b.ends[topic] {
			at := b.starts[topic][partition].Offset
			if c, has := committed.Lookup(topic, partition); has && c.At >= 0 {
				at = max(at, c.At)
			}
			if at < end.Offset {
				position[partition] = at
			}
		}
		left, first, err := o.firsts(ctx, topic, position, b.ends[topic])
		known = known && err == nil
		if !first.IsZero() && first.Before(oldest) {
			oldest = first
		}
		for partition, at := range left {
			records += b.ends[topic][partition].Offset - at
		}
	}
	if !known {
		return records, nil
	}
	age := max(0, now.Sub(oldest).Seconds())
	return records, &age
}

// firsts reads the first record of each partition from a position on. It returns
// the positions of those that have one, and the time of the oldest. What lies
// between a position and the end may be nothing but markers of transactions.
func (o *Overview) firsts(ctx context.Context, topic string, from map[int32]int64, ends map[int32]kadm.ListedOffset) (left map[int32]int64, oldest time.Time, err error) {
	left = make(map[int32]int64, len(from))
	if len(from) == 0 {
		return left, oldest, nil
	}
	reading := make(map[int32]int64, len(from))
	for partition, at := range from { // what is not read counts as it is
		left[partition], reading[partition] = at, at
	}
	details, err := kadm.NewClient(o.cfg.Kafka).ListTopics(ctx, topic)
	if err != nil {
		return left, oldest, err
	}
	reader := topiclog.New(o.cfg.Kafka, topic, details[topic].ID, reading)
	reader.MaxBytes = firstBytes
	for len(reading) > 0 {
		records, err := reader.Fetch(ctx, 0)
		if err != nil {
			return left, oldest, err
		}
		for _, r := range records {
			if _, wanted := reading[r.Partition]; !wanted {
				continue
			}
			delete(reading, r.Partition)
			if oldest.IsZero() || r.Timestamp.Before(oldest) {
				oldest = r.Timestamp
			}
		}
		for partition, at := range reading {
			if at >= ends[partition].Offset {
				delete(reading, partition)
				delete(left, partition)
			}
		}
	}
	return left, oldest, nil
}
