package stream

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// prepared is a runtime that has looked at its topics and does not run.
func (d *deployment) prepared(cfg Config) *Runtime {
	d.t.Helper()
	r, err := New(cfg, tally{})
	require.NoError(d.t, err)
	c, err := r.openClients()
	require.NoError(d.t, err)
	d.t.Cleanup(c.close)
	require.NoError(d.t, r.prepare(d.ctx(), c))
	return r
}

// wallClock is one that a test moves.
type wallClock struct{ ahead atomic.Int64 }

func (c *wallClock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *wallClock) advance(by time.Duration) { c.ahead.Add(int64(by)) }

// Rule E5: stores that nothing happens to are told that they are up to date,
// those that are worked on and those that are followed.
func TestIdleStoresStayYoung(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	var clock wallClock
	young := func(c *Config) { c.now, c.StandbyReplicas = clock.now, 1 }
	one := d.process("one", store.NewMemoryDatabase(), young)
	two := d.process("two", store.NewMemoryDatabase(), young)
	d.add()
	one.caught()
	eventually(t, func() bool {
		return one.tasks() == 1 && two.tasks() == 1 && one.warmth(1) && two.warmth(1)
	}, "each has one task and follows the other")
	for range 3 {
		clock.advance(10 * time.Hour) // the broker keeps tombstones for a day
		since := clock.now().Add(-time.Minute)
		for _, p := range []*process{one, two} {
			eventually(t, func() bool {
				held := p.cfg.State.Held()
				return held[0].At.After(since) && held[1].At.After(since)
			}, "all marks are new")
		}
	}
	before := one.read()
	one.stop()
	again := d.process("one", one.cfg.State, young)
	d.add()
	again.caught()
	require.LessOrEqual(t, before, warmKeys)
	require.LessOrEqual(t, again.read(), warmLag, "the store was carried on")
	d.requireSums(2)
}

// The space of stores that could not be carried on any more is given back,
// unless somebody uses them.
func TestOldStoresAreRemoved(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	var clock wallClock
	cfg := d.config(Live)
	cfg.now, cfg.State = clock.now, onDisk(t)
	r := d.prepared(cfg)
	open := func(partition int32) store.Store {
		s, err := cfg.State.Open(t.Context(), partition)
		require.NoError(t, err)
		return s
	}
	hold := func(partition int32, mark store.Mark) {
		s := open(partition)
		require.NoError(t, s.Apply(store.Batch{Changes: []store.Change{{Key: "k", Value: []byte{1}}}, Mark: mark}))
		require.NoError(t, s.Close())
	}
	hold(0, store.Mark{TopicID: r.log.id, Offset: 1, At: clock.now()})
	hold(1, store.Mark{TopicID: r.log.id, Offset: 1, At: clock.now().Add(-22 * time.Hour)})
	hold(2, store.Mark{TopicID: [16]byte{1}, Offset: 1, At: clock.now()})
	hold(3, store.Mark{TopicID: r.log.id, Offset: 1, At: clock.now().Add(-22 * time.Hour)})
	r.standbys.claim(3)
	require.NoError(t, r.expire(t.Context()))
	require.Len(t, cfg.State.Held(), 2, "the young one and the one in use")
	r.standbys.release(3)
	lent := open(3) // by another part of the process, a moment earlier
	require.NoError(t, r.expire(t.Context()))
	require.NoError(t, lent.Close())
	require.Len(t, cfg.State.Held(), 2)
	clock.advance(22 * time.Hour)
	require.NoError(t, r.expire(t.Context()))
	require.Empty(t, cfg.State.Held())
}

// A task that becomes a worker's is given up at once by who followed it,
// whatever the last note said, and followed again when the worker has gone.
func TestClaimEndsFollowing(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	cfg := d.config(Live)
	cfg.State = store.NewMemoryDatabase()
	r := d.prepared(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.standbys.run(ctx) }()
	following := func(n int) func() bool { return func() bool { return len(r.board.followed()) == n } }
	r.standbys.told("worker", followNote{Standby: []int32{0, 7, -1}, Moving: []int32{1}})
	eventually(t, following(2), "both tasks are followed, and none that is not there")
	require.True(t, r.standbys.arrived())
	require.False(t, r.standbys.arrived(), "not asked for twice in a row")
	r.standbys.claim(0)
	s, err := cfg.State.Open(d.ctx(), 0)
	require.NoError(t, err)
	require.True(t, following(1)())
	require.NoError(t, s.Close())
	r.standbys.release(0)
	eventually(t, following(2), "it is followed again")
	r.standbys.told("worker", followNote{})
	eventually(t, following(0), "nothing is wanted")
	cancel()
	require.NoError(t, <-done)
}
