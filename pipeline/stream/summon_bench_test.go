package stream

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/layout"
	"waybill/pipeline/stream/store"
)

// sleepers is a worker without a broker that has one task on disk: so many keys
// with a prefix each, that wait for a word.
func sleepers(b *testing.B, prefixes map[string]int) *session {
	db, err := store.OpenPebble(b.TempDir(), store.PebbleOptions{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	disk, err := db.Open(b.Context(), 0)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, disk.Close()) })
	at := time.Now().Add(time.Hour).UnixMilli()
	batch := store.Batch{Mark: store.Mark{Offset: 1}}
	value := append(appendEnvelopeHead(nil, at), "word"...)
	value = append(value, make([]byte, 300)...) // as a webhook that waits
	for prefix, n := range prefixes {
		for i := range n {
			batch.Changes = append(batch.Changes, store.Change{Key: fmt.Sprintf("%s%07d", prefix, i), Value: value, WakeAt: at})
		}
	}
	require.NoError(b, disk.Apply(batch))
	require.NoError(b, db.Flush())
	cfg := Config{App: "a", Instance: "i", Brokers: []string{"none"}, Inputs: []string{"first"}, Changelog: "state", DeadLetters: "dead"}
	cfg.setDefaults()
	t := newTask(&cfg, parked{}, 0, 1)
	t.begin(disk, map[string]layout.Committed{"first": {Offset: 0}}, bounds{})
	t.tables = map[string]any{"words": map[string]string{}}
	return &session{
		cfg: &cfg, waker: &waker{}, metrics: newMetrics(&cfg, newBoard()), outbox: newOutbox(""),
		sweeps: sweeps{ends: map[string]spot{}}, tenures: map[int32]*tenure{0: {task: t, ready: true}},
	}
}

// sweepAll sweeps until nothing is left to do, and returns how many keys that
// were.
func (s *session) sweepAll(b *testing.B) (looked int) {
	for len(s.sweeps.queue) > 0 {
		n, err := s.sweep()
		require.NoError(b, err)
		looked += n
	}
	return looked
}

// BenchmarkSummonInVain wakes keys that have nothing to do.
func BenchmarkSummonInVain(b *testing.B) {
	const n = 1_000_000
	s := sleepers(b, map[string]int{"a/": n})
	before, after := runtime.MemStats{}, runtime.MemStats{}
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		s.sweeps.news("a/")
		require.Equal(b, n, s.sweepAll(b)-1)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/key")
	b.ReportMetric(float64(after.HeapAlloc)-float64(before.HeapAlloc), "B-kept")
}

// BenchmarkSummonBeside wakes a few keys beside a million of another prefix.
func BenchmarkSummonBeside(b *testing.B) {
	for _, others := range []int{10, 1_000_000} {
		b.Run(fmt.Sprintf("others=%d", others), func(b *testing.B) {
			s := sleepers(b, map[string]int{"a/": others, "b/": 10, "c/": others})
			for b.Loop() {
				s.sweeps.some("b/", hint{atMost: 1})
				s.sweepAll(b)
			}
		})
	}
}
