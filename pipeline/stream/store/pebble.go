package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

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
	// MemTableBytes is how much of what was applied last is gathered, by all
	// partitions together, before it is handed to Pebble, and how much Pebble
	// gathers before it is written; twice as much may wait to be. Larger is
	// better for restores; a crash loses up to so much, which is read from the
	// changelog again. Default 64 MiB.
	MemTableBytes int
}

// PebbleDatabase is a Database in a folder on disk, for one process at a time.
// All partitions lie in one Pebble, which has no log of its own: a crash takes
// each partition back to an earlier batch, at the worst to the last Flush, and
// the changelog has the rest (rule E2). So someone must call Flush, at least
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

	memTable  int          // bytes
	young     atomic.Int64 // bytes of all open stores
	unwritten atomic.Int64 // bytes that were drained since Pebble was last told to write

	mu    sync.Mutex
	marks map[int32]Mark
	open  map[int32]*pebbleStore
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
	s := &pebbleStore{partition: partition, d: d, young: young{values: map[string]youngValue{}}}
	data, err := d.get(appendMetaKey(nil, partition))
	if err != nil {
		return nil, err
	}
	if s.meta, err = parseMeta(data); err != nil {
		return nil, d.trouble(err)
	}
	s.window.reset(s.meta.first)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open[partition] = s
	return s, nil
}

// release takes a store back.
func (d *PebbleDatabase) release(s *pebbleStore) {
	d.mu.Lock()
	delete(d.open, s.partition)
	d.mu.Unlock()
	d.leases.give(s.partition)
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
	if err := d.drain(); err != nil {
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

// drain writes what is young of all open stores to Pebble.
func (d *PebbleDatabase) drain() error {
	d.mu.Lock()
	open := slices.Collect(maps.Values(d.open))
	d.mu.Unlock()
	for _, s := range open {
		s.mu.Lock()
		err := s.drain()
		s.mu.Unlock()
		if err != nil {
			return err
		}
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
