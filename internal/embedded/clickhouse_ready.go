package embedded

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

const (
	// readyWait covers the wait for an earlier process, a cold read of the library
	// from a slow disk, and the load of what is in the data directory.
	readyWait = 90 * time.Second
	readyPoll = 20 * time.Millisecond
	pingWait  = 2 * time.Second
)

// instanceName is how the server is told from another that listens on the port.
func instanceName() string { return "waybill-" + rand.Text() }

// awaitReady returns nil when the child answers on the native protocol.
// Otherwise it has ended when this returns.
func (c *ClickHouse) awaitReady(ctx context.Context, child *child) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	go func() {
		select {
		case <-child.ended():
			cancel()
		case <-ctx.Done():
		}
	}()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{c.addr}, DialTimeout: pingWait, MaxOpenConns: 1,
		// Whoever listens on the port may never say a word: ctx ends the wait for it.
		DialContext: func(_ context.Context, addr string) (net.Conn, error) { return dialUntil(ctx, addr) },
	})
	if err != nil {
		return child.giveUp(fmt.Errorf("making a client of %s: %w", c.addr, err))
	}
	defer func() { _ = conn.Close() }()
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		// Any server may listen on the port; the name in the greeting tells.
		if version, err := conn.ServerVersion(); err == nil && version.DisplayName == c.server.name {
			return nil
		}
		if child.portTaken() {
			return child.giveUp(errPortTaken)
		}
		select {
		case <-ctx.Done():
			if err := child.failure(); err != nil {
				return err
			}
			return child.giveUp(ctx.Err())
		case <-tick.C:
		}
	}
}

// dialUntil connects; the connection ends with ctx.
func dialUntil(ctx context.Context, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err == nil {
		context.AfterFunc(ctx, func() { _ = conn.Close() })
	}
	return conn, err
}
