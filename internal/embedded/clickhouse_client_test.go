package embedded_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
)

func startClickHouse(t *testing.T, o embedded.ClickHouseOptions) *embedded.ClickHouse {
	t.Helper()
	needLibrary(t)
	c, err := embedded.StartClickHouse(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// clickHouseClient returns a connection as the program makes one: native
// protocol, compressed.
func clickHouseClient(t *testing.T, addr string) driver.Conn {
	t.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr:        []string{addr},
		Compression: &clickhouse.Compression{Method: clickhouse.CompressionLZ4},
		DialTimeout: patience,
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// newDatabase makes a database of the test's own.
func newDatabase(t *testing.T, conn driver.Conn) string {
	t.Helper()
	name := "conformance_" + strings.ToLower(rand.Text())
	run(t, conn, "CREATE DATABASE "+name)
	t.Cleanup(func() { _ = conn.Exec(context.Background(), "DROP DATABASE IF EXISTS "+name) })
	return name
}

func run(t *testing.T, conn driver.Conn, statement string) {
	t.Helper()
	require.NoError(t, conn.Exec(t.Context(), statement), statement)
}

// ask returns the one value that a query answers with.
func ask[T any](t *testing.T, conn driver.Conn, query string, args ...any) T {
	t.Helper()
	var answer T
	require.NoError(t, conn.QueryRow(t.Context(), query, args...).Scan(&answer), query)
	return answer
}

// shipment is a row of the test's table.
type shipment struct {
	Number  string    `ch:"number"`
	Status  string    `ch:"status"`
	SeenAt  time.Time `ch:"seen_at"`
	Version uint64    `ch:"version"`
	Deleted uint8     `ch:"is_deleted"`
}

// newShipments makes a table like the program's.
func newShipments(t *testing.T, conn driver.Conn) string {
	t.Helper()
	table := newDatabase(t, conn) + ".shipments"
	run(t, conn, "CREATE TABLE "+table+` (
		number String COMMENT 'canonical number',
		status LowCardinality(String),
		seen_at DateTime64(3, 'UTC'),
		version UInt64,
		is_deleted UInt8
	) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY number`)
	return table
}

func insert(ctx context.Context, conn driver.Conn, table string, rows ...shipment) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table)
	if err != nil {
		return err
	}
	defer func() { _ = batch.Close() }()
	for i := range rows {
		if err := batch.AppendStruct(&rows[i]); err != nil {
			return err
		}
	}
	return batch.Send()
}
