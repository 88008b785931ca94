package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// logReader reads partitions of one topic, committed records only, and knows
// its true position: past control records, aborted batches and gaps that
// compaction left, all of which a consumer client hides (rule E5). It belongs
// to no group.
type logReader struct {
	client   *kgo.Client
	topic    string // full name
	topicID  [16]byte
	position map[int32]int64
	leaders  map[int32]int32 // nil when they must be asked for
	unpack   kgo.Decompressor
}

func newLogReader(client *kgo.Client, topic string, id [16]byte, position map[int32]int64) *logReader {
	return &logReader{client: client, topic: topic, topicID: id, position: position, unpack: kgo.DefaultDecompressor()}
}

const readerFetchBytes = 8 << 20

// fetch reads once from each leader and returns what came, in order within
// each partition. Waiting for new records takes up to maxWait. After an error
// the positions are those of what was returned.
func (r *logReader) fetch(ctx context.Context, maxWait time.Duration) ([]*kgo.Record, error) {
	if err := r.locate(ctx); err != nil {
		return nil, err
	}
	requests := map[int32]*kmsg.FetchRequest{}
	for partition, offset := range r.position {
		leader := r.leaders[partition]
		if requests[leader] == nil {
			requests[leader] = r.request(maxWait)
		}
		p := kmsg.NewFetchRequestTopicPartition()
		p.Partition, p.FetchOffset, p.PartitionMaxBytes = partition, offset, readerFetchBytes
		t := &requests[leader].Topics[0]
		t.Partitions = append(t.Partitions, p)
	}
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		records []*kgo.Record
		errs    []error
	)
	for leader, req := range requests {
		wg.Go(func() {
			answer, err := r.client.Broker(int(leader)).RetriableRequest(ctx, req)
			mu.Lock()
			defer mu.Unlock()
			if resp, ok := answer.(*kmsg.FetchResponse); ok && err == nil {
				var got []*kgo.Record
				got, err = r.process(resp)
				records = append(records, got...)
			}
			errs = append(errs, err)
		})
	}
	wg.Wait()
	err := errors.Join(errs...)
	if err != nil {
		r.leaders = nil
		err = fmt.Errorf("reading %s: %w", r.topic, err)
	}
	return records, err
}

func (r *logReader) request(maxWait time.Duration) *kmsg.FetchRequest {
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis = int32(maxWait.Milliseconds())
	req.MinBytes = 1
	req.MaxBytes = readerFetchBytes
	req.IsolationLevel = 1
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID = r.topic, r.topicID
	req.Topics = append(req.Topics, t)
	return req
}

func (r *logReader) process(resp *kmsg.FetchResponse) (records []*kgo.Record, err error) {
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return nil, err
	}
	for i := range resp.Topics {
		for j := range resp.Topics[i].Partitions {
			rp := &resp.Topics[i].Partitions[j]
			opts := kgo.ProcessFetchPartitionOpts{
				Offset: r.position[rp.Partition], IsolationLevel: kgo.ReadCommitted(),
				Topic: r.topic, Partition: rp.Partition,
			}
			fetched, next := kgo.ProcessFetchPartition(opts, rp, r.unpack, nil)
			if fetched.Err != nil {
				err = errors.Join(err, fmt.Errorf("partition %d at offset %d: %w", rp.Partition, r.position[rp.Partition], fetched.Err))
				continue
			}
			records = append(records, fetched.Records...)
			r.position[rp.Partition] = next
		}
	}
	return records, err
}

// locate asks for the leaders of the partitions, if they are not known.
func (r *logReader) locate(ctx context.Context) error {
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
	for partition := range r.position {
		if _, ok := leaders[partition]; !ok {
			return fmt.Errorf("asking for the leaders of %s: %w", r.topic, kerr.LeaderNotAvailable)
		}
	}
	r.leaders = leaders
	return nil
}
