package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"waybill/pipeline/stream/store"
)

// manyTimers lets more timers come due than a store would keep at hand, and
// fires them in parts, as transactions do, with restarts in between.
func manyTimers(t *testing.T, open func() (store.Database, error), reopen func(store.Database) (store.Database, error)) {
	db, err := open()
	require.NoError(t, err)
	s, err := db.Open(t.Context(), 0)
	require.NoError(t, err)
	const timers = 10_000
	m := NewModel()
	b := store.Batch{Mark: store.Mark{Offset: 1}}
	for i, n := range rand.New(rand.NewPCG(1, 2)).Perm(timers) {
		b.Changes = append(b.Changes, store.Change{Key: fmt.Sprintf("%05d", i), Value: []byte{1}, WakeAt: 1 + int64(n)/3})
	}
	require.NoError(t, s.Apply(b))
	m.Apply(b)
	for _, fire := range []int{1, 70, 600, 0, 3000, 5000} {
		b := store.Batch{Mark: store.Mark{Offset: m.Mark.Offset + 1}}
		timers, err := walk(s, fire)
		require.NoError(t, err)
		for i, due := range timers {
			c := store.Change{Key: due.Key, Former: m.Former(due.Key)}
			if i%4 == 0 { // asks to be woken again: soon, among those that wait, or late
				c.Value, c.WakeAt = []byte{2}, due.At+int64(i)
			}
			b.Changes = append(b.Changes, c)
		}
		require.NoError(t, s.Apply(b))
		m.Apply(b)
		if reopen == nil || fire%7 > 0 {
			continue
		}
		require.NoError(t, s.Close())
		db, err = reopen(db)
		require.NoError(t, err)
		s, err = db.Open(t.Context(), 0)
		require.NoError(t, err)
	}
	m.Compare(t, s)
	require.NoError(t, s.Close())
	require.NoError(t, db.Close())
}

// leases shows that a store has one user at a time.
func leases(t *testing.T, open func() (store.Database, error)) {
	db, err := open()
	require.NoError(t, err)
	first, err := db.Open(t.Context(), 1)
	require.NoError(t, err)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = db.Open(ended, 1)
	require.ErrorIs(t, err, context.Canceled)
	other, err := db.Open(ended, 2)
	require.NoError(t, err, "another partition has no user")
	require.NoError(t, other.Close())

	var closing atomic.Bool
	var second store.Store
	var waiters errgroup.Group
	waiters.Go(func() (err error) {
		if second, err = db.Open(t.Context(), 1); err == nil && !closing.Load() {
			err = errors.New("opened a store that has a user")
		}
		return err
	})
	b := store.Batch{Changes: []store.Change{{Key: "k", Value: []byte{1}}}, Mark: store.Mark{Offset: 7}}
	require.NoError(t, first.Apply(b))
	closing.Store(true)
	require.NoError(t, first.Close())
	require.NoError(t, waiters.Wait())
	m := NewModel()
	m.Apply(b)
	m.Compare(t, second)
	require.NoError(t, second.Close())
	require.NoError(t, db.Close())
}

// concurrent uses many partitions at once, while others flush and look.
func concurrent(t *testing.T, open func() (store.Database, error)) {
	db, err := open()
	require.NoError(t, err)
	var users errgroup.Group
	for p := range int32(8) {
		users.Go(func() error { return use(t.Context(), db, p) })
	}
	users.Go(func() error {
		db.Held()
		return db.Flush()
	})
	require.NoError(t, users.Wait())
	require.Len(t, db.Held(), 8)
	require.NoError(t, db.Close())
}

func use(ctx context.Context, db store.Database, partition int32) error {
	s, err := db.Open(ctx, partition)
	if err != nil {
		return err
	}
	for n := range int64(200) {
		key, value := strconv.FormatInt(n%7, 10), fmt.Sprintf("%d of %d", n, partition)
		b := store.Batch{Changes: []store.Change{{Key: key, Value: []byte(value), WakeAt: 1 + n}}, Mark: store.Mark{Offset: n + 1}}
		if err := s.Apply(b); err != nil {
			return err
		}
		got, err := s.Get(key)
		if err != nil {
			return err
		}
		it := s.Timers()
		due, _, err := it.Next()
		if err != nil {
			return err
		}
		if string(got) != value || due.At != max(1, n-5) {
			return fmt.Errorf("partition %d has %q and %v after step %d", partition, got, due, n)
		}
		if err := it.Close(); err != nil {
			return err
		}
	}
	return s.Close()
}
