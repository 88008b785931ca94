package embedded

import (
	"context"
	"crypto/rand"
	"fmt"
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

// awaitReady returns nil when the server of that name answers on the native
// protocol. Otherwise the child has ended when it returns.
func (c *ClickHouse) awaitReady(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{c.addr}, DialTimeout: pingWait, MaxOpenConns: 1,
	})
	if err != nil {
		return c.child.giveUp(fmt.Errorf("making a client of %s: %w", c.addr, err))
	}
	defer func() { _ = conn.Close() }()
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		// Any server may listen on the port; the name in the greeting tells.
		if version, err := conn.ServerVersion(); err == nil && version.DisplayName == name {
			return nil
		}
		select {
		case <-c.child.done:
			return c.child.failure()
		case <-ctx.Done():
			return c.child.giveUp(ctx.Err())
		case <-tick.C:
		}
	}
}
