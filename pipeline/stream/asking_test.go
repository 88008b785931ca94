package stream

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
