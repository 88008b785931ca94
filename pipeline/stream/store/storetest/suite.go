package storetest

import (
	"testing"

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
	t.Run("many due timers", func(t *testing.T) { manyTimers(t, open, reopen) })
	t.Run("one user at a time", func(t *testing.T) { leases(t, open) })
	t.Run("partitions at once", func(t *testing.T) { concurrent(t, open) })
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
	timers, err := walk(s, -1)
	require.NoError(t, err)
	require.Empty(t, timers)
	require.NoError(t, s.Close())
	require.Empty(t, db.Held())
	require.NoError(t, db.Close())
}
