package stream

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/layout"
	"waybill/pipeline/stream/store"
)

// discard takes what a step asks for, and does nothing of it.
type discard struct{}

func (discard) produce(*task, cause, output) {}
func (discard) start(*task, string, any)     {}
func (discard) saturated() bool              { return false }
func (discard) count(string, outcome)        {}
func (discard) lettered(class)               {}
func (discard) rerouted(string, producer)    {}
func (discard) woke()                        {}
func (discard) summoned(bool)                {}

// bench is a task without a broker that counts records of some keys.
type bench struct {
	*task
	records []*kgo.Record
	offset  int64
	now     time.Time
}

func newBench(t require.TestingT, keys int) *bench {
	cfg := Config{App: "a", Instance: "i", Brokers: []string{"none"}, Inputs: []string{"first"}, Changelog: "state", DeadLetters: "dead"}
	cfg.setDefaults()
	b := &bench{task: newTask(&cfg, counting{}, 0, 1), now: time.Now()}
	b.begin(memoryStore(t), map[string]layout.Committed{"first": {Offset: 0}}, bounds{})
	for i := range keys {
		b.records = append(b.records, &kgo.Record{Key: fmt.Append(nil, "carrier:", i), Value: make([]byte, recordSize)})
	}
	return b
}

// handle is the life of n records in the task: merge, clock, call, overlay,
// and a commit to the store.
func (b *bench) handle(t require.TestingT, n int) {
	for range n {
		r := b.records[b.offset%int64(len(b.records))]
		r.Offset = b.offset
		b.offset++
		b.inputs[0].accept(r, b.now)
		if _, err := b.step(b.now, discard{}); err != nil {
			require.NoError(t, err)
		}
	}
	_, err := b.state.changes(b.cfg.MaxRecordBytes)
	require.NoError(t, err)
	require.NoError(t, b.state.commit(store.Mark{Offset: b.offset}))
	b.snap()
}

// BenchmarkStep is the cost of a thousand records in the task alone.
func BenchmarkStep(b *testing.B) {
	for _, keys := range []int{1000, 1_000_000} {
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			one := newBench(b, keys)
			for range keys/1000 + 1 {
				one.handle(b, 1000)
			}
			b.ReportAllocs()
			for b.Loop() {
				one.handle(b, 1000)
			}
		})
	}
}

// The job makes two allocations for a record, its key and its output, and the
// store one. The task makes none: what it needs for one record it has from the
// one before.
func TestStepAllocates(t *testing.T) {
	const perRecord, n = 3, 1000
	one := newBench(t, n)
	one.handle(t, n)
	one.handle(t, n)
	allocated := testing.AllocsPerRun(10, func() { one.handle(t, n) })
	require.Less(t, allocated, (perRecord+0.05)*n)
}

// A key that comes for the first time costs two more: its state, and the bytes
// of it in the cache. The cache's entries are allocated for many keys at once.
func TestNewKeysAllocate(t *testing.T) {
	const perRecord, n = 5, 1000
	one := newBench(t, 20*n)
	one.handle(t, n)
	allocated := testing.AllocsPerRun(10, func() { one.handle(t, n) })
	require.Less(t, allocated, (perRecord+0.2)*n)
}

// BenchmarkWork is a piece of asynchronous work that needs some stack, as a call
// of an endpoint does, from its start to its result; as many are under way as
// may wait for a processor.
func BenchmarkWork(b *testing.B) {
	s := &session{}
	s.pool = pool{bell: &s.bell, gauge: prometheus.NewGauge(prometheus.GaugeOpts{Name: "work", Help: "Work."})}
	s.pool.perform = func(_ context.Context, request any) any { return deep(40) + len(request.(string)) }
	defer s.pool.performers.close()
	te := &tenure{ctx: b.Context()}
	b.ReportAllocs()
	done := 0
	for i := 0; b.Loop(); i++ {
		s.pool.start(te, "k", "a", 1)
		if i%maxUnbegun == 0 {
			te.work.Wait()
			done += len(s.pool.collect())
		}
	}
	te.work.Wait()
	require.Equal(b, b.N, done+len(s.pool.collect()))
}

// deep uses n frames of some 200 bytes.
//
//go:noinline
func deep(n int) int {
	var frame [20]int
	if n > 0 {
		frame[n%len(frame)] = deep(n - 1)
	}
	return frame[n%len(frame)] + 1
}
