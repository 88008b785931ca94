package stream

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/layout"
	"waybill/pipeline/stream/store"
)

// rolling is a job that counts how often each key is woken. A key that is never
// to do anything ends with "idle".
type rolling struct{ parked }

func (rolling) Wake(c *job.Call) error {
	n, _ := c.State.(string)
	if n != "idle" {
		c.Put(n+"I", c.WakeAt)
	}
	return nil
}

// bedtime is when keys ask to be woken, in ms since 1970.
const bedtime = 36_000_000

// roll is a worker without a broker, in the middle of a transaction, that has
// some tasks in memory.
func roll(t require.TestingT, keys map[int32][]string) *session {
	cfg := Config{App: "a", Instance: "i", Brokers: []string{"none"}, Inputs: []string{"first"}, Changelog: "state", DeadLetters: "dead"}
	cfg.setDefaults()
	s := &session{
		cfg: &cfg, waker: &waker{}, metrics: newMetrics(&cfg, newBoard()), outbox: newOutbox(""),
		sweeps: sweeps{ends: map[string]spot{}}, tenures: map[int32]*tenure{}, txn: transaction{open: true},
	}
	for partition, names := range keys {
		memory := memoryStore(t)
		var changes []store.Change
		for _, key := range names {
			value := appendEnvelopeHead(nil, bedtime)
			if strings.HasSuffix(key, "idle") {
				value = append(value, "idle"...)
			}
			changes = append(changes, store.Change{Key: key, Value: value, WakeAt: bedtime})
		}
		require.NoError(t, memory.Apply(store.Batch{Changes: changes}))
		one := newTask(&cfg, rolling{}, partition, 4)
		one.begin(memory, map[string]layout.Committed{"first": {}}, bounds{})
		s.tenures[partition] = &tenure{task: one, ready: true}
	}
	return s
}

// counts returns how often each key that begins with a prefix was woken.
func (s *session) counts(t require.TestingT, prefix string) map[string]int {
	counts := map[string]int{}
	for partition, te := range s.tenures {
		items, _, err := te.task.state.span(prefix, "", store.Limit{Keys: 1 << 20, Bytes: 1 << 30})
		require.NoError(t, err)
		for _, item := range items {
			e, err := te.task.state.load(item.Key)
			require.NoError(t, err)
			n, _ := e.state.(string)
			counts[fmt.Sprint(partition, item.Key)] = strings.Count(n, "I")
		}
	}
	return counts
}

func (s *session) sweepOut(t require.TestingT) {
	for len(s.sweeps.queue) > 0 || slices.ContainsFunc(s.all(), func(te *tenure) bool { return len(te.task.resummon) > 0 }) {
		_, err := s.sweep()
		require.NoError(t, err)
	}
}

func (s *session) all() (all []*tenure) {
	for _, te := range s.tenures {
		all = append(all, te)
	}
	return all
}

// end commits what all tasks have done, or undoes it.
func (s *session) end(t require.TestingT, commit bool) {
	for _, te := range s.tenures {
		if !commit {
			require.NoError(t, te.task.rewind())
			continue
		}
		_, err := te.task.state.changes(1 << 20)
		require.NoError(t, err)
		require.NoError(t, te.task.state.commit(store.Mark{}))
		te.task.snap()
	}
}

// However the requests come, and whatever is undone in between: as many keys
// wake as were asked for, of their prefix alone, all keys in turn, and all of
// them when there is news.
func TestSweeps(t *testing.T) {
	prefixes := []string{"ep_1/", "ep_10/", "ep_2/"}
	rapid.Check(t, func(t *rapid.T) {
		keys, total := map[int32][]string{}, map[string]int{}
		for partition := range rapid.Int32Range(1, 4).Draw(t, "partitions") {
			for _, prefix := range prefixes {
				n := rapid.IntRange(0, 5).Draw(t, "keys")
				for i := range n {
					keys[partition] = append(keys[partition], fmt.Sprint(prefix, i))
				}
				total[prefix] += n
			}
			keys[partition] = append(keys[partition], "idle", "ep_1/idle")
		}
		s, want := roll(t, keys), map[string]int{}
		for range rapid.IntRange(1, 30).Draw(t, "requests") {
			prefix := rapid.SampledFrom(prefixes).Draw(t, "prefix")
			if rapid.IntRange(0, 9).Draw(t, "kind") == 0 {
				s.sweeps.news(prefix)
				want[prefix] += total[prefix]
			} else {
				n := rapid.IntRange(1, 12).Draw(t, "at most")
				s.sweeps.some(prefix, hint{atMost: n})
				want[prefix] += min(n, total[prefix])
			}
			if rapid.Bool().Draw(t, "undone") { // some of it, and what is undone is done again
				for range rapid.IntRange(0, 3).Draw(t, "portions") {
					_, err := s.sweep()
					require.NoError(t, err)
				}
				s.end(t, false)
			}
			s.sweepOut(t)
			s.end(t, true)
		}
		for _, prefix := range prefixes {
			sum, least, most := 0, 1<<20, 0
			for key, n := range s.counts(t, prefix) {
				if !strings.HasSuffix(key, "idle") {
					sum, least, most = sum+n, min(least, n), max(most, n)
				}
			}
			require.Equal(t, want[prefix], sum, prefix)
			require.LessOrEqual(t, most-min(least, most), 1, "%s: %v", prefix, s.counts(t, prefix))
		}
	})
}

// again is a job that puts what it has, to be woken at another time.
type again struct {
	parked
	later time.Duration
}

func (a again) Wake(c *job.Call) error {
	c.Put(c.State, c.WakeAt.Add(a.later))
	return nil
}

// A key that is woken in vain costs no transaction and stays out of the cache,
// though it puts what it has, or asks to be woken later because it looked just
// now. To be woken sooner is a change.
func TestSummonInVain(t *testing.T) {
	for later, changes := range map[time.Duration]bool{0: false, time.Hour: false, -time.Hour: true} {
		one := roll(t, map[int32][]string{0: {"a/1", "idle"}})
		one.tenures[0].task.job = again{later: later}
		one.sweeps.taken(0)
		one.sweepOut(t)
		require.Equal(t, changes, one.tenures[0].task.touched, later)
	}
	s := roll(t, map[int32][]string{0: {"a/1", "idle"}})
	s.txn.open = false // to open it takes a broker
	one := s.tenures[0].task
	one.job = again{}
	s.sweeps.taken(0)
	s.sweepOut(t)
	require.False(t, s.txn.open)
	require.Empty(t, one.state.entries)
	timer, _, err := one.state.next()
	require.NoError(t, err)
	require.Equal(t, store.Timer{At: bedtime, Key: "a/1"}, timer, "its wake-up is as it was")
}
