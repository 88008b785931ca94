package ports_test

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/ports"
)

// What listens has a port of its own, on loopback alone and below those of
// outgoing connections; it can be had again when it was let go of.
func TestListen(t *testing.T) {
	l, err := ports.Listen(t.Context())
	require.NoError(t, err)
	require.Less(t, ports.Of(l), 32768)
	require.Equal(t, ports.Loopback(ports.Of(l)), l.Addr().String())
	_, err = net.Listen("tcp", l.Addr().String())
	require.Error(t, err)
	require.NoError(t, l.Close())
	again, err := net.Listen("tcp", l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, again.Close())
}

func TestListenEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := ports.Listen(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestFree(t *testing.T) {
	port, err := ports.Free()
	require.NoError(t, err)
	l, err := net.Listen("tcp", ports.Loopback(port))
	require.NoError(t, err)
	require.NoError(t, l.Close())
}
