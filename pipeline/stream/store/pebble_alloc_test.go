//go:build !race

package store_test

import (
	"runtime"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// A look-up allocates the value that it returns and nothing else. With the
// detector of races pools forget by chance what they hold.
func TestPebbleGetAllocates(t *testing.T) {
	db, err := store.OpenPebble("/state", small(vfs.NewMem()))
	require.NoError(t, err)
	s, err := db.Open(t.Context(), 0)
	require.NoError(t, err)
	require.NoError(t, s.Apply(store.Batch{Changes: []store.Change{{Key: "k", Value: []byte("value"), WakeAt: 1}}}))
	get := func() {
		if value, err := s.Get("k"); err != nil || value == nil {
			t.Error(value, err)
		}
	}
	require.LessOrEqual(t, testing.AllocsPerRun(100, get), 1.0, "of a young key")
	require.NoError(t, db.Flush())
	require.LessOrEqual(t, testing.AllocsPerRun(100, get), 1.0, "of a key in a file")
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		if value, err := s.Get("none"); err != nil || value != nil {
			t.Error(value, err)
		}
	}), 0.0, "of none")
	require.NoError(t, s.Close())
	require.NoError(t, db.Close())
}

// A batch of the size of a restore's fetch is put together in place: it is
// allocated once, and not grown and copied.
func TestPebbleLoadAllocates(t *testing.T) {
	const keys = 17_000
	db, err := store.OpenPebble(t.TempDir(), store.PebbleOptions{})
	require.NoError(t, err)
	s, err := db.Open(t.Context(), 0)
	require.NoError(t, err)
	var batch store.Batch
	size := 0
	for n := range keys {
		c := benchChange(n)
		batch.Changes, size = append(batch.Changes, c), size+len(c.Key)+len(c.Value)
	}
	require.NoError(t, s.Load(batch), "the first, for which Pebble's memory tables are made: without cgo they count too")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.NoError(t, s.Load(batch))
	runtime.ReadMemStats(&after)
	require.Less(t, float64(after.TotalAlloc-before.TotalAlloc)/float64(size), 1.6, "bytes allocated for a byte that is loaded")
	require.NoError(t, s.Close())
	require.NoError(t, db.Close())
}
