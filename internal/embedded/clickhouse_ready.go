package embedded

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

const (
	// readyWait covers a cold read of the library from a slow disk, the wait for
	// an earlier process, and the load of many tables.
	readyWait = 90 * time.Second
	readyPoll = 20 * time.Millisecond
	pingWait  = 2 * time.Second
)

// instanceName is how the server is told from another that listens on the port.
func instanceName() string { return "waybill-" + rand.Text() }

// awaitReady returns when the server of that name answers on the native
// protocol, or the child has ended, or the time is up.
func (c *ClickHouse) awaitReady(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{c.addr}, DialTimeout: pingWait, MaxOpenConns: 1,
	})
	if err != nil {
		return fmt.Errorf("making a client of %s: %w", c.addr, err)
	}
	defer func() { _ = conn.Close() }()
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		// Of the server's greeting only the name counts: the port may be another's.
		if version, err := conn.ServerVersion(); err == nil && version.DisplayName == name {
			return nil
		}
		select {
		case <-c.child.done:
			return c.child.failure()
		case <-ctx.Done():
			return fmt.Errorf("waiting for an answer on %s: %w; it last said: %s", c.addr, ctx.Err(), c.child.words)
		case <-tick.C:
		}
	}
}
