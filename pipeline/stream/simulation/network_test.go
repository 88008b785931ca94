//go:build synctests

package simulation

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// fate is what becomes of a request.
type fate int

const (
	pass       fate = iota
	cutBefore       // the connection breaks, the request is not sent
	cutAfter        // the request is handled, the connection breaks before the answer
	lost            // the request never comes to the broker, and nothing more on that connection
	unanswered      // it does, but its answer never comes back, nor anything more
	killBefore      // the process dies instead of sending it
	killAfter       // the process dies, and the request is handled
	fates
)

func (f fate) String() string {
	return [...]string{"pass", "cut before", "cut after", "lost", "unanswered", "kill before", "kill after"}[f]
}

var errCut = errors.New("the network was cut by the simulation")

// network is what one process sees of the brokers.
type network struct {
	dialer  func(ctx context.Context, kind, address string) (net.Conn, error)
	latency time.Duration // of each request
	kill    func()        // the process dies

	mu       sync.Mutex
	conns    map[*wire]bool
	down     bool // nothing can be dialled
	buried   bool // nor ever again
	traps    []*trap
	requests int
	since    time.Time // when the present stretch of counting began
	now      int       // requests in it
	most     int       // in any stretch
}

// trap gives the nth request of a kind a fate.
type trap struct {
	key  kmsg.Key
	nth  int
	fate fate
}

func (n *network) option() kgo.Opt { return kgo.Dialer(n.dial) }

func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	n.mu.Lock()
	down := n.down
	n.mu.Unlock()
	if down {
		return nil, errCut
	}
	conn, err := n.dialer(ctx, kind, address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		_ = conn.Close()
		return nil, errCut
	}
	c := &wire{Conn: conn, n: n}
	n.conns[c] = true
	return c, nil
}

// cut takes the network away: connections break, or they stay and are silent
// until heal.
func (n *network) cut(silently bool) {
	n.mu.Lock()
	n.down = true
	var broken []*wire
	for c := range n.conns {
		if silently {
			c.mute()
		} else {
			broken = append(broken, c)
		}
	}
	n.mu.Unlock()
	for _, c := range broken {
		_ = c.Close()
	}
}

// heal brings the network back. Connections that were silent are broken.
func (n *network) heal() {
	n.cut(false)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down, n.traps = n.buried, nil
}

// bury cuts the network for good.
func (n *network) bury() {
	n.mu.Lock()
	n.buried = true
	n.mu.Unlock()
	n.cut(false)
}

func (n *network) set(t *trap) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.traps = append(n.traps, t)
}

// count counts a request. The caller holds mu.
func (n *network) count() {
	n.requests++
	if time.Since(n.since) > stretch {
		n.since, n.now = time.Now(), 0
	}
	n.now++
	n.most = max(n.most, n.now)
}

// stretch is how long requests are counted together.
const stretch = 10 * time.Second

// counted returns how many requests there were, and the most in a stretch.
func (n *network) counted() (all, most int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.requests, n.most
}

// judge counts a request and says what becomes of it. The client writes each
// request whole.
func (n *network) judge(p []byte) fate {
	if len(p) < 8 {
		return pass
	}
	key := kmsg.Key(binary.BigEndian.Uint16(p[4:]))
	n.mu.Lock()
	defer n.mu.Unlock()
	n.count()
	for _, t := range n.traps {
		if t.key == key {
			if t.nth--; t.nth == 0 {
				return t.fate
			}
		}
	}
	return pass
}

// wire is one connection.
type wire struct {
	net.Conn
	n  *network
	mu sync.Mutex
	// deaf: what is written goes nowhere. muted: what is read does not arrive.
	// doomed: the next answer breaks the connection.
	deaf, muted, doomed bool
}

func (c *wire) mute() { c.become(true, true, false) }

func (c *wire) become(deaf, muted, doomed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf, c.muted, c.doomed = c.deaf || deaf, c.muted || muted, c.doomed || doomed
}

func (c *wire) is() (deaf, muted, doomed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.deaf, c.muted, c.doomed
}

// Write implements net.Conn.
//
// Each request takes a little time: a client that tries again at once would
// otherwise do so for ever, and time would not go on.
func (c *wire) Write(p []byte) (int, error) {
	<-time.After(c.n.latency)
	if deaf, _, _ := c.is(); deaf {
		return len(p), nil
	}
	switch c.n.judge(p) {
	case cutBefore:
		_ = c.Close()
		return 0, errCut
	case killBefore:
		c.n.kill()
		return 0, errCut
	case cutAfter:
		c.become(false, false, true)
	case lost:
		c.become(true, true, false)
		return len(p), nil
	case unanswered:
		c.become(false, true, false)
	case killAfter:
		size, err := c.Conn.Write(p)
		c.n.kill()
		return size, err
	}
	return c.Conn.Write(p)
}

// Read implements net.Conn.
func (c *wire) Read(p []byte) (int, error) {
	for {
		size, err := c.Conn.Read(p)
		_, muted, doomed := c.is()
		switch {
		case err != nil:
			return size, err
		case doomed:
			_ = c.Close()
			return 0, errCut
		case !muted:
			return size, nil
		}
	}
}

// Close implements net.Conn.
func (c *wire) Close() error {
	c.n.mu.Lock()
	delete(c.n.conns, c)
	c.n.mu.Unlock()
	return c.Conn.Close()
}
