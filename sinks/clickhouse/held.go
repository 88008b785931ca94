package clickhouse

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// heldRetry is how long the sink waits before it looks again at a record that
// cannot be read yet.
const heldRetry = 100 * time.Millisecond

// takeRecord adds a record to the batch, unless it, or one before it, cannot be
// read yet: its schema is being asked for. Then it is held, and nothing is wrong
// with it.
func (s *Sink) takeRecord(rec *kgo.Record) {
	if len(s.held) == 0 && s.batch.take(rec, time.Now()) == nil {
		return
	}
	s.held, s.holds = append(s.held, rec), true
}

// takeHeld adds held records to the batch, as far as they can be read. When none
// can, it waits a little, and partitions may be taken away. It tells whether
// nothing is held any more; what the batch has is to be written first otherwise.
func (s *Sink) takeHeld(ctx context.Context) bool {
	s.source.blockRebalance()
	held := s.held
	s.held, s.holds = nil, false
	for _, rec := range held {
		s.takeRecord(rec)
	}
	if !s.holds {
		return true
	}
	if s.batch.empty() {
		s.source.allowRebalance()
		sleep(ctx, heldRetry)
	}
	return false
}

// dropHeld forgets what is held of a partition that now belongs to someone else.
func (s *Sink) dropHeld(topic string, partition int32) {
	s.held = slices.DeleteFunc(s.held, func(r *kgo.Record) bool { return r.Topic == topic && r.Partition == partition })
}

// notYet tells whether a record is to be read again later.
func notYet(err error) bool {
	_, is := errors.AsType[*schemas.NotYetError](err)
	return is
}
