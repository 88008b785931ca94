package webhooklog

import (
	"context"
	"errors"
	"time"

	"waybill/internal/listing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Log answers questions about webhooks. It is safe for concurrent use.
type Log struct {
	conn driver.Conn
	now  func() time.Time
}

// New makes a log that asks over conn, which stays the caller's.
func New(conn driver.Conn) *Log { return &Log{conn: conn, now: time.Now} }

// ErrCursorExpired says that what came after a cursor is no longer kept in
// full. It is no *listing.InputError, for the cursor was good once.
var ErrCursorExpired = errors.New("the cursor is older than what is kept")

// ask reads the rows of a query of one tenant into a slice.
func (l *Log) ask(ctx context.Context, into any, tenant, query string, params ...any) error {
	if err := listing.Tenant(tenant); err != nil {
		return err
	}
	return l.conn.Select(ctx, into, query, append(params, clickhouse.Named("tenant", tenant))...)
}
