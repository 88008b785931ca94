package store_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"waybill/pipeline/stream/store"
	"waybill/pipeline/stream/store/storetest"
)

// Pebble leaves its scheduler behind where its Open fails late.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/cockroachdb/pebble/v2.(*ConcurrencyLimitScheduler).periodicGranter"))
}

func TestMemory(t *testing.T) {
	storetest.Run(t, func() (store.Database, error) { return store.NewMemoryDatabase(), nil }, nil)
}

func TestTimerHeap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h store.TimerHeap
		times := rapid.SliceOf(rapid.Int64Range(0, 20)).Draw(t, "times")
		for _, at := range times {
			h.Push(store.Timer{At: at})
		}
		odd := func(at int64) bool { return at%2 == 1 }
		if rapid.Bool().Draw(t, "keep the odd ones") {
			h.Keep(func(x store.Timer) bool { return odd(x.At) })
			times = slices.DeleteFunc(times, func(at int64) bool { return !odd(at) })
		}
		slices.Sort(times)
		for _, at := range times {
			require.Equal(t, at, h.First().At)
			require.Equal(t, at, h.Pop().At)
		}
		require.Zero(t, h.Len())
	})
}

// A timer that is moved a thousand times must not be kept a thousand times.
func TestMemoryForgetsMovedTimers(t *testing.T) {
	m, err := store.NewMemoryDatabase().Open(t.Context(), 0)
	require.NoError(t, err)
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
