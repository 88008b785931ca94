package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Load writes records into the tables as Run would, but from a list and not from
// Kafka, and returns when they are there: for tables that are made to try
// something out. Records bear their topics. One that cannot be stored is an
// error, for there are no dead letters. It is to be called instead of Run.
func (s *Sink) Load(ctx context.Context, records []*kgo.Record) (err error) {
	tables, err := openStore(s.cfg.ClickHouse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tables.close()) }()
	s.store = tables
	for i, record := range records {
		if err := s.batch.take(record, time.Now()); err != nil {
			return fmt.Errorf("loading records: %w", err)
		}
		if i < len(records)-1 && !s.batch.full(s.cfg.FlushRows) {
			continue
		}
		refused := s.batch.unreadable
		for _, rows := range s.batch.blocks() {
			faulty, err := s.insert(ctx, rows, 0, rows.size())
			if err != nil {
				return err
			}
			refused = append(refused, faulty...)
		}
		if len(refused) > 0 {
			return fmt.Errorf("loading records: %d cannot be stored, the first of topic %s: %w", len(refused), refused[0].record.Topic, refused[0].why)
		}
		s.batch.reset()
	}
	return nil
}
