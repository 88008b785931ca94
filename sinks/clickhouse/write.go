package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A batch of which more than refusalShare and more than refusalFloor records
// cannot be stored is no matter of single records.
const (
	refusalFloor = 100
	refusalShare = 0.5
)

// massRefusalError ends Run: going on would empty the topics into the dead
// letters.
type massRefusalError struct {
	refused, records int
	last             refusal
}

func (e *massRefusalError) Error() string {
	return fmt.Sprintf("writing a batch: %d of %d records cannot be stored, so this is no matter of single records; nothing was committed. The last was %s/%d@%d: %v. Run the migrations, or bring this program up to the one that writes the topics, then start again",
		e.refused, e.records, e.last.record.Topic, e.last.record.Partition, e.last.record.Offset, e.last.why)
}

func (e *massRefusalError) Unwrap() error { return e.last.why }

// write carries a batch through: rows into ClickHouse, what cannot be stored to
// the dead letters, then the offsets. It can end after any step and be done
// again from the first; nothing comes to count twice.
func (s *Sink) write(ctx context.Context, b *batch) error {
	refused := slices.Clone(b.unreadable)
	for _, rows := range b.blocks() {
		faulty, err := s.insert(ctx, rows, 0, rows.size())
		if err != nil {
			return err
		}
		refused = append(refused, faulty...)
	}
	refused = oncePerRecord(refused)
	if n := len(refused); n > refusalFloor && float64(n) > refusalShare*float64(b.records) {
		return &massRefusalError{refused: n, records: b.records, last: refused[n-1]}
	}
	if len(refused) > 0 {
		if err := s.source.bury(ctx, refused); err != nil {
			return err
		}
	}
	if err := s.source.commit(ctx, b.next); err != nil {
		return err
	}
	s.report(b, refused)
	return nil
}

// insert writes some rows of a block. When rows are to blame for a failure, it
// halves them until the faulty ones stand alone, and gives those back.
func (s *Sink) insert(ctx context.Context, b block, from, until int) ([]refusal, error) {
	if from == until {
		return nil, nil
	}
	began := time.Now()
	err := s.store.insert(ctx, b, from, until)
	s.metrics.inserts.WithLabelValues(b.tableName()).Observe(time.Since(began).Seconds())
	fault, faulty := errors.AsType[*rowFaultError](err)
	switch {
	case err == nil:
		s.metrics.rows.WithLabelValues(b.tableName()).Add(float64(until - from))
		s.metrics.problems.WithLabelValues(b.tableName()).Add(float64(b.problemCount(from, until)))
		return nil, nil
	case !faulty:
		return nil, err
	case until-from == 1:
		return []refusal{{b.origin(from), fault}}, nil
	}
	middle := middleOf(b, from, until)
	left, err := s.insert(ctx, b, from, middle)
	if err != nil {
		return nil, err
	}
	right, err := s.insert(ctx, b, middle, until)
	return append(left, right...), err
}

// middleOf halves rows between two records, so that the rows of one record
// become visible together; only within a single record it halves these.
func middleOf(b block, from, until int) int {
	half := from + (until-from)/2
	for middle := half; middle < until; middle++ {
		if b.origin(middle) != b.origin(middle-1) {
			return middle
		}
	}
	for middle := half - 1; middle > from; middle-- {
		if b.origin(middle) != b.origin(middle-1) {
			return middle
		}
	}
	return half
}

// oncePerRecord keeps the first refusal of each record: one record makes many
// rows, and one dead letter.
func oncePerRecord(refused []refusal) []refusal {
	seen := make(map[*kgo.Record]bool, len(refused))
	return slices.DeleteFunc(refused, func(r refusal) bool {
		again := seen[r.record]
		seen[r.record] = true
		return again
	})
}

// report counts and logs a batch that is settled.
func (s *Sink) report(b *batch, refused []refusal) {
	for _, r := range refused {
		outcome := outcomeUnreadable
		if _, ok := errors.AsType[*rowFaultError](r.why); ok {
			outcome = outcomeRefused
		}
		b.count.add(outcome, r.record.Topic)
		s.cfg.Logger.Warn("a record went to the dead letters", "topic", r.record.Topic, "partition", r.record.Partition,
			"offset", r.record.Offset, "cause", r.why)
	}
	for outcome, byTopic := range b.count {
		for topic, n := range byTopic {
			s.metrics.records.WithLabelValues(s.logical(topic), outcome).Add(float64(n))
		}
	}
	s.metrics.batches.WithLabelValues("settled").Inc()
	s.metrics.latency.Observe(max(0, time.Since(b.oldest).Seconds()))
	s.ages.settled(b.upTo, time.Now())
	s.cfg.Logger.Debug("batch settled", "records", b.records, "bytes", b.bytes, "refused", len(refused), "took", time.Since(b.since))
}
