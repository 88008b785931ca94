package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
)

// outbox is what the open transaction has given to the client to write. The
// records lie in memory that is used again once the transaction has ended for
// certain: the client is done with them then.
type outbox struct {
	prefix string
	names  map[string]string // of topics on the broker, by logical name
	chunks [][]sent
	used   int                      // records
	bytes  int                      // of them
	told   func(*kgo.Record, error) // made once, for it is handed over with every record
	stamp  time.Time                // of records, renewed from time to time

	mu     sync.Mutex
	failed error       // the first record that was not written
	tooBig *kgo.Record // the largest one that was refused for its size
	why    error       // the error of that
}

// sent is a record and the call that it is written for.
type sent struct {
	record  kgo.Record
	task    *task
	cause   cause
	suspect string // as in output
}

// outboxChunk is how many records are allocated at once.
const outboxChunk = 256

func newOutbox(prefix string) *outbox {
	x := &outbox{prefix: prefix, names: map[string]string{}}
	x.told = x.written
	return x
}

// add gives a record to the client. Its key, value and headers must not be
// changed before the transaction has ended.
func (x *outbox) add(client *kgo.Client, t *task, c cause, o *output) *kgo.Record {
	if x.used == len(x.chunks)*outboxChunk {
		x.chunks = append(x.chunks, make([]sent, outboxChunk))
	}
	s := &x.chunks[x.used/outboxChunk][x.used%outboxChunk]
	x.used++
	x.bytes += o.size()
	s.task, s.cause, s.suspect = t, c, o.suspect
	s.record = kgo.Record{Topic: x.name(o.Topic), Key: o.key, Value: o.Value, Partition: o.partition, Timestamp: x.stamp, Headers: clientHeaders(s.record.Headers[:0], o.Headers)}
	client.Produce(context.Background(), &s.record, x.told)
	return &s.record
}

// tick renews the time that records are stamped with: the client would ask
// the clock for each.
func (x *outbox) tick() { x.stamp = time.Now() }

// name returns a topic's name on the broker.
func (x *outbox) name(logical string) string {
	full, ok := x.names[logical]
	if !ok {
		full = x.prefix + logical
		x.names[logical] = full
	}
	return full
}

func clientHeaders(dst []kgo.RecordHeader, headers []job.Header) []kgo.RecordHeader {
	for _, h := range headers {
		dst = append(dst, kgo.RecordHeader{Key: h.Key, Value: h.Value})
	}
	return dst
}

// written is called by the client when it is done with a record. One that was
// not written forbids the commit (rule E4). Where the broker refused some for
// their size, the largest one is to blame (rule E11).
func (x *outbox) written(r *kgo.Record, err error) {
	if err == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	err = fmt.Errorf("writing to %s: %w", r.Topic, err)
	if x.failed == nil {
		x.failed = err
	}
	if errors.Is(err, kerr.MessageTooLarge) && (x.tooBig == nil || size(r) > size(x.tooBig)) {
		x.tooBig, x.why = r, err
	}
}

func size(r *kgo.Record) int {
	n := len(r.Key) + len(r.Value)
	for _, h := range r.Headers {
		n += len(h.Key) + len(h.Value)
	}
	return n
}

// failure returns why the transaction must not be committed, if so: a poison
// where one call is to blame. The client must be done with all records.
func (x *outbox) failure() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.tooBig == nil {
		return x.failed
	}
	for _, chunk := range x.chunks {
		for i := range chunk {
			if s := &chunk[i]; &s.record == x.tooBig {
				return &poison{
					task: s.task, cause: s.cause, suspect: s.suspect,
					err: fmt.Errorf("%w (the record has %d bytes)", x.why, size(x.tooBig)),
				}
			}
		}
	}
	return x.failed
}

// clear makes the outbox empty, for the next transaction. It keeps the memory
// that the last one has used, but leaves the records of one that was aborted to
// the client and the collector.
func (x *outbox) clear(committed bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	kept := (x.used + outboxChunk - 1) / outboxChunk
	if !committed {
		kept = 0
	}
	clear(x.chunks[kept:])
	x.chunks = x.chunks[:kept]
	x.used, x.bytes, x.failed, x.tooBig, x.why = 0, 0, nil, nil, nil
}
