package storetest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"waybill/pipeline/stream/store"
)

// Run runs the suite. Open makes an empty database. Reopen closes a database
// and opens what it left behind, as a restart does; it is nil for a database
// that leaves nothing.
func Run(t *testing.T, open func() (store.Database, error), reopen func(store.Database) (store.Database, error)) {
	t.Run("empty", func(t *testing.T) { empty(t, open) })
	t.Run("histories", rapid.MakeCheck(func(t *rapid.T) { histories(t, open, reopen) }))
}

func empty(t *testing.T, open func() (store.Database, error)) {
	db, err := open()
	require.NoError(t, err)
	require.Empty(t, db.Held())
	s, err := db.Open(t.Context(), 3)
	require.NoError(t, err)
	value, err := s.Get("nobody")
	require.NoError(t, err)
	require.Nil(t, value)
	require.Equal(t, store.Mark{}, s.Mark())
	require.Empty(t, walk(t, s, -1))
	require.NoError(t, s.Close())
	require.NoError(t, db.Close())
}

// model is what a store must be equal to.
type model struct {
	values map[string]store.Change
	mark   store.Mark
}

func histories(t *rapid.T, open func() (store.Database, error), reopen func(store.Database) (store.Database, error)) {
	db, err := open()
	require.NoError(t, err)
	s, err := db.Open(t.Context(), 3)
	require.NoError(t, err)
	m := model{values: map[string]store.Change{}}
	actions := map[string]func(*rapid.T){
		"apply": func(t *rapid.T) {
			b := batch(t, m.mark)
			require.NoError(t, s.Apply(b))
			for _, c := range b.Changes {
				delete(m.values, c.Key)
				if c.Value != nil {
					m.values[c.Key] = c
				}
			}
			m.mark = b.Mark
		},
		// A walk that stops half-way must leave the next one whole.
		"walk a part": func(t *rapid.T) { walk(t, s, rapid.IntRange(0, 5).Draw(t, "steps")) },
		"wipe": func(t *rapid.T) {
			require.NoError(t, s.Wipe())
			m = model{values: map[string]store.Change{}}
		},
		"": func(t *rapid.T) { compare(t, s, m) },
	}
	if reopen != nil {
		actions["reopen"] = func(t *rapid.T) {
			require.NoError(t, s.Close())
			db, err = reopen(db)
			require.NoError(t, err)
			s, err = db.Open(t.Context(), 3)
			require.NoError(t, err)
		}
	}
	t.Repeat(actions)
	require.NoError(t, s.Close())
	require.NoError(t, db.Close())
}

func batch(t *rapid.T, last store.Mark) store.Batch {
	keys := rapid.SampledFrom([]string{"", "a", "b", "ab", "c", "\x00", "ü"})
	b := store.Batch{Mark: store.Mark{
		TopicID: [16]byte{1},
		Offset:  last.Offset + rapid.Int64Range(0, 9).Draw(t, "offset"),
		At:      time.UnixMilli(last.Offset).UTC(),
	}}
	// A key may come twice, as it does on a changelog: the later one counts.
	for _, key := range rapid.SliceOfN(keys, 0, 6).Draw(t, "keys") {
		c := store.Change{Key: key}
		if rapid.Float64().Draw(t, "kind") > 0.3 {
			c.Value = append([]byte{1}, rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "value")...)
			c.WakeAt = rapid.Int64Range(0, 3).Draw(t, "wake")
		}
		b.Changes = append(b.Changes, c)
	}
	return b
}

func compare(t *rapid.T, s store.Store, m model) {
	var timers []store.Timer
	var bytes int64
	for key, c := range m.values {
		value, err := s.Get(key)
		require.NoError(t, err)
		require.Equal(t, c.Value, value)
		bytes += int64(len(key) + len(c.Value))
		if c.WakeAt != 0 {
			timers = append(timers, store.Timer{At: c.WakeAt, Key: key})
		}
	}
	slices.SortFunc(timers, func(a, b store.Timer) int {
		if a.Before(b) {
			return -1
		}
		return 1
	})
	require.Equal(t, timers, walk(t, s, -1))
	keys, size := s.Size()
	require.Equal(t, len(m.values), keys, "keys of %v", slices.Sorted(maps.Keys(m.values)))
	require.Equal(t, bytes, size)
	require.Equal(t, m.mark.TopicID, s.Mark().TopicID)
	require.Equal(t, m.mark.Offset, s.Mark().Offset)
	require.True(t, m.mark.At.Equal(s.Mark().At))
}

// walk returns the first timers, all when steps is negative.
func walk(t require.TestingT, s store.Store, steps int) []store.Timer {
	it := s.Timers()
	var timers []store.Timer
	for steps < 0 || len(timers) < steps {
		timer, ok, err := it.Next()
		require.NoError(t, err)
		if !ok {
			break
		}
		timers = append(timers, timer)
	}
	require.NoError(t, it.Close())
	return timers
}
