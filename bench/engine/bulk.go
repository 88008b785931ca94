package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"golang.org/x/sync/errgroup"

	"waybill/bench/rig"
	"waybill/pipeline/stream/store"
)

// BulkKind is the kind of a process that loads state from its own memory.
const BulkKind = "bulk"

// BulkOrder is what such a process is told.
type BulkOrder struct {
	Dir   string `json:"dir"`
	State state  `json:"state"`
	// Bare loads keys and values alone into a Pebble without our store around
	// it.
	Bare bool `json:"bare"`
}

// loaded is what the process says: what it has loaded, and at what cost.
type loaded struct {
	Took    time.Duration `json:"took"`
	Records int           `json:"records"`
	Used    rig.Usage     `json:"used"` // CPU: of the loading alone; peak: with all that is loaded in memory
}

// bulk loads state, and is done when it is ready.
type bulk struct {
	rig.Background
	BulkOrder
}

// NewBulk makes what the process runs.
func NewBulk(o *BulkOrder) (rig.Measured, error) { return &bulk{BulkOrder: *o}, nil }

// Prepare implements rig.Measured.
func (b *bulk) Prepare(ctx context.Context) (any, error) {
	b.Start(ctx, func(ctx context.Context) error { <-ctx.Done(); return nil })
	batches, records := make([][][]store.Change, b.State.Partitions), 0
	for p := range batches {
		if err := b.State.changes(int32(p), func(changes []store.Change) error {
			batches[p] = append(batches[p], append([]store.Change(nil), changes...))
			records += len(changes)
			return nil
		}); err != nil {
			return nil, err
		}
	}
	load := b.throughStore
	if b.Bare {
		load = b.bare
	}
	return load(ctx, batches, records)
}

// timed measures the loading of all partitions at once.
func (b *bulk) timed(ctx context.Context, records int, load func(ctx context.Context, partition int32) error) (loaded, error) {
	before, err := rig.OwnUsage()
	if err != nil {
		return loaded{}, err
	}
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for p := range int32(b.State.Partitions) {
		g.Go(func() error { return load(ctx, p) })
	}
	if err := g.Wait(); err != nil {
		return loaded{}, fmt.Errorf("loading state from memory: %w", err)
	}
	took := time.Since(began)
	after, err := rig.OwnUsage()
	return loaded{took, records, rig.Usage{CPU: after.CPU - before.CPU, Peak: after.Peak}}, err
}

// throughStore loads into a database of ours.
func (b *bulk) throughStore(ctx context.Context, batches [][][]store.Change, records int) (_ loaded, err error) {
	db, err := openFolder(b.Dir)
	if err != nil {
		return loaded{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return b.timed(ctx, records, func(ctx context.Context, p int32) error {
		s, err := db.Open(ctx, p)
		if err != nil {
			return err
		}
		for _, changes := range batches[p] {
			if err := s.Load(store.Batch{Changes: changes, Mark: mark([16]byte{})}); err != nil {
				return errors.Join(err, s.Close())
			}
		}
		return s.Close()
	})
}

// bare loads into a Pebble that is set up as the store sets up its own.
func (b *bulk) bare(ctx context.Context, batches [][][]store.Change, records int) (_ loaded, err error) {
	cache := store.NewPebbleCache(128<<20, bareMemTable)
	defer cache.Unref()
	db, err := pebble.Open(b.Dir, bareOptions(cache))
	if err != nil {
		return loaded{}, fmt.Errorf("opening a Pebble: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return b.timed(ctx, records, func(_ context.Context, p int32) error {
		var key []byte
		for _, changes := range batches[p] {
			batch := db.NewBatch()
			for _, c := range changes {
				key = append(binary.BigEndian.AppendUint32(key[:0], uint32(p)), c.Key...)
				if err := batch.Set(key, c.Value, nil); err != nil {
					return errors.Join(err, batch.Close())
				}
			}
			if err := errors.Join(batch.Commit(pebble.NoSync), batch.Close()); err != nil {
				return err
			}
		}
		return nil
	})
}

const bareMemTable = 64 << 20

// bareOptions are what the store sets, where it bears on speed.
func bareOptions(cache *pebble.Cache) *pebble.Options {
	o := &pebble.Options{
		DisableWAL: true, FormatMajorVersion: pebble.FormatValueSeparation,
		Cache: cache, MemTableSize: bareMemTable, MemTableStopWritesThreshold: 3, L0CompactionThreshold: 4, L0StopWritesThreshold: 24, LBaseMaxBytes: 256 << 20,
		CompactionConcurrencyRange: func() (lower, upper int) { return 1, max(1, min(3, runtime.GOMAXPROCS(0)/2)) },
		Logger:                     quiet{},
	}
	o.TargetFileSizes[0] = 8 << 20
	for i := range o.Levels {
		o.Levels[i].BlockSize, o.Levels[i].IndexBlockSize, o.Levels[i].FilterPolicy = 8<<10, 64<<10, bloom.FilterPolicy(10)
	}
	o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionFastest })
	return o
}

// quiet is a log of Pebble's that says nothing. What ends it is an error of
// the next call.
type quiet struct{}

// Infof implements pebble.Logger.
func (quiet) Infof(string, ...any) {}

// Errorf implements pebble.Logger.
func (quiet) Errorf(string, ...any) {}

// Fatalf implements pebble.Logger.
func (quiet) Fatalf(string, ...any) {}
