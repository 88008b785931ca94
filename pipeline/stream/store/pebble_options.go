package store

import (
	"runtime"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
)

// pebbleFormat is the format of Pebble's own files. Raising it raises
// formatVersion.
const pebbleFormat = pebble.FormatValueSeparation

// memTables is how many memtables there may be: one filling, the others waiting
// to be written.
const memTables = 3

// NewPebbleCache makes a cache for databases with memtables of some sizes.
// Pebble takes the memory of its memtables out of the cache, so that one that
// is no larger than they are holds nothing; this one has room for blocks of
// blockBytes whatever they take.
func NewPebbleCache(blockBytes int64, memTableBytes ...int) *pebble.Cache {
	for _, n := range memTableBytes {
		blockBytes += memTables * int64(n)
	}
	return pebble.NewCache(blockBytes)
}

// pebbleOptions are those of one database.
func (d *PebbleDatabase) pebbleOptions(opts PebbleOptions) *pebble.Options {
	o := opts.tuned()
	o.FS = d.folder.fs
	o.Logger = pebbleLog{opts.Logger, d}
	o.EventListener = &pebble.EventListener{BackgroundError: d.background, DataCorruption: d.corrupted}
	return o
}

// tuned sets Pebble up for look-ups of single keys with values of some hundred
// bytes, written in batches.
func (opts PebbleOptions) tuned() *pebble.Options {
	o := &pebble.Options{
		FormatMajorVersion: pebbleFormat,
		DisableWAL:         true,
		Cache:              opts.Cache,

		MemTableSize:                uint64(opts.MemTableBytes),
		MemTableStopWritesThreshold: memTables,
		// Most of what a change of a large state costs is Pebble merging files.
		// It merges more of the first level at a time, which the filters keep
		// cheap to read, into a second level that is small.
		L0CompactionThreshold: 8,
		L0StopWritesThreshold: 24,
		LBaseMaxBytes:         64 << 20,
		// One compaction is enough but after a restore; more would take the
		// processors from the partitions that work.
		CompactionConcurrencyRange: func() (lower, upper int) { return 1, max(1, min(3, runtime.GOMAXPROCS(0)/2)) },
	}
	o.TargetFileSizes[0] = 8 << 20
	for i := range o.Levels {
		o.Levels[i].BlockSize = 8 << 10
		o.Levels[i].IndexBlockSize = 64 << 10
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionFastest })
	return o
}
