package stream

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream/layout"
)

// keys returns a key of each partition.
func keys(partitions int32) []string {
	found := make([]string, partitions)
	for n := 0; slices.Contains(found, ""); n++ {
		key := "k" + strconv.Itoa(n)
		found[layout.PartitionOf([]byte(key), int(partitions))] = key
	}
	return found
}

// Rule E13: when a task goes to another instance its work is cancelled, and
// what comes of that is committed before. The new owner finds nothing open.
// The work of tasks that stay goes on.
func TestHandOverEndsWork(t *testing.T) {
	t.Parallel()
	const partitions = 4
	d := deploy(t, partitions)
	cfg := d.config(Live)
	cfg.Perform, cfg.ShutdownTimeout = perform, time.Second
	first := d.start(cfg)
	key := keys(partitions)
	var events []event
	for _, k := range key {
		events = append(events, event{"first", k, time.Now().UnixMilli(), "work endless"})
	}
	d.produce(records(events)...)
	first.caught()
	require.Empty(t, d.outputs(), "all work is under way")

	cfg.Instance, cfg.LeaveOnShutdown = "two", true
	second := d.start(cfg)
	eventually(t, func() bool { return len(second.Progress()) == partitions/2 && second.Ready() }, "half of the tasks have moved")
	var moved []string
	for _, p := range second.Progress() {
		moved = append(moved, key[p.Partition])
	}
	outputs := d.outputs()
	require.Len(t, outputs, len(moved), "the work of the others goes on")
	for _, k := range moved {
		require.Equal(t, []string{"done cancelled"}, outputs[k])
	}
	d.nothingOpen(moved...)

	events = events[:0]
	for _, k := range key {
		events = append(events, event{"first", k, time.Now().UnixMilli(), "+1,work endless"})
	}
	d.produce(records(events)...)
	second.caught()
	second.stop()
	eventually(t, func() bool { return len(first.Progress()) == partitions }, "they have come back")
	first.stop()
	for _, k := range key {
		require.Len(t, slices.DeleteFunc(d.outputs()[k], func(s string) bool { return s != "done cancelled" }), 2, "every piece of work is heard of, once")
	}
}

// A job that starts work anew whenever it is cancelled does not keep its task,
// nor its process.
func TestHandOverOfStubbornWork(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	cfg := d.config(Live)
	cfg.Perform, cfg.ShutdownTimeout = perform, time.Second
	first := d.start(cfg)
	var events []event
	for _, k := range keys(2) {
		events = append(events, event{"first", k, time.Now().UnixMilli(), "work again"})
	}
	d.produce(records(events)...)
	first.caught()
	cfg.Instance, cfg.LeaveOnShutdown = "two", true
	second := d.start(cfg)
	eventually(t, func() bool { return len(second.Progress()) == 1 }, "one of them goes")
	second.stop()
	first.stop()
	require.Empty(t, d.outputs())
}

// A result that the job fails on goes to dead letters, and the others are
// committed all the same.
func TestHandOverOfPoison(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	cfg.ShutdownTimeout = time.Second
	cfg.Perform = perform
	i := d.start(cfg)
	now := time.Now().UnixMilli()
	d.produce(records([]event{{"first", "bad", now, "work late"}, {"first", "good", now, "work endless"}})...)
	i.caught()
	i.stop()
	require.Equal(t, []string{"done cancelled"}, d.outputs()["good"])
	require.Len(t, d.read("dead"), 1)
}

// Work that ignores its context keeps neither its task nor the process. It is
// said which, and what it gives back later is not heard of.
func TestWorkThatIgnoresItsEnd(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	cfg := d.config(Live)
	log := &lines{}
	cfg.Logger, cfg.ShutdownTimeout = slog.New(slog.NewTextHandler(log, nil)), 100*time.Millisecond
	released := make(chan struct{})
	t.Cleanup(sync.OnceFunc(func() { close(released) }))
	cfg.Perform = func(_ context.Context, request any) any {
		<-released
		return request
	}
	first := d.start(cfg)
	key := keys(2)
	for _, k := range key {
		d.produce(records([]event{{"first", k, time.Now().UnixMilli(), "work a"}})...)
	}
	first.caught()
	cfg.Instance = "two"
	second := d.start(cfg)
	eventually(t, func() bool { return len(second.Progress()) == 1 }, "one of them goes")
	first.stop()
	for _, k := range key {
		require.Equal(t, 1, log.count("keys=["+k+"]"), "once for each")
	}
	second.stop()
	require.Empty(t, d.outputs())
}

// Nor does it keep a session from being given up for a new one.
func TestSessionEndsWithoutItsWork(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	if d.fake == nil {
		t.Skip("needs a broker that can be made to fail: WAYBILL_TEST_KAFKA names a real one")
	}
	cfg := d.config(Live)
	log := &lines{}
	cfg.Logger, cfg.ShutdownTimeout = slog.New(slog.NewTextHandler(log, nil)), 100*time.Millisecond
	released := make(chan struct{})
	t.Cleanup(sync.OnceFunc(func() { close(released) }))
	cfg.Perform = func(_ context.Context, request any) any {
		<-released
		return request
	}
	i := d.start(cfg)
	d.produce(records([]event{{"first", "w", time.Now().UnixMilli(), "work a"}})...)
	i.caught()
	d.fake.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, TxnID: d.prefix + "tally-one-0", Err: kerr.InvalidProducerEpoch, Count: 1})
	d.plus("k")
	eventually(t, func() bool { return d.last("k") != "" }, "the next session works")
	require.Equal(t, 1, log.count("keys=[w]"))
	i.stop()
}
