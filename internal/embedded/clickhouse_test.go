package embedded_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
	"waybill/internal/ports"
	"waybill/internal/ports/portstest"
)

func TestClickHouseKeepsItsDataAcrossRestart(t *testing.T) {
	options := embedded.ClickHouseOptions{DataDir: t.TempDir()}
	c := startClickHouse(t, options)
	conn := clickHouseClient(t, c.Addr())
	table := newShipments(t, conn)
	require.NoError(t, insert(t.Context(), conn, table, shipment{Number: "a", SeenAt: time.Now()}))
	require.NoError(t, conn.Close())
	require.NoError(t, c.Close())
	<-c.Done()
	require.NoError(t, c.Err())
	require.NoError(t, c.Close(), "a second time")

	again := clickHouseClient(t, startClickHouse(t, options).Addr())
	require.EqualValues(t, 1, ask[uint64](t, again, "SELECT count() FROM "+table))
}

// TestClickHouseLosesNothingToItsKill inserts batch after batch while the server
// is killed: what it acknowledged is there.
func TestClickHouseLosesNothingToItsKill(t *testing.T) {
	options := embedded.ClickHouseOptions{DataDir: t.TempDir()}
	c := startClickHouse(t, options)
	conn := clickHouseClient(t, c.Addr())
	table := newShipments(t, conn)
	const (
		batch     = 100
		firstKill = 20 // batches before the kill, at least
	)
	acknowledged := 0
	for ; ; acknowledged++ {
		if acknowledged == firstKill {
			go func() { _ = c.Kill() }()
		}
		rows := make([]shipment, batch)
		for i := range rows {
			rows[i] = shipment{Number: strconv.Itoa(acknowledged*batch + i), SeenAt: time.Now()}
		}
		if err := insert(t.Context(), conn, table, rows...); err != nil {
			require.GreaterOrEqual(t, acknowledged, firstKill, "before the kill: %v", err)
			break
		}
	}
	<-c.Done()
	require.ErrorContains(t, c.Err(), "clickhouse ended")

	again := clickHouseClient(t, startClickHouse(t, options).Addr())
	rows := ask[uint64](t, again, "SELECT count() FROM "+table)
	require.Zero(t, rows%batch, "%d rows: a batch is whole or not at all", rows)
	require.Contains(t, []int{acknowledged, acknowledged + 1}, int(rows/batch))
}

func TestClickHouseEndsWithItsParent(t *testing.T) {
	needLibrary(t)
	dir := t.TempDir()
	v := startVictim(t, clickHouseVictim, dir)
	require.NoError(t, clickHouseClient(t, v.addr).Ping(t.Context()))
	v.kill()
	require.NoError(t, embedded.AwaitEnd(t.Context(), dir))
	_, err := net.Dial("tcp", v.addr)
	require.Error(t, err)
}

func TestClickHouseTakesItsSettings(t *testing.T) {
	tcp := portstest.Port(t)
	t.Setenv("WAYBILL_SECRET", "not for SQL")
	c := startClickHouse(t, embedded.ClickHouseOptions{DataDir: t.TempDir(), TCPPort: tcp, MaxMemoryBytes: 3 << 30})
	require.Equal(t, fmt.Sprintf("127.0.0.1:%d", tcp), c.Addr())
	conn := clickHouseClient(t, c.Addr())
	require.Equal(t, "3221225472", ask[string](t, conn, "SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'"))
	require.Contains(t, ask[string](t, conn, "SELECT timezone()"), "UTC")
	if runtime.GOOS == "linux" {
		environment := ask[string](t, conn, "SELECT * FROM file('/proc/self/environ', RawBLOB, 'text String')")
		require.Contains(t, environment, "PATH=")
		require.NotContains(t, environment, "not for SQL")
	}

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.HTTPAddr()+"/ping", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	http.DefaultClient.CloseIdleConnections()
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func TestClickHouseSaysThatAPortIsTaken(t *testing.T) {
	needLibrary(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	taken := listener.Addr().(*net.TCPAddr).Port

	_, err = embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{DataDir: t.TempDir(), TCPPort: taken})
	require.ErrorContains(t, err, "in use by another process")
	require.ErrorContains(t, err, strconv.Itoa(taken))
}

// TestClickHouseTriesOtherPorts has another ClickHouse on the first port chosen:
// its answer must not pass for the new one's.
func TestClickHouseTriesOtherPorts(t *testing.T) {
	other := startClickHouse(t, embedded.ClickHouseOptions{DataDir: t.TempDir()})
	_, port, err := net.SplitHostPort(other.Addr())
	require.NoError(t, err)
	taken, err := strconv.Atoi(port)
	require.NoError(t, err)
	first := true
	c, err := embedded.StartClickHouseOn(t.Context(), embedded.ClickHouseOptions{DataDir: t.TempDir()}, func() (int, error) {
		if first {
			first = false
			return taken, nil
		}
		return ports.Free()
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	require.NotEqual(t, other.Addr(), c.Addr())
	require.False(t, first)
}

func TestClickHouseSaysWhatIsWrong(t *testing.T) {
	needLibrary(t)
	noLibrary := filepath.Join(t.TempDir(), "libchdb.so")
	require.NoError(t, os.WriteFile(noLibrary, []byte("no library"), 0o600))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		ctx     context.Context
		options embedded.ClickHouseOptions
		want    []string
	}{
		"no data directory":    {t.Context(), embedded.ClickHouseOptions{}, []string{"no data directory is set"}},
		"a file of nothing":    {t.Context(), embedded.ClickHouseOptions{DataDir: t.TempDir(), Library: noLibrary}, []string{"loading " + noLibrary}},
		"a file that is not":   {t.Context(), embedded.ClickHouseOptions{DataDir: t.TempDir(), Library: noLibrary + "x"}, []string{noLibrary + "x", "the setting"}},
		"a file for directory": {t.Context(), embedded.ClickHouseOptions{DataDir: noLibrary}, []string{"data directory", noLibrary}},
		"no time":              {ended, embedded.ClickHouseOptions{DataDir: t.TempDir()}, []string{"waiting for clickhouse", "context canceled"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := embedded.StartClickHouse(test.ctx, test.options)
			for _, want := range append(test.want, "starting embedded ClickHouse") {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

// TestADirectoryIsForOne starts two on one directory.
func TestADirectoryIsForOne(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("this system has no lock that ends with its process")
	}
	dir := t.TempDir()
	startKafka(t, embedded.KafkaOptions{DataDir: dir})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := embedded.StartKafka(ctx, embedded.KafkaOptions{DataDir: dir})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "waiting for data directory "+dir)
}

// TestAnEngineStartsNoEngine guards a program whose main forgot RunEngine from
// starting itself without end.
func TestAnEngineStartsNoEngine(t *testing.T) {
	t.Setenv(embedded.EngineEnv, "1")
	_, err := embedded.StartKafka(t.Context(), embedded.KafkaOptions{DataDir: t.TempDir()})
	require.ErrorContains(t, err, "RunEngine")
}
