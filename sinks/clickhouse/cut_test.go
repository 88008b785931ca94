package clickhouse

import (
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/ports/portstest"
)

// cutter is a way to a server that breaks: each connection carries so many bytes
// one way, and is then cut, both ways at once.
type cutter struct {
	listener net.Listener
	server   string
	// allow says how many bytes the next connection may carry to the server and
	// from it; below 0: any number.
	allow func() (to, from int64)
	group sync.WaitGroup

	mu   sync.Mutex
	cuts int
}

func newCutter(t *testing.T, server string, allow func() (to, from int64)) *cutter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &cutter{listener: listener, server: server, allow: allow}
	c.group.Go(c.accept)
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		c.group.Wait()
	})
	return c
}

func (c *cutter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		to, from := c.allow()
		end := sync.OnceFunc(func() { _, _ = client.Close(), server.Close() })
		c.group.Go(func() { c.carry(server, client, to, end) })
		c.group.Go(func() { c.carry(client, server, from, end) })
	}
}

// carry copies until either side ends or the last byte that is allowed is
// through, and then cuts both.
func (c *cutter) carry(to, from net.Conn, most int64, end func()) {
	defer end()
	if most < 0 {
		_, _ = io.Copy(to, from)
		return
	}
	if n, _ := io.CopyN(to, from, most); n == most {
		c.mu.Lock()
		c.cuts++
		c.mu.Unlock()
	}
}

func (c *cutter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cuts
}

// The way to ClickHouse breaks after any number of bytes: in the middle of a
// block, or when all has been written and only the answer is missing, so that
// nobody knows what came of the insert.
func TestCutConnections(t *testing.T) {
	folder, port := t.TempDir(), portstest.Port(t)
	server := startServer(t, folder, port)
	bed := newTestBedOn(t, 2, tables(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(port))))
	random := rand.New(rand.NewPCG(5, 5))
	cutter := newCutter(t, bed.cfg.ClickHouse.Addr[0], nil)
	// Each may carry more than the one before, or the waits between tries grow long.
	connections, most := 0, 8
	cutter.allow = func() (to, from int64) {
		connections++ // accepted one by one
		switch {
		case connections > most:
			return -1, -1
		case connections%2 == 0:
			return random.Int64N(4_000 * int64(connections)), -1 // a block is cut
		}
		return -1, random.Int64N(4_000 * int64(connections)) // an answer is swallowed
	}
	cfg := bed.cfg
	cfg.ClickHouse.Addr, cfg.FlushRows = []string{cutter.listener.Addr().String()}, 10
	bed.say(historyOf(5))
	stop := bed.start(cfg)
	bed.eventually(func() bool {
		select {
		case <-server.Done(): // the embedded engine does not survive every cut
			server = startServer(t, folder, port)
		default:
		}
		lag, err := Lag(t.Context(), bed.client, bed.cfg.Prefix, "")
		return err == nil && lag == 0
	})
	stop()
	bed.eventually(func() bool { // the test's own connection has to come back, too
		_, err := bed.count("tracking_events")
		return err == nil
	})
	require.Greater(t, cutter.count(), 3, "the way broke too seldom for this to say anything")
	require.Empty(t, bed.deadLetters())
	bed.requireOneEffect("over a way that breaks")
}
