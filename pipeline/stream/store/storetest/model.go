package storetest

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

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
	require.NoError(t, m.Check(t, s))
}

// Check is Compare for a store that may fail: it returns the error of the
// store, and fails t for what the store answered before that and is wrong.
func (m *Model) Check(t require.TestingT, s store.Store) error {
	if err := m.checkValues(t, s); err != nil {
		return err
	}
	var timers []store.Timer
	var bytes int64
	for key, c := range m.Values {
		bytes += int64(len(key) + len(c.Value))
		if c.WakeAt != 0 {
			timers = append(timers, store.Timer{At: c.WakeAt, Key: key})
		}
	}
	slices.SortFunc(timers, store.Timer.Compare)
	walked, err := walk(s, -1)
	if err != nil {
		return err
	}
	require.Equal(t, timers, walked)
	keys, size := s.Size() // comes after the walk, for it may be wrong between Load and that
	require.Equal(t, len(m.Values), keys, "keys of %v", slices.Sorted(maps.Keys(m.Values)))
	require.Equal(t, bytes, size)
	// A store may put what it holds in order for a range, so this comes last.
	return m.checkRange(t, s, "", "", store.Limit{Keys: len(m.Values), Bytes: math.MaxInt})
}

// checkValues looks at values and mark alone.
func (m *Model) checkValues(t require.TestingT, s store.Store) error {
	for _, key := range append(keys(), slices.Sorted(maps.Keys(m.Values))...) {
		value, err := s.Get(key)
		if err != nil {
			return err
		}
		require.Equal(t, m.Values[key].Value, value, "value of %q", key)
	}
	compareMarks(t, m.Mark, s.Mark())
	return nil
}

// checkRange looks at some keys in order.
func (m *Model) checkRange(t require.TestingT, s store.Store, prefix, from string, limit store.Limit) error {
	want, more, bytes := []store.Item{{Key: "before"}}, false, 0
	for _, key := range slices.Sorted(maps.Keys(m.Values)) {
		if !strings.HasPrefix(key, prefix) || key < from {
			continue
		}
		if more = len(want) > limit.Keys || bytes >= limit.Bytes; more {
			break
		}
		want = append(want, store.Item{Key: key, Value: m.Values[key].Value})
		bytes += len(key) + len(m.Values[key].Value)
	}
	got, others, err := s.Range([]store.Item{{Key: "before"}}, prefix, from, limit)
	if err == nil {
		require.Equal(t, want, got, "%v with %q from %q", limit, prefix, from)
		require.Equal(t, more, others, "%v with %q from %q", limit, prefix, from)
	}
	return err
}

func compareMarks(t require.TestingT, want, got store.Mark) {
	require.True(t, want.At.Equal(got.At), "mark at %v, not %v", got.At, want.At)
	got.At = want.At
	require.Equal(t, want, got)
}

// walk returns the first timers, all when steps is negative.
func walk(s store.Store, steps int) (timers []store.Timer, err error) {
	it := s.Timers()
	for steps < 0 || len(timers) < steps {
		timer, ok, err := it.Next()
		if err != nil {
			return nil, errors.Join(err, it.Close())
		}
		if !ok {
			break
		}
		timers = append(timers, timer)
	}
	return timers, it.Close()
}
