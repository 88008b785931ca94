package embedded_test

import (
	"net"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
)

// An engine that crashes comes back where it was, with what it had, also when it
// crashes as soon as it is back.
func TestClickHouseComesBackFromCrashes(t *testing.T) {
	c := startClickHouse(t, embedded.ClickHouseOptions{DataDir: t.TempDir()})
	table := newShipments(t, clickHouseClient(t, c.Addr()))
	require.NoError(t, insert(t.Context(), clickHouseClient(t, c.Addr()), table, shipment{Number: "1", SeenAt: time.Now()}))
	for _, wait := range []bool{true, true, false, true} {
		crashed := c.PID()
		require.NoError(t, syscall.Kill(crashed, syscall.SIGSEGV))
		require.Eventually(t, func() bool { return c.PID() != crashed }, 5*time.Minute, time.Millisecond)
		if wait {
			requireRows(t, c, table)
		}
	}
	require.NoError(t, c.Err())
}

// Clients may go away in the middle of a word, speak another protocol, or name a
// database that does not exist: the others go on.
func TestClickHouseBearsItsClients(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the engine has a terminal on Linux alone, and crashes of such clients elsewhere")
	}
	c := startClickHouse(t, embedded.ClickHouseOptions{DataDir: t.TempDir()})
	before := c.PID()
	// As a client of the revision 54460 greets: its name, its version, no database,
	// the user, no password.
	greeting := append([]byte("\x00\x04rude\x01\x01\xbc\xa9\x03\x00\x07default"), 0)
	for range 30 {
		for _, said := range [][]byte{nil, greeting[:4], greeting, []byte("GET / HTTP/1.0\r\n\r\n"), {0xff, 0xff}} {
			conn, err := net.Dial("tcp", c.Addr())
			require.NoError(t, err)
			_, err = conn.Write(said)
			require.NoError(t, err)
			require.NoError(t, conn.Close())
		}
		wrong, err := clickhouse.Open(&clickhouse.Options{Addr: []string{c.Addr()}, Auth: clickhouse.Auth{Database: "nowhere"}})
		require.NoError(t, err)
		require.ErrorContains(t, wrong.Ping(t.Context()), "Database nowhere does not exist")
		require.NoError(t, wrong.Close())
	}
	require.NoError(t, clickHouseClient(t, c.Addr()).Ping(t.Context()))
	require.Equal(t, before, c.PID(), "it was started again")
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
