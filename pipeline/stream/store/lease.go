package store

import (
	"context"
	"fmt"
	"sync"
)

// leases lets one user at a time have a partition's store.
type leases struct {
	mu    sync.Mutex
	taken map[int32]chan struct{} // closed when the user gives it back
}

// take waits until nobody has the partition, or ctx ends.
func (l *leases) take(ctx context.Context, partition int32) error {
	for {
		l.mu.Lock()
		back, taken := l.taken[partition]
		if !taken {
			if l.taken == nil {
				l.taken = map[int32]chan struct{}{}
			}
			l.taken[partition] = make(chan struct{})
			l.mu.Unlock()
			return nil
		}
		l.mu.Unlock()
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the store of partition %d, which another part of this process still uses: %w", partition, context.Cause(ctx))
		case <-back:
		}
	}
}

// give lets the next user have the partition.
func (l *leases) give(partition int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.taken[partition])
	delete(l.taken, partition)
}
