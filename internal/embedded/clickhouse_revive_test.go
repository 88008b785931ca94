package embedded_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
)

// A client that names a database that does not exist can crash the engine. It
// comes back where it was, with what it had, as it does after any crash.
func TestClickHouseComesBackFromCrashes(t *testing.T) {
	c := startClickHouse(t, embedded.ClickHouseOptions{DataDir: t.TempDir()})
	table := newShipments(t, clickHouseClient(t, c.Addr()))
	require.NoError(t, insert(t.Context(), clickHouseClient(t, c.Addr()), table, shipment{Number: "1", SeenAt: time.Now()}))
	before := c.PID()
	for range 3 {
		wrong, err := clickhouse.Open(&clickhouse.Options{Addr: []string{c.Addr()}, Auth: clickhouse.Auth{Database: "nowhere"}})
		require.NoError(t, err)
		require.Error(t, wrong.Ping(t.Context()))
		require.NoError(t, wrong.Close())
	}
	requireRows(t, c, table)
	require.NotEqual(t, before, c.PID(), "it no longer crashes of that: then nobody has to start it again")
	require.NoError(t, c.Err())
}

// Who crashes at once each time is given up, and says so.
func TestClickHouseIsGivenUp(t *testing.T) {
	c := startClickHouse(t, embedded.ClickHouseOptions{DataDir: t.TempDir()})
	require.Eventually(t, func() bool {
		select {
		case <-c.Done():
			return true
		default:
			_ = syscall.Kill(c.PID(), syscall.SIGSEGV) // fails between two lives
			return false
		}
	}, 5*time.Minute, 10*time.Millisecond)
	require.ErrorContains(t, c.Err(), "clickhouse")
	require.NoError(t, c.Close())
	require.NoError(t, c.Err())
}

// requireRows waits until the server answers, with its one row.
func requireRows(t *testing.T, c *embedded.ClickHouse, table string) {
	t.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{c.Addr()}})
	require.NoError(t, err)
	defer conn.Close()
	var rows uint64
	require.Eventually(t, func() bool {
		return conn.QueryRow(t.Context(), "SELECT count() FROM "+table).Scan(&rows) == nil
	}, 5*time.Minute, 20*time.Millisecond)
	require.EqualValues(t, 1, rows)
}
