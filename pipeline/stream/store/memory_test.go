package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
	"waybill/pipeline/stream/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func() (store.Store, error) { return store.NewMemory(), nil }, nil)
}

// A timer that is moved a thousand times must not be kept a thousand times.
func TestMemoryForgetsMovedTimers(t *testing.T) {
	m := store.NewMemory()
	for i := range int64(10_000) {
		require.NoError(t, m.Apply(store.Batch{Changes: []store.Change{{Key: "k", Value: []byte{1}, WakeAt: 1 + i}}}))
	}
	allocated := testing.AllocsPerRun(1, func() {
		it := m.Timers()
		_, ok, _ := it.Next()
		require.True(t, ok)
		_, ok, _ = it.Next()
		require.False(t, ok)
		require.NoError(t, it.Close())
	})
	require.Less(t, allocated, 200.0, "the walk takes one allocation for each timer that it pops")
}
