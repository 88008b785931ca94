package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// partsInterval is how often ClickHouse is asked for its parts.
const partsInterval = 15 * time.Second

// watchParts keeps the series of parts: inserts are refused where there are too
// many, and they grow before that. On a cluster they are those of the server that
// is asked.
func (s *Sink) watchParts(ctx context.Context, tables *clickhouseStore) {
	defer s.metrics.parts.Reset()
	for ctx.Err() == nil {
		parts, err := tables.parts(ctx)
		if err != nil {
			s.metrics.parts.Reset() // it is away, or this user may not see them
			s.cfg.Logger.Debug("counting the parts failed", "error", err)
		}
		for table, n := range parts {
			s.metrics.parts.WithLabelValues(table).Set(float64(n))
		}
		sleep(ctx, partsInterval)
	}
}

// parts returns the active parts of the fullest partition of each table that the
// sink fills.
func (s *clickhouseStore) parts(ctx context.Context) (map[string]uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, partsInterval)
	defer cancel()
	var rows []struct {
		Table string `ch:"table"`
		Parts uint64 `ch:"parts"`
	}
	err := s.conn.Select(ctx, &rows, `SELECT table, max(n) AS parts FROM (
		SELECT table, partition, count() AS n FROM system.parts
		WHERE active AND database IN (currentDatabase(), currentDatabase() || '_local') GROUP BY database, table, partition
	) GROUP BY table`)
	if err != nil {
		return nil, fmt.Errorf("counting the parts of the tables: %w", err)
	}
	parts := map[string]uint64{}
	for _, table := range tableNames() {
		parts[table] = 0
	}
	for _, r := range rows {
		if slices.Contains(tableNames(), r.Table) {
			parts[r.Table] = r.Parts
		}
	}
	return parts, nil
}
