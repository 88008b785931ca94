package topiclog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Reader reads partitions of one topic, committed records only, and knows
// its true position: past control records, aborted batches and gaps that
// compaction left, all of which a consumer client hides (rule E5). It belongs
// to no group.
type Reader struct {
	client  *kgo.Client
	topic   string // full name
	topicID [16]byte
	// Position is the next offset of each partition that is read.
	Position map[int32]int64
	// Behind is how many offsets of committed records, markers and gaps each
	// partition had beyond Position at the last Fetch.
	Behind map[int32]int64
	// Failed are the partitions that the last Fetch could not read, and why.
	// It read the others all the same.
	Failed map[int32]error
	// MaxBytes bounds what one Fetch brings from each leader, as the broker
	// has it; a single batch may be larger. 8 MiB unless set.
	MaxBytes int32
	leaders  map[int32]int32 // nil when they must be asked for
	unpack   kgo.Decompressor
}

// New makes a reader of one topic, by its full name and id, from the given
// offset of each partition that is to be read.
func New(client *kgo.Client, topic string, id [16]byte, position map[int32]int64) *Reader {
	return &Reader{
		client: client, topic: topic, topicID: id, Position: position, Behind: map[int32]int64{},
		MaxBytes: 8 << 20, unpack: kgo.DefaultDecompressor(),
	}
}

// Fetch reads once from each leader and returns what came, in order within
// each partition. Waiting for new records takes up to maxWait. After an error
// the positions are those of what was returned.
func (r *Reader) Fetch(ctx context.Context, maxWait time.Duration) ([]*kgo.Record, error) {
	r.Failed = map[int32]error{}
	if err := r.locate(ctx); err != nil {
		return nil, err
	}
	requests := map[int32]*kmsg.FetchRequest{}
	for partition, offset := range r.Position {
		leader, known := r.leaders[partition]
		if !known {
			r.Failed[partition] = kerr.LeaderNotAvailable
			continue
		}
		if requests[leader] == nil {
			requests[leader] = r.request(maxWait)
		}
		p := kmsg.NewFetchRequestTopicPartition()
		p.Partition, p.FetchOffset, p.PartitionMaxBytes = partition, offset, r.MaxBytes
		t := &requests[leader].Topics[0]
		t.Partitions = append(t.Partitions, p)
	}
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		records []*kgo.Record
	)
	for leader, req := range requests {
		// kfake leaves out which transactions were aborted when the whole answer
		// reaches its bound, not when a partition's part does.
		if len(req.Topics[0].Partitions) == 1 {
			req.MaxBytes = math.MaxInt32
		}
		wg.Go(func() {
			resp, err := r.client.Broker(int(leader)).RetriableRequest(ctx, req)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				var got []*kgo.Record
				got, err = r.process(resp)
				records = append(records, got...)
			}
			if err != nil {
				for _, p := range req.Topics[0].Partitions {
					r.Failed[p.Partition] = err
				}
			}
		})
	}
	wg.Wait()
	return records, r.failure()
}

// failure sums up what failed: each reason once, with the first partition that
// it holds for. Leaders may have changed, so they are asked for again then.
func (r *Reader) failure() error {
	if len(r.Failed) == 0 {
		return nil
	}
	r.leaders = nil
	var errs []error
	told := map[string]bool{}
	for _, partition := range slices.Sorted(maps.Keys(r.Failed)) {
		if err := r.Failed[partition]; !told[err.Error()] {
			told[err.Error()] = true
			errs = append(errs, fmt.Errorf("partition %d at offset %d: %w", partition, r.Position[partition], err))
		}
	}
	return fmt.Errorf("reading %s: %w", r.topic, errors.Join(errs...))
}

func (r *Reader) request(maxWait time.Duration) *kmsg.FetchRequest {
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis = int32(maxWait.Milliseconds())
	req.MinBytes = 1
	req.MaxBytes = r.MaxBytes
	req.IsolationLevel = 1
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID = r.topic, r.topicID
	req.Topics = append(req.Topics, t)
	return req
}

func (r *Reader) process(answer kmsg.Response) (records []*kgo.Record, err error) {
	resp, ok := answer.(*kmsg.FetchResponse)
	if !ok {
		return nil, fmt.Errorf("the answer to a fetch is a %T", answer)
	}
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return nil, err
	}
	for i := range resp.Topics {
		for j := range resp.Topics[i].Partitions {
			rp := &resp.Topics[i].Partitions[j]
			opts := kgo.ProcessFetchPartitionOpts{
				Offset: r.Position[rp.Partition], IsolationLevel: kgo.ReadCommitted(),
				Topic: r.topic, Partition: rp.Partition,
			}
			fetched, next := kgo.ProcessFetchPartition(opts, rp, r.unpack, nil)
			if fetched.Err != nil {
				r.Failed[rp.Partition] = fetched.Err
				continue
			}
			records = append(records, fetched.Records...)
			r.Position[rp.Partition] = next
			r.Behind[rp.Partition] = max(0, rp.LastStableOffset-next)
		}
	}
	return records, nil
}

// locate asks for the leaders of the partitions, if they are not known. A
// partition may have none.
func (r *Reader) locate(ctx context.Context) error {
	if r.leaders != nil {
		return nil
	}
	req := kmsg.NewPtrMetadataRequest()
	t := kmsg.NewMetadataRequestTopic()
	t.Topic = new(r.topic)
	req.Topics = append(req.Topics, t)
	resp, err := req.RequestWith(ctx, r.client)
	if err != nil {
		return fmt.Errorf("asking for the leaders of %s: %w", r.topic, err)
	}
	leaders := map[int32]int32{}
	for _, t := range resp.Topics {
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
			return fmt.Errorf("asking for the leaders of %s: %w", r.topic, err)
		}
		for _, p := range t.Partitions {
			if p.Leader >= 0 {
				leaders[p.Partition] = p.Leader
			}
		}
	}
	r.leaders = leaders
	return nil
}
