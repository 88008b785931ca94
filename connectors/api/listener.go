package api

import (
	"net"
	"net/netip"
	"sync"
)

// addressShare is the part of all connections that one address may have, unless
// it is a proxy's.
const addressShare = 4

// bounded is a listener that closes at once what would be too many connections:
// each takes a file and memory, also of one who then says nothing.
type bounded struct {
	net.Listener

	most    int
	proxies Proxies
	metrics *metrics

	mu     sync.Mutex
	open   int
	byFrom map[netip.Prefix]int
}

func newBounded(listener net.Listener, most int, proxies Proxies, m *metrics) *bounded {
	return &bounded{Listener: listener, most: most, proxies: proxies, metrics: m, byFrom: make(map[netip.Prefix]int)}
}

// Accept implements net.Listener.
func (b *bounded) Accept() (net.Conn, error) {
	for {
		conn, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := neighbours(addressOf(conn.RemoteAddr().String()))
		reason := b.take(from)
		if reason == "" {
			return &counted{Conn: conn, leave: sync.OnceFunc(func() { b.give(from) })}, nil
		}
		b.metrics.turnedAway.WithLabelValues(reason).Inc()
		_ = conn.Close() // nothing was said on it
	}
}

// take makes room for a connection; the reason tells why there is none.
func (b *bounded) take(from netip.Prefix) (reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.open >= b.most:
		return connectionsOfAll
	case b.byFrom[from] >= max(1, b.most/addressShare) && !b.proxies.has(from.Addr()):
		return connectionsOfAddress
	}
	b.open++
	b.byFrom[from]++
	b.metrics.connections.Inc()
	return ""
}

func (b *bounded) give(from netip.Prefix) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open--
	if b.byFrom[from]--; b.byFrom[from] == 0 {
		delete(b.byFrom, from)
	}
	b.metrics.connections.Dec()
}

// counted is a connection that gives its room back.
type counted struct {
	net.Conn

	leave func()
}

// Close implements net.Conn.
func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}

// CloseWrite ends what is sent and leaves what comes: the server asks for it, so
// that the last answer is read by one who still sends.
func (c *counted) CloseWrite() error {
	if half, is := c.Conn.(interface{ CloseWrite() error }); is {
		return half.CloseWrite()
	}
	return nil
}
