package storetest

import (
	"maps"
	"slices"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// Model is what a store must be equal to.
type Model struct {
	Values map[string]store.Change
	Mark   store.Mark
}

// NewModel returns the model of an empty store.
func NewModel() *Model { return &Model{Values: map[string]store.Change{}} }

// Apply does to the model what a batch does to a store.
func (m *Model) Apply(b store.Batch) {
	for _, c := range b.Changes {
		delete(m.Values, c.Key)
		if c.Value != nil {
			c.Former = store.Former{}
			m.Values[c.Key] = c
		}
	}
	m.Mark = b.Mark
}

// Clone returns a copy.
func (m *Model) Clone() *Model { return &Model{maps.Clone(m.Values), m.Mark} }

// Former returns what a store that is equal to the model holds of a key.
func (m *Model) Former(key string) store.Former {
	return store.Former{Known: true, Bytes: len(m.Values[key].Value), WakeAt: m.Values[key].WakeAt}
}

// Compare fails unless a store is equal to the model.
func (m *Model) Compare(t require.TestingT, s store.Store) {
	m.compareValues(t, s)
	var timers []store.Timer
	var bytes int64
	for key, c := range m.Values {
		bytes += int64(len(key) + len(c.Value))
		if c.WakeAt != 0 {
			timers = append(timers, store.Timer{At: c.WakeAt, Key: key})
		}
	}
	slices.SortFunc(timers, store.Timer.Compare)
	require.Equal(t, timers, walk(t, s, -1))
	keys, size := s.Size() // comes after the walk, for it may be wrong between Load and that
	require.Equal(t, len(m.Values), keys, "keys of %v", slices.Sorted(maps.Keys(m.Values)))
	require.Equal(t, bytes, size)
}

// compareValues looks at values and mark alone.
func (m *Model) compareValues(t require.TestingT, s store.Store) {
	for _, key := range append(keys(), slices.Collect(maps.Keys(m.Values))...) {
		value, err := s.Get(key)
		require.NoError(t, err)
		require.Equal(t, m.Values[key].Value, value, "value of %q", key)
	}
	compareMarks(t, m.Mark, s.Mark())
}

func compareMarks(t require.TestingT, want, got store.Mark) {
	require.True(t, want.At.Equal(got.At), "mark at %v, not %v", got.At, want.At)
	got.At = want.At
	require.Equal(t, want, got)
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
