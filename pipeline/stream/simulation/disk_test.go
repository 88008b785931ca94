//go:build synctests

package simulation

import (
	"context"
	"sync"
	"waybill/pipeline/stream/store"
)

// disk is a database that a process may die at.
type disk struct {
	store.Database
	close func() error // nil for one that outlives the process
	kill  func()

	mu     sync.Mutex
	frozen bool
	until  int // writes until the process dies; 0 for never
	after  bool
}

// trap kills the process at its nth write from now, before or after it.
func (d *disk) trap(nth int, after bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.until, d.after = nth, after
}

// freeze ends all writing, and then lets the crash happen.
func (d *disk) freeze(crash func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.frozen {
		d.frozen = true
		crash()
	}
}

// write does a write, unless the process is dead or dies of it.
func (d *disk) write(do func() error) error {
	d.mu.Lock()
	falls := d.until == 1
	d.until = max(0, d.until-1)
	if d.frozen || falls && !d.after {
		d.mu.Unlock()
		d.kill()
		return errDied
	}
	err := do() // under the lock: a write is done or not when the disk is frozen
	d.mu.Unlock()
	if falls {
		d.kill()
		return errDied
	}
	return err
}

// Flush implements store.Database.
func (d *disk) Flush() error { return d.write(d.Database.Flush) }

// Open implements store.Database.
func (d *disk) Open(ctx context.Context, partition int32) (store.Store, error) {
	s, err := d.Database.Open(ctx, partition)
	if err != nil {
		return nil, err
	}
	return &mortal{s, d}, nil
}

// mortal is a store of a disk.
type mortal struct {
	store.Store
	disk *disk
}

// Apply implements store.Store.
func (m *mortal) Apply(b store.Batch) error {
	return m.disk.write(func() error { return m.Store.Apply(b) })
}

// Load implements store.Store.
func (m *mortal) Load(b store.Batch) error {
	return m.disk.write(func() error { return m.Store.Load(b) })
}

// Wipe implements store.Store.
func (m *mortal) Wipe() error { return m.disk.write(m.Store.Wipe) }
