package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"waybill/pipeline/stream/store/internal/disk"
)

// PebbleOptions says how a PebbleDatabase works. The zero value is good.
type PebbleOptions struct {
	// FS is the file system. Default: the operating system's.
	FS vfs.FS
	// Logger may be nil.
	Logger *slog.Logger
	// Cache holds blocks of files in memory. The databases of a process
	// should share one (NewPebbleCache). Default: one for CacheBytes.
	Cache *pebble.Cache
	// CacheBytes is the room for blocks in the cache if Cache is nil. Default
	// 128 MiB.
	CacheBytes int64
	// MemTableBytes is how much of what was applied last is gathered before it
	// is written; twice as much may wait to be. Larger is better for restores.
	// Default 64 MiB.
	MemTableBytes int
}

// PebbleDatabase is a Database in a folder on disk, for one process at a time.
// All partitions lie in one Pebble, which has no log of its own: a crash takes
// it back to an earlier commit, at the worst to the last Flush, and the
// changelog has the rest (rule E2). So someone must call Flush, at least
// hourly (rule E5); the runtime does.
//
// A disk that fails, or has no room, ends all work with it: every call returns
// the error from then on, nothing is written any more, and the folder holds
// what a crash would have left. The error says what to do.
type PebbleDatabase struct {
	dir     string
	db      *pebble.DB
	failure *disk.Failure
	folder  folder
	logger  *slog.Logger
	leases  leases
	closing chan struct{}

	mu    sync.Mutex
	marks map[int32]Mark
}

// Open implements Database.
func (d *PebbleDatabase) Open(ctx context.Context, partition int32) (Store, error) {
	if err := d.leases.take(ctx, partition); err != nil {
		return nil, err
	}
	s, err := d.lend(partition)
	if err != nil {
		d.leases.give(partition)
		return nil, fmt.Errorf("opening the store of partition %d: %w", partition, err)
	}
	return s, nil
}

func (d *PebbleDatabase) lend(partition int32) (*pebbleStore, error) {
	s := &pebbleStore{partition: partition, d: d}
	data, err := d.get(appendMetaKey(nil, partition))
	if err != nil {
		return nil, err
	}
	if s.meta, err = parseMeta(data); err != nil {
		return nil, d.trouble(err)
	}
	s.window.reset(s.meta.first)
	return s, nil
}

// Held implements Database.
func (d *PebbleDatabase) Held() map[int32]Mark {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.marks)
}

func (d *PebbleDatabase) hold(partition int32, m Mark) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m == (Mark{}) {
		delete(d.marks, partition)
		return
	}
	d.marks[partition] = m
}

// Flush implements Database.
func (d *PebbleDatabase) Flush() error {
	if err := d.trouble(nil); err != nil {
		return err
	}
	done, err := d.db.AsyncFlush()
	if err != nil {
		return d.trouble(err)
	}
	select {
	case <-done:
	case <-d.failure.Done():
	}
	return d.trouble(nil)
}

// Close implements Database.
func (d *PebbleDatabase) Close() error {
	err := d.Flush()
	close(d.closing)
	closed := errors.Join(d.db.Close(), d.folder.unlock())
	switch {
	case err != nil:
		return err // what closing says after a failure adds nothing
	case closed != nil:
		return fmt.Errorf("closing the state in %s: %w", d.dir, closed)
	}
	return nil
}

// get returns a copy of a value, nil for none.
func (d *PebbleDatabase) get(key []byte) ([]byte, error) {
	if err := d.trouble(nil); err != nil {
		return nil, err
	}
	data, closer, err := d.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, d.trouble(err)
	}
	value := append(make([]byte, 0, len(data)), data...)
	return value, d.trouble(closer.Close())
}
