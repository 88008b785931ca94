package stream

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// perform is the asynchronous work of the tests: it gives back the request,
// panics, or lasts until it is cancelled.
func perform(ctx context.Context, request any) any {
	switch request {
	case "panic":
		panic("a bug in the work")
	case "endless":
		<-ctx.Done()
		return "cancelled"
	case "again":
		<-ctx.Done()
	case "late":
		<-ctx.Done()
		return "fail"
	}
	return request
}

// Rules E13, W1: work that ends within the transaction that asked for it
// leaves nothing in the state.
func TestQuickWorkLeavesNoState(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	cfg.Perform = perform
	cfg.WorkWait = patient // however slow this machine is
	cfg.CommitInterval = patient
	i := d.start(cfg)
	d.produce(records([]event{{"first", "k", time.Now().UnixMilli(), "work a"}})...)
	i.caught()
	i.stop()
	require.Equal(t, []string{"done a"}, d.outputs()["k"])
	require.Empty(t, d.readAs(kgo.ReadUncommitted(), "state"))
}

// Work that takes longer is committed as open, and its result comes later.
func TestSlowWork(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	release := make(chan struct{})
	cfg.Perform = func(ctx context.Context, request any) any {
		<-release
		return perform(ctx, request)
	}
	i := d.start(cfg)
	d.produce(records([]event{{"first", "k", time.Now().UnixMilli(), "work a"}, {"first", "p", time.Now().UnixMilli(), "work panic"}})...)
	i.caught()
	require.Len(t, d.read("state"), 2)
	close(release)
	eventually(t, func() bool { return len(d.outputs()) == 2 }, "both are done")
	i.stop()
	require.Equal(t, []string{"done a"}, d.outputs()["k"])
	require.Contains(t, d.outputs()["p"][0], "panic: a bug in the work")
	state := d.read("state")
	require.Nil(t, state[len(state)-1].Value, "the state has gone with the work")
}

// The number of pieces of work under way is bounded, whatever comes in: by number,
// and by whoever does it. While that is crowded, one at a time goes on.
func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		most    int
		crowded func() bool
	}{
		"by number": {3, nil}, "crowded": {1, func() bool { return true }}, "not crowded": {4, func() bool { return false }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testWorkIsBounded(t, row.most, row.crowded)
		})
	}
}

func testWorkIsBounded(t *testing.T, bound int, crowded func() bool) {
	d := deploy(t, 2)
	cfg := d.config(Live)
	cfg.Workers, cfg.MaxInFlightWork, cfg.Crowded = 1, max(3, bound), crowded
	var now, most atomic.Int64
	cfg.Perform = func(_ context.Context, request any) any {
		defer now.Add(-1)
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		return request
	}
	i := d.start(cfg)
	var events []event
	for range 50 {
		for _, key := range []string{"a", "b", "c"} {
			events = append(events, event{"first", key, time.Now().UnixMilli(), "work x"})
		}
	}
	d.produce(records(events)...)
	i.caught()
	eventually(t, func() bool { return len(d.outputs()["a"])+len(d.outputs()["b"])+len(d.outputs()["c"]) == 150 }, "all is done")
	i.stop()
	require.LessOrEqual(t, most.Load(), int64(bound))
}

// At the end of a process work under way is given its time, then cancelled; a
// result that comes in time is committed.
func TestWorkAtShutdown(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	cfg.ShutdownTimeout = 2 * time.Second
	release := make(chan struct{})
	cfg.Perform = func(ctx context.Context, request any) any {
		if request == "endless" {
			return perform(ctx, request)
		}
		<-release
		return request
	}
	i := d.start(cfg)
	d.produce(records([]event{{"first", "k", time.Now().UnixMilli(), "work a"}, {"first", "e", time.Now().UnixMilli(), "work endless"}})...)
	i.caught()
	i.cancel()
	close(release)
	require.NoError(t, i.end())
	require.Equal(t, []string{"done a"}, d.outputs()["k"])
	require.Equal(t, []string{"done cancelled"}, d.outputs()["e"], "what was cancelled is heard of")
	d.nothingOpen("k", "e")
}

// nothingOpen checks that the changelog ends with no state of keys that have
// none but for their work.
func (d *deployment) nothingOpen(keys ...string) {
	d.t.Helper()
	last := map[string][]byte{}
	for _, r := range d.read("state") {
		last[string(r.Key)] = r.Value
	}
	for _, key := range keys {
		require.Contains(d.t, last, key)
		require.Nil(d.t, last[key], key)
	}
}

// Work of a transaction that is aborted is cancelled and begun again.
func TestWorkOfAbortedTransaction(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	var started, cancelled atomic.Int64
	cfg.Perform = func(ctx context.Context, request any) any {
		if started.Add(1) > 1 {
			return request
		}
		<-ctx.Done()
		cancelled.Add(1)
		return errors.New("of no interest")
	}
	d.produce(records([]event{{"first", "k", time.Now().UnixMilli(), "work a"}, {"first", "x", time.Now().UnixMilli(), "fail"}})...)
	i := d.start(cfg)
	eventually(t, func() bool { return len(d.outputs()["k"]) > 0 }, "the work is done")
	i.stop()
	require.Equal(t, []string{"done a"}, d.outputs()["k"])
	require.EqualValues(t, 1, cancelled.Load())
	require.EqualValues(t, 2, started.Load())
}

// A key is not woken while its work is under way: what it asked to be woken
// for, the loss of the work, has not happened (rule E13).
func TestWakeWaitsForWork(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cfg := d.config(Live)
	released := make(chan struct{})
	release := sync.OnceFunc(func() { close(released) })
	cfg.Perform = func(ctx context.Context, request any) any {
		<-released
		return perform(ctx, request)
	}
	i := d.start(cfg)
	t.Cleanup(release)
	now := time.Now().UnixMilli()
	d.produce(records([]event{{"first", "k", now, "+1,in 1,work a"}, {"first", "idle", now, "+1,in 2"}})...)
	eventually(t, func() bool { return len(d.outputs()["idle"]) == 2 }, "a later wake-up of another key has come")
	require.Len(t, d.outputs()["k"], 1, "the key with work was not woken")
	release()
	eventually(t, func() bool { return len(d.outputs()["k"]) == 3 }, "the result and the wake-up have come")
	i.stop()
	require.Equal(t, "done a", d.outputs()["k"][1])
	require.Contains(t, d.outputs()["k"][2], "woken")
}

// While the machine is behind with what was started, a worker reads no more, but
// wakes keys that were asked for. It hears of it when half has begun.
func TestWorkWaitsForAProcessor(t *testing.T) {
	s := &session{cfg: &Config{Perform: perform, MaxInFlightWork: 10 * maxUnbegun}}
	s.pool.bell = &s.bell
	s.pool.unbegun.Store(maxUnbegun - 1)
	require.False(t, s.saturated())
	s.pool.unbegun.Add(1)
	require.True(t, s.saturated())
	require.False(t, s.crowded())
	for s.pool.unbegun.Load() > maxUnbegun/2 {
		require.False(t, s.bell.rung)
		s.pool.begun()
	}
	require.True(t, s.bell.rung)
	require.False(t, s.saturated())
}

// Every piece of work that was started begins.
func TestWorkBegins(t *testing.T) {
	const n = 10 * maxUnbegun
	s := &session{cfg: &Config{}}
	s.pool = pool{bell: &s.bell, gauge: prometheus.NewGauge(prometheus.GaugeOpts{Name: "work", Help: "Work."}), perform: perform}
	defer s.pool.performers.close()
	te := &tenure{ctx: t.Context()}
	for range n {
		s.pool.start(te, "k", "a", 1)
	}
	te.work.Wait()
	require.Zero(t, s.pool.unbegun.Load())
	require.Len(t, s.pool.collect(), n)
}
