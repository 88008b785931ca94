package embedded

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Free ports are taken from below the range that systems give to outgoing
// connections, so that none of those takes one between the look and the use.
const (
	firstFreePort = 20000
	lastFreePort  = 32000
	portTries     = 200
)

// freePort returns a loopback port that nobody listens on just now. Someone may
// take it before it is used: the caller tries again with another.
func freePort() (int, error) {
	for range portTries {
		port := firstFreePort + rand.IntN(lastFreePort-firstFreePort)
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", loopback(port))
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			return 0, fmt.Errorf("closing a port that was tried: %w", err)
		}
		return port, nil
	}
	return 0, errors.New("choosing a free port: none found on 127.0.0.1")
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
