package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
	"waybill/pipeline/stream/store/storetest"
)

func TestPebble(t *testing.T) {
	files := vfs.NewMem()
	var folders atomic.Int64
	var last string
	openLast := func() (store.Database, error) { return store.OpenPebble(last, small(files)) }
	storetest.Run(t, func() (store.Database, error) {
		last = fmt.Sprintf("/state/%d", folders.Add(1))
		return openLast()
	}, func(db store.Database) (store.Database, error) {
		require.NoError(t, db.Close())
		return openLast()
	})
}

// A look-up allocates the value that it returns and nothing else.
func TestPebbleGetAllocates(t *testing.T) {
	db, err := store.OpenPebble("/state", small(vfs.NewMem()))
	require.NoError(t, err)
	s, err := db.Open(t.Context(), 0)
	require.NoError(t, err)
	require.NoError(t, s.Apply(store.Batch{Changes: []store.Change{{Key: "k", Value: []byte("value"), WakeAt: 1}}}))
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		if value, err := s.Get("k"); err != nil || value == nil {
			t.Error(value, err)
		}
	}), 1.0)
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
