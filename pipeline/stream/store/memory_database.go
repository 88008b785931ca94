package store

import (
	"context"
	"sync"
)

// MemoryDatabase is a Database that is gone with the process.
type MemoryDatabase struct {
	leases leases
	mu     sync.Mutex
	stores map[int32]*memory
}

// NewMemoryDatabase makes an empty database.
func NewMemoryDatabase() *MemoryDatabase { return &MemoryDatabase{stores: map[int32]*memory{}} }

// Open implements Database.
func (d *MemoryDatabase) Open(ctx context.Context, partition int32) (Store, error) {
	if err := d.leases.take(ctx, partition); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.stores[partition]
	if m == nil {
		m = &memory{partition: partition, db: d}
		d.stores[partition] = m
		return m, m.Wipe()
	}
	return m, nil
}

// Held implements Database.
func (d *MemoryDatabase) Held() map[int32]Mark {
	d.mu.Lock()
	defer d.mu.Unlock()
	held := map[int32]Mark{}
	for partition, m := range d.stores {
		if mark := m.Mark(); mark != (Mark{}) {
			held[partition] = mark
		}
	}
	return held
}

// Flush implements Database. There is nothing that survives a crash.
func (d *MemoryDatabase) Flush() error { return nil }

// Close implements Database.
func (d *MemoryDatabase) Close() error {
	clear(d.stores)
	return nil
}
