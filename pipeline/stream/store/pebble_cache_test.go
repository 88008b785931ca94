package store_test

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// Pebble takes its memtables out of the cache. There must be room for blocks
// beside them, or every look-up reads the disk.
func TestPebbleCacheHoldsBlocks(t *testing.T) {
	const memTable = 1 << 20
	cache := store.NewPebbleCache(1<<20, memTable)
	defer cache.Unref()
	db, err := store.OpenPebble(stateFolder, store.PebbleOptions{FS: vfs.NewMem(), Cache: cache, MemTableBytes: memTable})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	s, err := db.Open(t.Context(), 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	const keys = 1000
	var b store.Batch
	for i := range keys {
		b.Changes = append(b.Changes, store.Change{Key: fmt.Sprint("key ", i), Value: make([]byte, 200)})
	}
	require.NoError(t, s.Apply(b))
	require.NoError(t, db.Flush())
	look := func() (misses int64) {
		before := cache.Metrics().Misses
		for i := range keys {
			value, err := s.Get(fmt.Sprint("key ", i))
			require.NoError(t, err)
			require.NotNil(t, value)
		}
		return cache.Metrics().Misses - before
	}
	look()
	require.Less(t, look(), int64(keys/100))
}
