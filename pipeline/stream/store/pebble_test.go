package store_test

import (
	"fmt"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
	"waybill/pipeline/stream/store/storetest"
)

// Both ways to hold what was applied last: written to Pebble all the time, and
// young until something asks for it to be written.
func TestPebble(t *testing.T) {
	for name, memory := range map[string]int{"mostly written": 16 << 10, "mostly young": 16 << 20} {
		t.Run(name, func(t *testing.T) {
			opts := small(vfs.NewMem())
			opts.MemTableBytes = memory
			var folders atomic.Int64
			var last string
			openLast := func() (store.Database, error) { return store.OpenPebble(last, opts) }
			storetest.Run(t, func() (store.Database, error) {
				last = fmt.Sprintf("/state/%d", folders.Add(1))
				return openLast()
			}, func(db store.Database) (store.Database, error) {
				require.NoError(t, db.Close())
				return openLast()
			})
		})
	}
}

// A key that changes again and again, and a wake-up that comes and goes, cost
// the disk nothing. What a crash would lose is bounded all the same.
func TestPebbleWritesOnce(t *testing.T) {
	writes := &fault{from: math.MaxInt64, fails: isWrite} // counts them
	db, err := store.OpenPebble("/state", small(errorfs.Wrap(vfs.NewMem(), writes)))
	require.NoError(t, err)
	s, err := db.Open(t.Context(), 0)
	require.NoError(t, err)
	var offset int64
	apply := func() {
		offset++
		key := store.Change{Key: "k", Value: make([]byte, 100), WakeAt: offset}
		require.NoError(t, s.Apply(store.Batch{Mark: store.Mark{Offset: offset}, Changes: []store.Change{key}}))
	}
	before := writes.count.Load()
	for range 50 {
		apply()
	}
	require.Equal(t, before, writes.count.Load())
	require.Greater(t, db.Stats().MemTable, uint64(50*100), "all of them count")
	require.Eventually(t, func() bool {
		apply()
		return writes.count.Load() > before
	}, time.Minute, time.Millisecond)
	require.NoError(t, s.Close())
	require.NoError(t, db.Close())
}

func TestPebbleStats(t *testing.T) {
	db, err := store.OpenPebble("/state", small(vfs.NewMem()))
	require.NoError(t, err)
	empty := db.Stats()
	s, err := db.Open(t.Context(), 0)
	require.NoError(t, err)
	require.NoError(t, s.Apply(store.Batch{Changes: []store.Change{{Key: "k", Value: make([]byte, 1<<20)}}}))
	require.NoError(t, db.Flush())
	require.Greater(t, db.Stats().Disk, empty.Disk)
	require.NoError(t, s.Close())
	require.NoError(t, db.Close())
}
