package disk

import (
	"context"
	"fmt"
)

// size is what a table, or a column of it, takes.
type size struct {
	Table  string `ch:"table"`
	Column string `ch:"column"`
	Rows   uint64 `ch:"rows"`
	// Disk is everything: columns, marks, primary key and indexes, bytes. Of a
	// column: its compressed data.
	Disk uint64 `ch:"disk"`
	// Index is what indexes beside the primary key take of it, bytes.
	Index uint64 `ch:"skip"`
	// Plain is what the columns hold, not compressed, bytes.
	Plain uint64 `ch:"plain"`
}

// held is what one source came to.
type held struct {
	source  *source
	events  uint64 // rows of tracking_events
	tables  []size
	columns []size // of all tables, the largest first
}

func (s *store) measure(ctx context.Context) (*held, error) {
	h := &held{}
	err := s.conn.Select(ctx, &h.tables, `
		SELECT table, '' AS column, sum(rows) AS rows, sum(bytes_on_disk) AS disk,
			sum(secondary_indices_compressed_bytes + secondary_indices_marks_bytes) AS skip, sum(data_uncompressed_bytes) AS plain
		FROM system.parts AS p WHERE database = currentDatabase() AND active AND p.rows > 0 AND table != 'schema_migrations'
		GROUP BY table ORDER BY disk DESC`)
	if err != nil {
		return nil, fmt.Errorf("asking what the tables take: %w", err)
	}
	err = s.conn.Select(ctx, &h.columns, `
		SELECT table, column, sum(rows) AS rows, sum(column_data_compressed_bytes) AS disk, toUInt64(0) AS skip, sum(column_data_uncompressed_bytes) AS plain
		FROM system.parts_columns WHERE database = currentDatabase() AND active AND table != 'schema_migrations'
		GROUP BY table, column ORDER BY disk DESC, column`)
	if err != nil {
		return nil, fmt.Errorf("asking what the columns take: %w", err)
	}
	h.events = h.of("tracking_events").Rows
	return h, nil
}

// of gives what a table takes; nothing for one without rows.
func (h *held) of(table string) size {
	for _, t := range h.tables {
		if t.Table == table {
			return t
		}
	}
	return size{Table: table}
}

// column gives what a column of tracking_events takes.
func (h *held) column(name string) size {
	for _, c := range h.columns {
		if c.Table == "tracking_events" && c.Column == name {
			return c
		}
	}
	return size{}
}

// per is bytes for each event.
func (h *held) per(bytes uint64) float64 {
	if h.events == 0 {
		return 0
	}
	return float64(bytes) / float64(h.events)
}
