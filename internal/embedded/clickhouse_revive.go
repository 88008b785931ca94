package embedded

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// The engine can crash, and without a terminal it does so of what clients do (see
// clickHouseServer.serve). So often in so long a time it is started again.
const (
	crashesBorne = 5
	crashWindow  = 10 * time.Minute
)

// watchOver starts a server that crashed again, where it was, with the data that
// it had. It returns when the server has ended otherwise, or crashes all the time.
func (c *ClickHouse) watchOver() {
	defer close(c.done)
	var crashes []time.Time
	for {
		child := c.current()
		<-child.done
		err := child.failure()
		if err == nil {
			return
		}
		now := time.Now()
		crashes = slices.DeleteFunc(append(crashes, now), func(at time.Time) bool { return now.Sub(at) > crashWindow })
		if !child.crashed() || len(crashes) > crashesBorne {
			c.log.Error("embedded ClickHouse ended", "error", err)
			return
		}
		c.log.Warn("embedded ClickHouse crashed; it is started again", "error", err)
		if err := c.revive(); err != nil {
			return
		}
	}
}

// revive starts the server again on its ports. It may have crashed by then.
func (c *ClickHouse) revive() error {
	child, err := startChild(c.log, c.server.args())
	if err == nil {
		c.mu.Lock()
		c.child = child
		closed := c.closed
		c.mu.Unlock()
		if closed {
			return child.stop()
		}
		err = c.awaitReady(context.Background(), child)
	}
	if err == nil || child != nil && child.crashed() { // which counts as the next crash
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err = fmt.Errorf("starting clickhouse again after a crash: %w", err); !c.closed {
		c.log.Error("embedded ClickHouse ended", "error", c.err)
	}
	return c.err
}
