package stream

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/layout"
	"waybill/pipeline/stream/store"
)

// relay is as little of a job as can be: it keeps the last value of each key
// and passes it on, so that what is measured is the runtime.
type relay struct{}

func (relay) Decode(r job.Record) (string, any, error) { return string(r.Key), r.Value, nil }
func (relay) Process(c *job.Call, in job.Input) error {
	c.Emit(job.Output{Topic: "out", Key: c.Key, Value: in.Value.([]byte)})
	c.Put(in.Value, time.Time{})
	return nil
}
func (relay) Wake(*job.Call) error          { return nil }
func (relay) Complete(*job.Call, any) error { return nil }
func (relay) EncodeState(dst []byte, state any) ([]byte, error) {
	return append(dst, state.([]byte)...), nil
}
func (relay) DecodeState(data []byte) (any, error) { return data, nil }

type discard struct{}

func (discard) produce(*task, cause, output) {}
func (discard) start(*task, string, any)     {}
func (discard) saturated() bool              { return false }
func (discard) count(string, outcome)        {}
func (discard) lettered(class)               {}
func (discard) woke()                        {}

// BenchmarkStep is the cost of a record in the task alone: merge, clock, call,
// overlay, and a commit to the store for each thousand.
func BenchmarkStep(b *testing.B) {
	cfg := Config{App: "a", Instance: "i", Brokers: []string{"none"}, Inputs: []string{"first"}, Changelog: "state", DeadLetters: "dead"}
	cfg.setDefaults()
	one := newTask(&cfg, relay{}, 0, 1)
	one.begin(memoryStore(b), map[string]layout.Committed{"first": {Offset: 0}}, bounds{})
	value := make([]byte, 250)
	keys := make([][]byte, 10_000)
	for i := range keys {
		keys[i] = fmt.Append(nil, "carrier:", i)
	}
	now := time.Now()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r := &kgo.Record{Key: keys[i%len(keys)], Value: value, Offset: int64(i), Timestamp: now}
		one.inputs[0].accept(r, now)
		if _, err := one.step(now, discard{}); err != nil {
			b.Fatal(err)
		}
		if i%1000 == 999 {
			changes, err := one.state.changes(cfg.MaxRecordBytes)
			require.NoError(b, err)
			require.NoError(b, one.state.reset())
			require.NoError(b, one.state.store.Apply(store.Batch{Changes: changes}))
			one.snap()
		}
	}
}

// BenchmarkRuntime is records through transactions on an in-process broker,
// which takes its share of the same processors.
func BenchmarkRuntime(b *testing.B) {
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(4, "first", "out", "dead", "state"))
	require.NoError(b, err)
	defer fake.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(fake.ListenAddrs()...), kgo.DefaultProduceTopic("first"), kgo.MaxBufferedRecords(1_000_000))
	require.NoError(b, err)
	defer client.Close()
	value := make([]byte, 250)
	for i := range b.N {
		client.Produce(context.Background(), &kgo.Record{Key: fmt.Append(nil, "carrier:", i%100_000), Value: value}, nil)
	}
	require.NoError(b, client.Flush(context.Background()))
	r, err := New(Config{App: "relay", Instance: "one", Workers: 2, Brokers: fake.ListenAddrs(), Inputs: []string{"first"}, Changelog: "state", DeadLetters: "dead"}, relay{})
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	b.ReportAllocs()
	b.ResetTimer()
	go func() { done <- r.Run(ctx) }()
	require.NoError(b, r.Caught(ctx))
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	cancel()
	require.NoError(b, <-done)
}
