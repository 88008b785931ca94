package stream

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// queued is a polled record that waits for its turn.
type queued struct {
	record  *kgo.Record
	arrival time.Time
}

// input is one input topic's partition of a task: what is polled and not yet
// handled, and how far the broker is known to go.
type input struct {
	topic   string // logical name
	full    string // name on the broker
	topicID [16]byte

	queue []queued
	first int // index of the head in queue
	bytes int // of the records in queue, roughly

	position int64 // offset of the next record to handle: what is committed
	next     int64 // offset of the next record to accept from a poll
	end      int64 // the broker is known to hold records below this offset
	epoch    int32 // leader epoch of the last handled record, -1 for none
	ended    bool  // its tick was handled: nothing more is to come (clock log)
	paused   bool  // fetching is paused: the queue, or the worker, is full
}

// recordOverhead is about what a waiting record takes beside its content.
const recordOverhead = 256

func recordBytes(r *kgo.Record) int {
	n := recordOverhead + len(r.Key) + len(r.Value)
	for _, h := range r.Headers {
		n += len(h.Key) + len(h.Value)
	}
	return n
}

func (in *input) waiting() int { return len(in.queue) - in.first }

func (in *input) head() *queued {
	if in.waiting() == 0 {
		return nil
	}
	return &in.queue[in.first]
}

// accept takes a polled record. Records that were accepted before come again
// after a rewind that was wider than this input needed; they are left out.
func (in *input) accept(r *kgo.Record, arrival time.Time) {
	if r.Offset < in.next {
		return
	}
	if 2*in.first > len(in.queue) && len(in.queue) == cap(in.queue) {
		in.queue = in.queue[:copy(in.queue, in.queue[in.first:])]
		in.first = 0
	}
	in.queue = append(in.queue, queued{r, arrival})
	in.bytes += recordBytes(r)
	in.next = r.Offset + 1
}

// take removes the head and moves the position past it.
func (in *input) take() {
	q := &in.queue[in.first]
	in.position, in.epoch = q.record.Offset+1, q.record.LeaderEpoch
	in.bytes -= recordBytes(q.record)
	*q = queued{}
	if in.first++; in.first == len(in.queue) {
		in.queue, in.first = in.queue[:0], 0
	}
}

// rewind drops what is queued and goes on from a position.
func (in *input) rewind(position int64, epoch int32, ended bool) {
	clear(in.queue)
	in.queue, in.first, in.bytes = in.queue[:0], 0, 0
	in.position, in.next, in.epoch, in.ended = position, position, epoch, ended
}

// blocks tells whether an empty queue must keep the others from going on:
// a record that sorts before theirs may still come.
func (in *input) blocks(clock Clock) bool {
	return in.next < in.end || clock == Log && !in.ended
}

// merge returns the input whose head is next: by arrival, then by the order of
// the inputs (rule E6). It returns nil when there is none or when an empty
// input blocks; idle tells that there is nothing and nothing is known to come.
func merge(inputs []*input, clock Clock) (next *input, idle bool) {
	blocked := false
	for _, in := range inputs {
		head := in.head()
		if head == nil {
			blocked = blocked || in.blocks(clock)
			continue
		}
		if next == nil || head.arrival.Before(next.head().arrival) {
			next = in
		}
	}
	if blocked {
		return nil, false
	}
	return next, next == nil
}
