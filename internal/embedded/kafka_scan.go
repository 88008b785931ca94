package embedded

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// scanStall is how long a scan may read nothing before it is given up.
const scanStall = 30 * time.Second

// foundTransactions is what the topics say of transactions.
type foundTransactions struct {
	// open has the epoch of each producer id whose transaction was not ended on
	// a partition.
	open map[partition]map[int64]int16
	// marked says that the transaction asked for is committed on some partition.
	marked bool
}

// partition names a partition of a topic.
type partition struct {
	topic string
	id    int32
}

// findOpenTransactions reads all topics from start to end, and looks for
// committed, a transaction, on the way.
func findOpenTransactions(ctx context.Context, client *kgo.Client, committed producerEpoch) (*foundTransactions, error) {
	starts, ends, err := bounds(ctx, kadm.NewClient(client))
	if err != nil {
		return nil, err
	}
	client.AddConsumePartitions(starts)
	found := &foundTransactions{open: make(map[partition]map[int64]int16)}
	for len(ends) > 0 {
		fetches, err := poll(ctx, client)
		if err != nil {
			return nil, fmt.Errorf("reading, with %d partitions to go: %w", len(ends), err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			found.note(r, committed)
			if at := (partition{r.Topic, r.Partition}); r.Offset+1 >= ends[at] {
				delete(ends, at)
			}
		})
	}
	return found, nil
}

// bounds returns where to start reading each partition that has records, and
// where it ends.
func bounds(ctx context.Context, admin *kadm.Client) (map[string]map[int32]kgo.Offset, map[partition]int64, error) {
	first, err := admin.ListStartOffsets(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("listing the starts of topics: %w", err)
	}
	last, err := admin.ListEndOffsets(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("listing the ends of topics: %w", err)
	}
	starts, ends := make(map[string]map[int32]kgo.Offset), make(map[partition]int64)
	last.Each(func(end kadm.ListedOffset) {
		start, ok := first.Lookup(end.Topic, end.Partition)
		if !ok || start.Offset >= end.Offset {
			return
		}
		if starts[end.Topic] == nil {
			starts[end.Topic] = make(map[int32]kgo.Offset)
		}
		starts[end.Topic][end.Partition] = kgo.NewOffset().At(start.Offset)
		ends[partition{end.Topic, end.Partition}] = end.Offset
	})
	return starts, ends, nil
}

func poll(ctx context.Context, client *kgo.Client) (kgo.Fetches, error) {
	ctx, cancel := context.WithTimeout(ctx, scanStall)
	defer cancel()
	fetches := client.PollFetches(ctx)
	return fetches, fetches.Err0()
}

// note takes in a record: one of a transaction opens it on its partition, a
// marker ends it.
func (f *foundTransactions) note(r *kgo.Record, committed producerEpoch) {
	if !r.Attrs.IsTransactional() {
		return
	}
	at := partition{r.Topic, r.Partition}
	if r.Attrs.IsControl() {
		delete(f.open[at], r.ProducerID)
		f.marked = f.marked || (isCommit(r) && committed == producerEpoch{r.ProducerID, r.ProducerEpoch})
		return
	}
	if f.open[at] == nil {
		f.open[at] = make(map[int64]int16)
	}
	f.open[at][r.ProducerID] = r.ProducerEpoch
}

// transactions returns the open transactions with their partitions.
func (f *foundTransactions) transactions() map[producerEpoch]kadm.TopicsSet {
	all := make(map[producerEpoch]kadm.TopicsSet)
	for at, producers := range f.open {
		for id, epoch := range producers {
			t := producerEpoch{id, epoch}
			topics := all[t]
			topics.Add(at.topic, at.id)
			all[t] = topics
		}
	}
	return all
}

// isCommit tells a commit from an abort: the key of a marker is its version and
// its type, two bytes each, and a commit's type is 1.
func isCommit(marker *kgo.Record) bool {
	return len(marker.Key) >= 4 && marker.Key[2] == 0 && marker.Key[3] == 1
}
