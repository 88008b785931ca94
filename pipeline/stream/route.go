package stream

import (
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/layout"
)

// route sends a misplaced record to the task that its key belongs to: one that
// lies on the wrong partition, as clients with another hash put it, or one
// whose key is not written as it should be. It goes through the reroute topic,
// in this transaction, and bears where it first came in. What comes from there
// is never routed again, or two instances of different opinion would pass it
// to and fro for ever.
func (t *task) route(rec job.Input, fx effects) (moved bool, err error) {
	right := layout.PartitionOf(rec.Key, t.partitions)
	misplaced := right != t.partition || string(rec.Record.Key) != rec.Key
	if rec.Topic == t.cfg.Rerouted {
		if misplaced {
			return false, fmt.Errorf("reading a rerouted record: key %q belongs to partition %d as %q; only the runtime may write to %s", rec.Record.Key, right, rec.Key, rec.Topic)
		}
		return false, nil
	}
	if !misplaced {
		return false, nil
	}
	if !t.cfg.reroutes() {
		return false, fmt.Errorf("the record lies on partition %d with key %q: it belongs on partition %d with key %q, and nothing is rerouted here", t.partition, rec.Record.Key, right, rec.Key)
	}
	fx.count(rec.Topic, outcomeRerouted)
	fx.rerouted(rec.Topic, producerOf(rec.Record, t.partitions))
	fx.produce(t, cause{kind: processCall, record: rec.Position}, output{
		Output:    job.Output{Topic: t.cfg.Rerouted, Key: rec.Key, Value: rec.Record.Value, Headers: append(rec.Headers, firstHeaders(rec.Record)...)},
		key:       []byte(rec.Key),
		partition: right,
	})
	return true, nil
}

func firstHeaders(r job.Record) []job.Header {
	return []job.Header{
		{Key: job.FirstTopicHeader, Value: []byte(r.Topic)},
		{Key: job.FirstPartitionHeader, Value: strconv.AppendInt(nil, int64(r.Partition), 10)},
		{Key: job.FirstOffsetHeader, Value: strconv.AppendInt(nil, r.Offset, 10)},
		{Key: job.FirstTimestampHeader, Value: strconv.AppendInt(nil, r.Arrival.UnixMilli(), 10)},
	}
}

// firstPosition reads where, and when, a rerouted record first came in.
func firstPosition(r job.Record) (p job.Position, arrival time.Time, err error) {
	number := func(name, text string, bits int) int64 {
		n, parseErr := strconv.ParseInt(text, 10, bits)
		if parseErr != nil && err == nil {
			err = fmt.Errorf("reading header %s of a rerouted record: %w; only the runtime may write to %s", name, parseErr, r.Topic)
		}
		return n
	}
	p.Topic = header(r.Headers, job.FirstTopicHeader)
	p.Partition = int32(number(job.FirstPartitionHeader, header(r.Headers, job.FirstPartitionHeader), 32))
	p.Offset = number(job.FirstOffsetHeader, header(r.Headers, job.FirstOffsetHeader), 64)
	arrival = fromMillis(number(job.FirstTimestampHeader, header(r.Headers, job.FirstTimestampHeader), 64))
	return p, arrival, err
}

// header returns the last value of a header: the one that the runtime added,
// should a producer have written one of the same name.
func header(hs []job.Header, key string) (value string) {
	for _, h := range hs {
		if h.Key == key {
			value = string(h.Value)
		}
	}
	return value
}

// record is a polled record as the job sees it. Its headers are good until
// the next one.
func (t *task) record(in *input, r *kgo.Record, arrival time.Time) job.Record {
	clear(t.headers)
	t.headers = headers(t.headers[:0], r)
	return job.Record{
		Position: job.Position{Topic: in.topic, Partition: r.Partition, Offset: r.Offset},
		Key:      r.Key, Value: r.Value, Headers: t.headers, Arrival: arrival,
	}
}

func headers(dst []job.Header, r *kgo.Record) []job.Header {
	for _, h := range r.Headers {
		dst = append(dst, job.Header{Key: h.Key, Value: h.Value})
	}
	return dst
}

func isTick(r *kgo.Record) bool {
	if len(r.Key) > 0 || len(r.Value) > 0 {
		return false
	}
	for _, h := range r.Headers {
		if h.Key == job.TickHeader {
			return true
		}
	}
	return false
}
