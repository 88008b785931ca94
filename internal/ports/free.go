package ports

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Free ports are taken from below the range that systems give to outgoing
// connections: from 32768 on Linux, from 49152 on macOS.
const (
	first = 20000
	end   = 32000
	tries = 200
)

// Listen listens on a free port. It fails where none is found, and when ctx is
// done.
func Listen(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	for range tries {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("choosing a free port: %w", ctx.Err())
		}
		l, err := config.Listen(ctx, "tcp", Loopback(first+rand.IntN(end-first)))
		if err == nil {
			return l, nil
		}
	}
	return nil, errors.New("choosing a free port: none found on 127.0.0.1")
}

// Free returns a port that nobody listens on just now. Someone may take it before
// it is used: the caller tries again with another.
func Free() (int, error) {
	l, err := Listen(context.Background())
	if err != nil {
		return 0, err
	}
	if err := l.Close(); err != nil {
		return 0, fmt.Errorf("closing a port that was tried: %w", err)
	}
	return Of(l), nil
}

// Of returns the port that a TCP listener has.
func Of(l net.Listener) int {
	address, _ := l.Addr().(*net.TCPAddr)
	return address.Port
}

// Loopback returns the address of a port on 127.0.0.1.
func Loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
