package replay

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// resume knows how much of a batch lies on the topics already, from a run that
// was cut off. Within a partition records lie in the order in which they were
// sent, so what is missing is the rest of each partition.
type resume struct {
	partitions int
	there      map[string]map[int32]int64 // records still to be passed over
	place      map[string]kgo.TopicPartitioner
}

// newResume counts what the two topics hold. They must hold nothing else.
func newResume(ctx context.Context, client *kgo.Client, prefix string, partitions int32) (*resume, error) {
	r := &resume{partitions: int(partitions), there: map[string]map[int32]int64{}, place: map[string]kgo.TopicPartitioner{}}
	for _, topic := range []string{prefix + schemas.TopicRegistrations, prefix + schemas.TopicCarrierEvents} {
		ends, err := kadm.NewClient(client).ListEndOffsets(ctx, topic)
		if err == nil {
			err = ends.Error()
		}
		if err != nil {
			return nil, fmt.Errorf("asking how much of the batch %s holds: %w", topic, err)
		}
		r.there[topic] = make(map[int32]int64)
		ends.Each(func(o kadm.ListedOffset) { r.there[topic][o.Partition] = o.Offset })
		r.place[topic] = partitioner{kgo.StickyKeyPartitioner(nil)}.ForTopic(topic)
	}
	return r, nil
}

// has tells whether the next record of its partition is there already. It must
// be asked once for each record, in the order of the batch.
func (r *resume) has(out *kgo.Record) bool {
	if r == nil {
		return false
	}
	partition := int32(r.place[out.Topic].Partition(out, r.partitions))
	if r.there[out.Topic][partition] == 0 {
		return false
	}
	r.there[out.Topic][partition]--
	return true
}

// left counts the records on the topics that were not passed over.
func (r *resume) left() int64 {
	var n int64
	if r != nil {
		for _, partitions := range r.there {
			for _, count := range partitions {
				n += count
			}
		}
	}
	return n
}
