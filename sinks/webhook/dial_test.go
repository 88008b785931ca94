package webhook

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func addrs(texts ...string) []netip.Addr {
	parsed := make([]netip.Addr, len(texts))
	for i, text := range texts {
		parsed[i] = netip.MustParseAddr(text)
	}
	return parsed
}

// serveAt starts a receiver on an address that says where calls come from.
func serveAt(t *testing.T, address string) (host string) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("this machine has no address for %s: %v", address, err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _, _ := net.SplitHostPort(r.RemoteAddr)
		_, _ = w.Write([]byte(from))
	})}}
	s.Start()
	t.Cleanup(s.Close)
	return l.Addr().String()
}

// Calls leave from the addresses that were chosen, those of each kind in turn.
func TestCallsLeaveFromChosenAddresses(t *testing.T) {
	four := serveAt(t, "127.0.0.1:0")
	c := newCaller(t, Options{Sources: addrs("127.0.0.5", "127.0.0.6")})
	var seen []string
	for range 3 {
		res := c.Call(t.Context(), request(t, "http://"+four))
		require.Empty(t, res.Reason)
		seen = append(seen, res.Answer)
		c.Close() // the next call makes a connection of its own
	}
	require.Equal(t, []string{"127.0.0.5", "127.0.0.6", "127.0.0.5"}, seen)
	_, port, err := net.SplitHostPort(four)
	require.NoError(t, err)
	res := c.Call(t.Context(), request(t, "http://localhost:"+port))
	require.Empty(t, res.Reason, "a name may lead to an address without a source first")
	require.Equal(t, "127.0.0.6", res.Answer)
	require.Positive(t, res.DNS)
}

func TestCallsLeaveFromTheirOwnKind(t *testing.T) {
	six := serveAt(t, "[::1]:0")
	c := newCaller(t, Options{Sources: addrs("127.0.0.5", "::1")})
	res := c.Call(t.Context(), request(t, "http://"+six))
	require.Empty(t, res.Reason)
	require.Equal(t, "::1", res.Answer)
	c = newCaller(t, Options{Sources: addrs("127.0.0.5")})
	res = c.Call(t.Context(), request(t, "http://"+six))
	require.Equal(t, ReasonConnect, res.Reason, "nothing leaves from an address that was not chosen")
}

// A chosen source is no way around the guard.
func TestSourcesAreGuarded(t *testing.T) {
	c := New(Options{Sources: addrs("127.0.0.5")})
	t.Cleanup(c.Close)
	require.Equal(t, ReasonBlockedAddress, c.Call(t.Context(), request(t, "http://127.0.0.1/")).Reason)
	require.Equal(t, ReasonBlockedAddress, c.Call(t.Context(), request(t, "http://localhost/")).Reason)
	require.Equal(t, ReasonBlockedPort, c.Call(t.Context(), request(t, "http://127.0.0.1:1/")).Reason)
	require.Equal(t, ReasonDNS, c.Call(t.Context(), request(t, "http://bad..name/")).Reason)
}

// An address that says nothing does not take all of a call's time from the next.
func TestSourcesTryTheNextAddress(t *testing.T) {
	_, port, err := net.SplitHostPort(fullBacklog(t))
	require.NoError(t, err)
	serveAt(t, "127.0.0.2:"+port)
	c := newCaller(t, Options{Sources: addrs("127.0.0.5"), Resolver: newDNS(t, always("127.0.0.1", "127.0.0.2")), Timeout: 2 * time.Second})
	res := c.Call(t.Context(), request(t, "http://several.example:"+port))
	require.Empty(t, res.Reason)
	require.Equal(t, "127.0.0.5", res.Answer)
}
