package webhooklog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Limits of a page, in rows.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// Log answers questions about webhooks. It is safe for concurrent use.
type Log struct {
	conn driver.Conn
	now  func() time.Time
}

// New makes a log that asks over conn, which stays the caller's.
func New(conn driver.Conn) *Log { return &Log{conn: conn, now: time.Now} }

// InputError says what is wrong with a question. It is the asker's to mend.
type InputError struct {
	// Field is what is wrong, by its name in the API, for example after.
	Field, Problem string
}

func (e *InputError) Error() string { return e.Field + ": " + e.Problem }

// ErrCursorExpired says that what came after a cursor is no longer kept in
// full. It is no *InputError, for the cursor was good once.
var ErrCursorExpired = errors.New("the cursor is older than what is kept")

// ask reads the rows of a query of one tenant into a slice.
func (l *Log) ask(ctx context.Context, into any, tenant, query string, params ...any) error {
	if tenant == "" {
		return &InputError{"tenant", "it is empty; each question is of one tenant"}
	}
	return l.conn.Select(ctx, into, query, append(params, clickhouse.Named("tenant", tenant))...)
}

// limitOf checks how many rows are asked for.
func limitOf(asked int) (int, error) {
	switch {
	case asked == 0:
		return DefaultLimit, nil
	case asked < 0 || asked > MaxLimit:
		return 0, &InputError{"limit", fmt.Sprintf("it is %d; a page has 1 to %d", asked, MaxLimit)}
	}
	return asked, nil
}

// span gives the two ends of a time span as parameters; a zero time is no end.
// What lies at until is not in it.
func span(since, until time.Time) []any {
	if since.IsZero() {
		since = time.UnixMilli(0)
	}
	if until.IsZero() {
		until = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return []any{
		clickhouse.DateNamed("since", since, clickhouse.MilliSeconds), clickhouse.DateNamed("until", until, clickhouse.MilliSeconds),
	}
}
