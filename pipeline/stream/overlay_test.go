package stream

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// stored makes a store that holds sums by key, with a wake-up at 10 times each.
func stored(t *testing.T, keys ...string) store.Store {
	t.Helper()
	s := memoryStore(t)
	var changes []store.Change
	for i, key := range keys {
		wake := int64(10 * (i + 1))
		value, err := tally{}.EncodeState(appendEnvelopeHead(nil, wake), &tallyState{sum: i + 1})
		require.NoError(t, err)
		changes = append(changes, store.Change{Key: key, Value: value, WakeAt: wake})
	}
	require.NoError(t, s.Apply(store.Batch{Changes: changes}))
	return s
}

func TestOverlayWritesOnlyWhatDiffers(t *testing.T) {
	o := newOverlay(tally{}, stored(t, "same", "changed", "removed"), &cacheBudget{bytes: 1 << 20})
	touch := func(key string, change func(*entry)) {
		e, err := o.load(key)
		require.NoError(t, err)
		change(e)
		o.keep(e, cause{})
	}
	touch("same", func(*entry) {})
	touch("changed", func(e *entry) { e.state.(*tallyState).sum = 7 })
	touch("removed", func(e *entry) { e.state, e.wakeAt = nil, 0 })
	touch("new", func(e *entry) { e.state = &tallyState{sum: 4} })
	touch("come and gone", func(e *entry) { e.state = &tallyState{sum: 5} })
	touch("come and gone", func(e *entry) { e.state = nil })
	touch("only woken", func(e *entry) { e.wakeAt = 99 })
	changes, err := o.changes(1000)
	require.NoError(t, err)
	got := map[string]string{}
	for _, c := range changes {
		got[c.Key] = string(c.Value)
	}
	require.Equal(t, map[string]string{
		"changed":    "\x01\x00\x00\x00\x00\x00\x00\x00\x147 0 false 0 ",
		"removed":    "",
		"new":        "\x01\x00\x00\x00\x00\x00\x00\x00\x004 0 false 0 ",
		"only woken": "\x01\x00\x00\x00\x00\x00\x00\x00\x63",
	}, got)
}

// Wake-ups of the transaction hide those of the store, in order of time.
func TestOverlayTimers(t *testing.T) {
	s := stored(t, "a", "b", "c")
	o := newOverlay(tally{}, s, &cacheBudget{bytes: 1 << 20})
	next := func() store.Timer {
		timer, ok, err := o.next()
		require.NoError(t, err)
		require.True(t, ok)
		return timer
	}
	move := func(key string, at int64) {
		e, err := o.load(key)
		require.NoError(t, err)
		e.wakeAt = at
		o.keep(e, cause{})
	}
	require.Equal(t, store.Timer{At: 10, Key: "a"}, next())
	move("a", 25)
	require.Equal(t, store.Timer{At: 20, Key: "b"}, next())
	move("b", 0)
	require.Equal(t, store.Timer{At: 25, Key: "a"}, next())
	move("a", 40)
	require.Equal(t, store.Timer{At: 30, Key: "c"}, next())
	move("d", 30)
	move("c", 0)
	require.Equal(t, store.Timer{At: 30, Key: "d"}, next())
	require.NoError(t, o.drop())
	require.Equal(t, store.Timer{At: 10, Key: "a"}, next(), "what is dropped hides nothing")
	require.NoError(t, o.drop())
}

// A value that another release has written is not guessed at.
func TestOverlayRefusesForeignValues(t *testing.T) {
	s := memoryStore(t)
	require.NoError(t, s.Apply(store.Batch{Changes: []store.Change{
		{Key: "newer", Value: []byte{2, 0, 0, 0, 0, 0, 0, 0, 0, 'x'}}, {Key: "short", Value: []byte{1, 0}},
		{Key: "odd", Value: append(appendEnvelopeHead(nil, 0), "what?"...)},
	}}))
	o := newOverlay(tally{}, s, &cacheBudget{bytes: 1 << 20})
	for key, says := range map[string]string{"newer": "format version 2", "short": "2 bytes", "odd": "decoding the state of key"} {
		_, err := o.load(key)
		require.ErrorContains(t, err, says)
	}
}

// memoryStore is an empty store.
func memoryStore(t require.TestingT) store.Store {
	s, err := store.NewMemoryDatabase().Open(context.Background(), 0)
	require.NoError(t, err)
	return s
}
