package shipmentlog

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Bounds of one query. Time is the caller's to bound, by its context, which the
// server keeps to.
const (
	maxMemory  = 1 << 30 // bytes
	maxThreads = 4
	// maxRows is how many events, decisions or webhooks of one parcel are read:
	// the newest. The rules take in 1,000 new events a day at most.
	maxRows = 5000
)

// Log answers questions about parcels. It is safe for concurrent use.
type Log struct {
	conn   driver.Conn
	memory int // bytes that a query may use
}

// New makes a log that asks over conn, which stays the caller's.
func New(conn driver.Conn) *Log { return &Log{conn: conn, memory: maxMemory} }

// ErrTooLarge says that a question needs more memory than it may have. One that
// is narrower needs less.
var ErrTooLarge = errors.New("the question needs too much memory; narrow it")

// codeMemory is ClickHouse's MEMORY_LIMIT_EXCEEDED.
const codeMemory = 241

// ask reads the rows of a query into a slice, within the bounds. With threads 1
// a query of a few rows costs the least.
func (l *Log) ask(ctx context.Context, threads int, into any, query string, params ...any) error {
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"max_memory_usage": l.memory, "max_threads": threads, "do_not_merge_across_partitions_select_final": 1,
	}))
	err := l.conn.Select(ctx, into, query, params...)
	if refused, is := errors.AsType[*clickhouse.Exception](err); is && refused.Code == codeMemory {
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	return err
}
