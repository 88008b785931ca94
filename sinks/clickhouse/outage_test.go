package clickhouse

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
	"waybill/internal/ports/portstest"
	"waybill/schemas"
)

// ClickHouse is killed again and again in the middle of inserts, stays away for a
// while, and comes back on the same files: there is neither loss nor double.
func TestClickHouseIsKilledAndComesBack(t *testing.T) {
	folder := t.TempDir()
	port := portstest.Port(t)
	server := startServer(t, folder, port)
	bed := newTestBedOn(t, 2, tables(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(port))))
	bed.cfg.FlushRows = 5
	stop := bed.start(bed.cfg)

	const kills = 3
	history := slices.Concat(historyOf(6), historyOf(7))
	for round := range kills {
		part := history[len(history)*round/kills : len(history)*(round+1)/kills]
		least := bed.rowsWritten()
		bed.say(part[:len(part)/2])
		bed.eventually(func() bool { return bed.rowsWritten() > least }) // the sink is in the middle of it
		kill(t, folder)
		<-server.Done()
		bed.say(part[len(part)/2:]) // lag grows meanwhile
		lag, err := Lag(t.Context(), bed.client, bed.cfg.Prefix, "")
		require.NoError(t, err)
		require.GreaterOrEqual(t, lag, int64(len(part)/2))
		server = startServer(t, folder, port)
	}
	bed.caughtUp()
	stop()
	bed.eventually(func() bool { // the test's own connection has to come back, too
		_, err := bed.count("tracking_events")
		return err == nil
	})
	bed.requireOneEffect("after kills of ClickHouse")
	require.Empty(t, bed.deadLetters())
}

func startServer(t *testing.T, folder string, port int) *embedded.ClickHouse {
	t.Helper()
	server, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{DataDir: folder, TCPPort: port})
	if errors.Is(err, embedded.ErrNoLibrary) {
		t.Skipf("no ClickHouse for this test: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() }) // killed ones report how they ended
	return server
}

// kill ends the child process of this test that serves a folder, as kill -9
// does.
func kill(t *testing.T, folder string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("this test finds the process to kill in /proc, which this system does not have")
	}
	killed := 0
	for _, file := range files {
		command, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(command, []byte(folder)) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		require.NoError(t, err)
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		killed++
	}
	require.Equal(t, 1, killed)
}

// While ClickHouse is away, partitions move to another member, which writes
// what the first could not; the first writes nothing of it later.
func TestPartitionsMoveWhileClickHouseIsAway(t *testing.T) {
	bed := newTestBed(t, 4)
	const parcels = 200
	for n := range parcels {
		send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, event(n, 1))
	}
	stuck, err := New(bed.cfg)
	require.NoError(t, err)
	kafka, err := openSource(&stuck.cfg, stuck.lost)
	require.NoError(t, err)
	server, err := openStore(stuck.cfg.ClickHouse)
	require.NoError(t, err)
	away := &awayStore{store: server}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- stuck.loop(ctx, kafka, away) }()
	bed.eventually(func() bool { return away.refused.Load() > 0 })

	stop := bed.start(bed.cfg) // another member, whose ClickHouse is there
	bed.eventually(func() bool {
		count, err := bed.count("tracking_events")
		return err == nil && count > 0 && count < parcels
	})
	cancel()
	require.NoError(t, <-ended)
	kafka.close() // now the other has all of them
	require.NoError(t, server.close())
	bed.caughtUp()
	stop()
	require.EqualValues(t, parcels, ask[uint64](bed, "SELECT count() FROM tracking_events FINAL"))
	require.EqualValues(t, parcels, ask[uint64](bed, "SELECT count() FROM tracking_events"), "no row was written twice")
}

// awayStore is a ClickHouse that cannot be reached.
type awayStore struct {
	store
	refused atomic.Int64
}

func (s *awayStore) insert(context.Context, block, int, int) error {
	s.refused.Add(1)
	return syscall.ECONNREFUSED
}

func (bed *testBed) count(table string) (uint64, error) {
	var n uint64
	err := bed.conn.QueryRow(bed.t.Context(), "SELECT count() FROM "+table+" FINAL").Scan(&n)
	return n, err
}

func (bed *testBed) eventually(condition func() bool) {
	bed.t.Helper()
	require.Eventually(bed.t, condition, patience, 5*time.Millisecond)
}
