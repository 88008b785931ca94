package portstest_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/ports/portstest"
)

// Nobody is given a port that a test has, though nothing listens there.
func TestEachTestHasPortsOfItsOwn(t *testing.T) {
	given := map[int]bool{}
	for range 500 {
		port := portstest.Port(t)
		require.False(t, given[port], "%d was given twice", port)
		given[port] = true
	}
	l, err := net.Listen("tcp", portstest.Address(t))
	require.NoError(t, err)
	require.NoError(t, l.Close())
}
