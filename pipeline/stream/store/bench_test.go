package store_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

const (
	benchKeys  = 500_000
	benchBatch = 1000 // changes
	benchBytes = 300  // of a value
)

// benchChange is the same for the same number; about half of a value is noise,
// so that it shrinks as much as real state does.
func benchChange(n int) store.Change {
	rng := rand.NewPCG(uint64(n), 0)
	value := make([]byte, benchBytes)
	for i := 0; i < benchBytes/2; i += 8 {
		binary.LittleEndian.PutUint64(value[i:], rng.Uint64())
	}
	return store.Change{Key: benchKey(n), Value: value, WakeAt: 1 + int64(rng.Uint64()>>24)}
}

func benchKey(n int) string { return fmt.Sprintf("1Z%016x", uint64(n)*0x9E3779B97F4A7C15) }

// benchBatches is a changelog: keys in no order of theirs.
func benchBatches(keys int) []store.Batch {
	batches := make([]store.Batch, keys/benchBatch)
	for i := range batches {
		for n := range benchBatch {
			batches[i].Changes = append(batches[i].Changes, benchChange(i*benchBatch+n))
		}
		batches[i].Mark.Offset = int64(i+1) * benchBatch
	}
	return batches
}

func openBench(b *testing.B) (*store.PebbleDatabase, store.Store) {
	db, err := store.OpenPebble(b.TempDir(), store.PebbleOptions{})
	require.NoError(b, err)
	s, err := db.Open(b.Context(), 0)
	require.NoError(b, err)
	return db, s
}

func openFilled(b *testing.B, keys int) store.Store {
	db, s := openBench(b)
	for _, batch := range benchBatches(keys) {
		require.NoError(b, s.Load(batch))
	}
	require.NoError(b, s.Apply(store.Batch{Mark: s.Mark()}))
	require.NoError(b, db.Flush())
	b.Cleanup(func() {
		require.NoError(b, s.Close())
		require.NoError(b, db.Close())
	})
	return s
}

func BenchmarkPebbleGet(b *testing.B) {
	s := openFilled(b, benchKeys)
	rng := rand.New(rand.NewPCG(1, 1))
	get := func(b *testing.B, first, keys int, found bool) {
		b.ReportAllocs()
		for b.Loop() {
			value, err := s.Get(benchKey(first + rng.IntN(keys)))
			if err != nil || (value != nil) != found {
				b.Fatal(value, err)
			}
		}
	}
	b.Run("hot tenth", func(b *testing.B) { get(b, 0, benchKeys/10, true) })
	b.Run("uniform", func(b *testing.B) { get(b, 0, benchKeys, true) })
	b.Run("missing", func(b *testing.B) { get(b, benchKeys, benchKeys, false) })
}

func BenchmarkPebbleApply(b *testing.B) {
	for _, known := range []bool{true, false} {
		b.Run(fmt.Sprintf("1000 changes, former known %v", known), func(b *testing.B) {
			s := openFilled(b, benchKeys)
			rng := rand.New(rand.NewPCG(1, 1))
			batch := store.Batch{Mark: s.Mark(), Changes: make([]store.Change, benchBatch)}
			wakes := map[string]int64{}
			b.ReportAllocs()
			for b.Loop() {
				batch.Mark.Offset++
				first := rng.IntN(benchKeys - benchBatch)
				for i := range batch.Changes {
					c := benchChange(first + i)
					if wake, changed := wakes[c.Key]; changed {
						c.WakeAt = wake
					}
					c.Former = store.Former{Known: known, Bytes: benchBytes, WakeAt: c.WakeAt}
					c.WakeAt++
					wakes[c.Key] = c.WakeAt
					batch.Changes[i] = c
				}
				if err := s.Apply(batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a restore costs beside a bulk load of the same values into a Pebble with
// the same options, to the point where both survive a crash and answer.
func BenchmarkPebbleLoad(b *testing.B) {
	batches := benchBatches(benchKeys)
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			db, s := openBench(b)
			for _, batch := range batches {
				require.NoError(b, s.Load(batch))
			}
			require.NoError(b, s.Apply(store.Batch{Mark: s.Mark()}))
			require.NoError(b, db.Flush())
			b.StopTimer()
			require.NoError(b, s.Close())
			require.NoError(b, db.Close())
			b.StartTimer()
		}
		b.ReportMetric(benchKeys*float64(b.N)/b.Elapsed().Seconds(), "keys/s")
	})
	b.Run("raw", func(b *testing.B) {
		for b.Loop() {
			db, err := pebble.Open(b.TempDir(), store.Tuned(store.PebbleOptions{MemTableBytes: 64 << 20}))
			require.NoError(b, err)
			for _, batch := range batches {
				raw := db.NewBatch()
				for _, c := range batch.Changes {
					require.NoError(b, raw.Set([]byte(c.Key), c.Value, nil))
				}
				require.NoError(b, raw.Commit(pebble.NoSync))
			}
			require.NoError(b, db.Flush())
			b.StopTimer()
			require.NoError(b, db.Close())
			b.StartTimer()
		}
		b.ReportMetric(benchKeys*float64(b.N)/b.Elapsed().Seconds(), "keys/s")
	})
}

func BenchmarkPebbleTimers(b *testing.B) {
	s := openFilled(b, benchKeys)
	b.Run("look", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dueTimers(b, s, 1)
		}
	})
	// What was fired must not be gone over again.
	b.Run("fire 100", func(b *testing.B) {
		b.ReportAllocs()
		value := make([]byte, benchBytes)
		for b.Loop() {
			batch := store.Batch{Mark: s.Mark()}
			for _, due := range dueTimers(b, s, 100) {
				former := store.Former{Known: true, Bytes: benchBytes, WakeAt: due.At}
				batch.Changes = append(batch.Changes, store.Change{Key: due.Key, Value: value, WakeAt: due.At + 1<<41, Former: former})
			}
			require.NoError(b, s.Apply(batch))
		}
	})
}

func dueTimers(b *testing.B, s store.Store, n int) []store.Timer {
	it := s.Timers()
	timers := make([]store.Timer, n)
	for i := range timers {
		var ok bool
		var err error
		if timers[i], ok, err = it.Next(); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
	require.NoError(b, it.Close())
	return timers
}
