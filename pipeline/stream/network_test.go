package stream

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// network is what one process sees of the broker. A rule looks at each request
// and may let the connection, or the process as the broker knows it, die just
// before or just after the request. So a test can kill at a named point of the
// protocol, on any broker, without a hook in the code under test.
type network struct {
	mu    sync.Mutex
	conns map[*wire]bool
	down  bool
	rule  func(kmsg.Key) fate

	fell     chan struct{} // closed when a rule has cut or killed
	answered chan struct{} // closed when the broker has answered the request that it was killed after
}

// fate is what becomes of a request.
type fate int

const (
	pass       fate = iota
	cutBefore       // the connection breaks, the request is not sent
	cutAfter        // the request is sent, the connection breaks before the answer
	killBefore      // as cutBefore, and nothing is ever sent again
	killAfter       // as cutAfter, and nothing is ever sent again
)

var errCut = errors.New("the network was cut by the test")

func newNetwork(t *testing.T, rule func(kmsg.Key) fate) *network {
	n := &network{conns: map[*wire]bool{}, rule: rule, fell: make(chan struct{}), answered: make(chan struct{})}
	t.Cleanup(func() { n.set(false) })
	return n
}

// through makes a runtime use the network.
func (n *network) through(cfg Config) Config {
	cfg.ClientOpts = append(cfg.ClientOpts, kgo.Dialer(n.dial))
	return cfg
}

// set takes the network down or up. Taking it down breaks all connections.
func (n *network) set(up bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = !up
	for c := range n.conns {
		if n.down {
			_ = c.Close()
			delete(n.conns, c)
		}
	}
}

func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		return nil, errCut
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, kind, address)
	if err != nil {
		return nil, err
	}
	c := &wire{Conn: conn, n: n, broken: make(chan struct{})}
	n.conns[c] = true
	return c, nil
}

// wire is one connection.
type wire struct {
	net.Conn
	n      *network
	once   sync.Once
	broken chan struct{}
}

func (c *wire) Write(p []byte) (int, error) {
	switch f := c.n.judge(p); f {
	case cutBefore, killBefore:
		if f == killBefore {
			c.n.set(false)
		}
		close(c.n.fell)
		_ = c.Close()
		return 0, errCut
	case cutAfter, killAfter:
		size, err := c.Conn.Write(p)
		c.once.Do(func() { close(c.broken) })
		if f == killAfter {
			c.n.silence(c)
		}
		close(c.n.fell)
		return size, err
	}
	return c.Conn.Write(p)
}

// Read hides what comes after the connection was cut.
func (c *wire) Read(p []byte) (int, error) {
	size, err := c.Conn.Read(p)
	select {
	case <-c.broken:
		if err == nil {
			select {
			case <-c.n.answered:
			default:
				close(c.n.answered)
			}
		}
		_ = c.Close()
		return 0, errCut
	default:
		return size, err
	}
}

// judge asks the rule about a request; a write of the client is one request.
func (n *network) judge(p []byte) fate {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.rule == nil || len(p) < 8 {
		return pass
	}
	f := n.rule(kmsg.Key(binary.BigEndian.Uint16(p[4:])))
	if f != pass {
		n.rule = nil
	}
	return f
}

func (n *network) hasFallen() bool {
	select {
	case <-n.fell:
		return true
	default:
		return false
	}
}

// silence takes the network down but for one connection, whose answer is
// awaited and hidden.
func (n *network) silence(last *wire) {
	n.mu.Lock()
	delete(n.conns, last)
	n.mu.Unlock()
	n.set(false)
}

// nth gives one fate to the nth request of a kind, and lets the others pass.
func nth(key kmsg.Key, n int, f fate) func(kmsg.Key) fate {
	return func(k kmsg.Key) fate {
		if k == key {
			n--
		}
		if k == key && n == 0 {
			return f
		}
		return pass
	}
}
