package analytics

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/semaphore"
)

// Bounds of one report of many askers. Its time is the caller's to bound, by its
// context, which the server keeps to.
const (
	boundedMemory  = 4 << 30 // bytes
	boundedThreads = 4
	boundedRows    = 100_000
	// boundedReports is how many run at once.
	boundedReports = 4
)

// ErrTooLarge says that a report needs more memory, or has more rows, than it
// may. One that is narrower, or has fewer groups, needs less.
var ErrTooLarge = errors.New("the report is too large")

// Codes of ClickHouse.
const (
	codeMemory = 241 // MEMORY_LIMIT_EXCEEDED
	codeRows   = 396 // TOO_MANY_ROWS_OR_BYTES
)

// Bounded answers reports for askers who know nothing of each other: each has
// its bounds, and few run at once. It is safe for concurrent use.
type Bounded struct {
	conn  driver.Conn
	seats *semaphore.Weighted
	rows  int
}

// NewBounded makes one that asks over conn, which stays the caller's.
func NewBounded(conn driver.Conn) *Bounded {
	return &Bounded{conn: conn, seats: semaphore.NewWeighted(boundedReports), rows: boundedRows}
}

// Run is Run within the bounds. It waits for its turn until ctx ends. What is
// too large wraps ErrTooLarge.
func (b *Bounded) Run(ctx context.Context, report Report, params Params) (*Result, error) {
	if err := b.seats.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("waiting to run report %s: %w", report.Name, err)
	}
	defer b.seats.Release(1)
	result, err := Run(clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"max_memory_usage": boundedMemory, "max_threads": boundedThreads,
		"max_result_rows": b.rows, "result_overflow_mode": "throw",
	})), b.conn, report, params)
	if refused, is := errors.AsType[*clickhouse.Exception](err); is && (refused.Code == codeMemory || refused.Code == codeRows) {
		return nil, fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	return result, err
}
