package stream

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Rule E12: a worker that holds enough bytes fetches nothing for inputs that
// have records waiting, and still what a merge may wait for.
func TestBacklogIsBoundedByBytes(t *testing.T) {
	t.Parallel()
	client, err := kgo.NewClient(kgo.SeedBrokers("127.0.0.1:1"))
	require.NoError(t, err)
	defer client.Close()
	cfg := Config{Clock: Live, Inputs: []string{"first", "second"}, MaxQueuedBytes: 10_000}
	cfg.setDefaults()
	s := &session{cfg: &cfg, client: client, tenures: map[int32]*tenure{}}
	for p := range int32(2) {
		s.tenures[p] = &tenure{task: newTask(&cfg, tally{}, p, 2)}
	}
	come := func(topic string, partition int32, bytes int) {
		in := s.tenures[partition].task.inputs[0]
		if topic == "second" {
			in = s.tenures[partition].task.inputs[1]
		}
		r := &kgo.Record{Offset: in.next, Value: make([]byte, bytes-recordOverhead-4), Headers: []kgo.RecordHeader{{Key: "ab", Value: []byte("cd")}}}
		fetch := kgo.Fetch{Topics: []kgo.FetchTopic{{Topic: topic, Partitions: []kgo.FetchPartition{{Partition: partition, Records: []*kgo.Record{r}}}}}}
		require.NoError(t, s.take(kgo.Fetches{fetch}, time.Now()))
	}
	paused := func() map[string][]int32 { return client.PauseFetchPartitions(nil) }

	come("first", 0, 6000)
	come("second", 1, 3999)
	require.Empty(t, paused(), "there is room for a byte more")
	come("first", 0, 1000)
	require.Equal(t, map[string][]int32{"first": {0}, "second": {1}}, paused(), "an input without records is fetched")
	come("second", 0, 1000)
	require.Equal(t, []int32{0, 1}, sorted(paused()["second"]), "and paused when it has some")

	s.tenures[0].task.inputs[1].take()
	s.resume(s.tenures[0].task)
	require.Equal(t, []int32{1}, paused()["second"], "an input that has run dry is fetched though the worker is full")
	s.tenures[0].task.inputs[0].take()
	s.resume(s.tenures[1].task)
	require.Empty(t, paused()["second"], "the worker has room for all")
	s.tenures[1].task.inputs[0].rewind(0, -1, false)
	s.tenures[1].task.inputs[1].rewind(0, -1, false)
	_, bytes := s.waiting()
	require.Equal(t, 1000, bytes, "what was dropped is not counted")
}

func sorted(p []int32) []int32 { p = slices.Clone(p); slices.Sort(p); return p }

// A worker whose limit is less than one record goes on all the same, also
// where one input must be read far ahead of the other.
func TestTinyBacklogStillMerges(t *testing.T) {
	t.Parallel()
	events := replay(200, 20)
	d := deploy(t, 3)
	cfg := d.config(Log)
	cfg.MaxQueuedBytes = 1
	var first, second []event
	for _, e := range events {
		if e.topic == "first" {
			first = append(first, e)
		} else {
			second = append(second, e)
		}
	}
	i := d.start(cfg)
	d.produce(records(first)...)
	d.tick(time.UnixMilli(endOf(events)), 3, "first")
	d.produce(records(second)...)
	d.tick(time.UnixMilli(endOf(events)), 3, "second")
	i.caught()
	i.stop()
	require.Equal(t, model(events, endOf(events)), d.outputs())
}

// Many small records on one input, while the other says nothing: what
// waits in memory stays within the settings, and all is handled in the end.
func TestFloodOfRecords(t *testing.T) {
	t.Parallel()
	keyOf := keys(2)
	const flood = 100_000
	d := deploy(t, 2)
	registry := prometheus.NewRegistry()
	cfg := d.config(Log)
	cfg.MaxQueued, cfg.MaxQueuedBytes, cfg.MaxFetchBytes, cfg.Registerer = 2000, 1<<20, 64<<10, registry
	i := d.start(cfg)
	produced := make(chan struct{})
	go func() {
		defer close(produced)
		for n := range flood {
			r := &kgo.Record{Topic: d.prefix + "first", Partition: int32(n % 2), Key: []byte(keyOf[n%2]), Value: []byte("in 1"), Timestamp: time.UnixMilli(int64(1000 + n))}
			d.client.Produce(context.Background(), r, nil)
		}
		_ = d.client.Flush(context.Background())
	}()
	most := 0.0
	look := func() bool {
		held := 0.0
		for _, p := range []string{"0", "1"} {
			held += max(0, metric(t, registry, "waybill_stream_waiting_bytes", p))
		}
		most = max(most, held)
		return most > 1<<19
	}
	eventually(t, look, "records wait")
	await(t, produced)
	look()
	d.tick(time.UnixMilli(flood+10_000), 2, "first", "second")
	var caught atomic.Bool
	ctx := d.ctx()
	go func() { caught.Store(i.Caught(ctx) == nil) }()
	eventually(t, func() bool {
		look()
		return caught.Load()
	}, "all is handled")
	i.stop()
	// One poll may come on top: 2,000 records, each at about 300 bytes.
	require.Less(t, most, float64(1<<20+2000*400))
}
