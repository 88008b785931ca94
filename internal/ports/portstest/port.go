package portstest

import (
	"math/rand/v2"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/ports"
)

// Ports of tests lie below those that the embedded engines and Apache Kafka take.
const (
	first = 10000
	end   = 14000
	tries = 200
)

// Port returns a port on 127.0.0.1 that is the test's own until it ends, whether
// something listens there or not: no other test is given it, of any package. A
// UDP socket of that number is the mark, which the kernel takes away with the
// process, however that ends.
func Port(t testing.TB) int {
	t.Helper()
	for range tries {
		port := first + rand.IntN(end-first)
		mark, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err != nil {
			continue
		}
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", ports.Loopback(port))
		if err != nil {
			require.NoError(t, mark.Close())
			continue
		}
		require.NoError(t, l.Close())
		t.Cleanup(func() { require.NoError(t, mark.Close()) })
		return port
	}
	require.FailNow(t, "no free port on 127.0.0.1")
	return 0
}

// Address returns host and port of one.
func Address(t testing.TB) string {
	t.Helper()
	return ports.Loopback(Port(t))
}
