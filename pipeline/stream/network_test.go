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
	ice   chan struct{} // nothing is sent until it is closed; nil: all is
	dials int
	rule  func(kmsg.Request) fate

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
	stall           // it waits, and all that is sent from then on, until thaw
)

var errCut = errors.New("the network was cut by the test")

func newNetwork(t *testing.T, rule func(kmsg.Request) fate) *network {
	n := &network{conns: map[*wire]bool{}, rule: rule, fell: make(chan struct{}), answered: make(chan struct{})}
	t.Cleanup(func() {
		n.thaw()
		n.set(false)
	})
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
	n.dials++
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
	f := c.n.judge(p)
	c.n.wait()
	switch f {
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
	if n.rule == nil || len(p) < 14 {
		return pass
	}
	f := n.rule(parse(p))
	if f != pass {
		n.rule = nil
	}
	if f == stall {
		n.ice = make(chan struct{})
		close(n.fell)
	}
	return f
}

// dialed returns how many connections were asked for.
func (n *network) dialed() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dials
}

// wait waits while the process stands still.
func (n *network) wait() {
	n.mu.Lock()
	ice := n.ice
	n.mu.Unlock()
	if ice != nil {
		<-ice
	}
}

// thaw lets a process that stood still go on.
func (n *network) thaw() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ice != nil {
		close(n.ice)
		n.ice = nil
	}
}

// fall takes the network down for good, as a rule that kills does.
func (n *network) fall() {
	n.set(false)
	close(n.fell)
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

// parse reads a request as it goes over the wire. One that it cannot read is
// known by its key alone.
func parse(p []byte) kmsg.Request {
	req := kmsg.RequestForKey(int16(binary.BigEndian.Uint16(p[4:])))
	req.SetVersion(int16(binary.BigEndian.Uint16(p[6:])))
	body := 14 + max(0, int(int16(binary.BigEndian.Uint16(p[12:])))) // behind the client's name
	if req.IsFlexible() {
		body++ // no tags
	}
	if body > len(p) || req.ReadFrom(p[body:]) != nil {
		return kmsg.RequestForKey(req.Key())
	}
	return req
}

// of tells requests of one kind.
func of(key kmsg.Key) func(kmsg.Request) bool {
	return func(req kmsg.Request) bool { return kmsg.Key(req.Key()) == key }
}

// nth gives one fate to the nth request of a kind, and lets the others pass.
func nth(key kmsg.Key, n int, f fate) func(kmsg.Request) fate { return nthThat(of(key), n, f) }

// nthThat gives one fate to the nth request that is meant.
func nthThat(meant func(kmsg.Request) bool, n int, f fate) func(kmsg.Request) fate {
	return func(req kmsg.Request) fate {
		if !meant(req) {
			return pass
		}
		if n--; n == 0 {
			return f
		}
		return pass
	}
}
