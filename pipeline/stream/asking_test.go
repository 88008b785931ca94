package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// asking is a process with a clock of its own that only asks for rebalances.
func asking(workers int) (*standbys, *board, *time.Time) {
	now := time.Unix(1000, 0)
	cfg := &Config{AcceptableLag: 10, SessionTimeout: 10 * time.Second, StandbyReplicas: workers, now: func() time.Time { return now }}
	b := newBoard()
	return newStandbys(cfg, &topology{partitions: 50}, nil, &metrics{board: b}, nil), b, &now
}

// One task that is slow to follow does not strand those that are there.
func TestSlowTaskDoesNotHoldUpOthers(t *testing.T) {
	s, b, now := asking(0)
	s.told("worker", followNote{Moving: []int32{0, 1}})
	require.False(t, s.arrived(), "nothing is there")
	b.follows(1, 1000)
	b.follows(0, 5)
	require.False(t, s.arrived(), "the other may follow soon")
	*now = now.Add(9 * time.Second)
	require.False(t, s.arrived())
	*now = now.Add(time.Second)
	require.True(t, s.arrived(), "one was there for a session timeout")
	require.False(t, s.arrived(), "not twice in a row")
	*now = now.Add(10 * time.Second)
	require.True(t, s.arrived(), "again when the leader did nothing")
	*now = now.Add(19 * time.Second)
	require.False(t, s.arrived(), "but later and later")
	s.told("worker", followNote{Moving: []int32{1}})
	require.False(t, s.arrived(), "the slow one is followed on")
	b.follows(1, 5)
	require.True(t, s.arrived(), "all are there")
}

// Restores run a few at a time, and are one reason for one rebalance.
func TestManyRestoresAskOnce(t *testing.T) {
	s, b, now := asking(1)
	restore := func(task int32) { b.restoring(RestoreProgress{Partition: task, Remaining: 11}) }
	for task := range int32(40) {
		s.claim(task)
		b.restoring(RestoreProgress{Partition: task, Remaining: -1})
	}
	asked := 0
	for task := range int32(40) {
		restore(task)
		*now = now.Add(5 * time.Second)
		if s.lacks() {
			asked++
		}
		b.restored(task)
	}
	require.Equal(t, 1, asked)
	s.release(0)
	s.claim(0)
	restore(0)
	require.True(t, s.lacks(), "another restore")
	s.release(0)
	s.claim(0)
	require.False(t, s.lacks(), "not at once")
	*now = now.Add(20 * time.Second)
	require.True(t, s.lacks())
	s.cfg.StandbyReplicas = 0
	s.release(0)
	s.claim(0)
	*now = now.Add(time.Hour)
	require.False(t, s.lacks(), "nobody else has it: there are no standbys")
}

// What a process holds is told once, not by each of its workers; the leader
// learns it for all of them.
func TestHeldIsToldOnce(t *testing.T) {
	s, _, now := asking(0)
	s.log = testChangelog(t, *now)
	db := store.NewMemoryDatabase()
	s.cfg.Instance, s.cfg.State = "one", db
	for task := range int32(1000) {
		one, err := db.Open(t.Context(), task)
		require.NoError(t, err)
		require.NoError(t, apply(one, batchWith(store.Mark{TopicID: s.log.id, Offset: 1_000_000_000, At: *now})))
		require.NoError(t, one.Close())
	}
	first, other := s.describe(true), s.describe(false)
	require.Len(t, first.Held, 1000)
	require.Less(t, len(first.encode()), 45_000)
	require.Equal(t, processNote{Process: "one"}, other)
	group := situation{held: map[string]map[int32]holds{}}
	for _, note := range []processNote{other, first, other} {
		group.learn(note)
	}
	require.Len(t, group.held["one"], 1000)
}
