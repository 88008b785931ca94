package store_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strconv"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
	"waybill/pipeline/stream/store/storetest"
)

const stateFolder = "/var/state"

// small makes a database that has to write to its disk soon.
func small(files vfs.FS) store.PebbleOptions {
	return store.PebbleOptions{FS: files, MemTableBytes: 16 << 10, CacheBytes: 1 << 20}
}

// states are the models of all partitions at one moment.
type states [3]*storetest.Model

func (s states) clone() (c states) {
	for p, m := range s {
		c[p] = m.Clone()
	}
	return c
}

// script drives a database through the same random steps each time that it is
// begun with the same seed, and keeps all states that it went through.
type script struct {
	rng     *rand.Rand
	offset  int64
	db      store.Database
	stores  [3]store.Store
	history []states
	at      atomic.Int64 // the last of history
	flushed atomic.Int64 // the last of history that must survive a crash
}

func newScript(seed uint64) *script {
	s := &script{rng: rand.New(rand.NewPCG(seed, 0))}
	first := states{}
	for p := range first {
		first[p] = storetest.NewModel()
	}
	s.history = []states{first}
	return s
}

// start opens the database.
func (s *script) start(open func() (store.Database, error)) (err error) {
	db, err := open()
	if err != nil {
		return err
	}
	s.db = db
	for p := range s.stores {
		if s.stores[p], err = s.db.Open(context.Background(), int32(p)); err != nil {
			return err
		}
	}
	return nil
}

// stop closes the database.
func (s *script) stop() error {
	for _, st := range s.stores {
		if st != nil {
			_ = st.Close()
		}
	}
	s.stores = [3]store.Store{}
	if err := s.db.Close(); err != nil {
		return err
	}
	s.flushed.Store(s.at.Load())
	return nil
}

// step does one thing. An answer that is wrong fails t.
func (s *script) step(t require.TestingT) error {
	p := s.rng.IntN(len(s.stores))
	st := s.stores[p]
	next := s.history[len(s.history)-1].clone()
	switch n := s.rng.IntN(20); {
	case n < 12:
		b := s.batch()
		next[p].Apply(b)
		s.begin(next)
		if n < 8 {
			return st.Apply(b)
		}
		return st.Load(b)
	case n < 15:
		return next[p].Check(t, st)
	case n < 18:
		now := s.at.Load()
		if err := s.db.Flush(); err != nil {
			return err
		}
		s.flushed.Store(now)
		return nil
	}
	next[p] = storetest.NewModel()
	s.begin(next)
	return st.Wipe()
}

// goOnFrom makes a moment the only one of history.
func (s *script) goOnFrom(moment states) {
	s.history = []states{moment}
	s.at.Store(0)
	s.flushed.Store(0)
}

// begin takes note of a change before it is made: a crash may find it.
func (s *script) begin(next states) {
	s.history = append(s.history, next)
	s.at.Add(1)
}

func (s *script) batch() store.Batch {
	s.offset++
	b := store.Batch{Mark: store.Mark{TopicID: [16]byte{1}, Offset: s.offset}}
	for range s.rng.IntN(12) {
		c := store.Change{Key: strconv.Itoa(s.rng.IntN(30))}
		if s.rng.IntN(4) > 0 {
			c.Value = bytes.Repeat([]byte{byte(s.offset)}, 1+s.rng.IntN(2000))
			c.WakeAt = s.rng.Int64N(5)
		}
		b.Changes = append(b.Changes, c)
	}
	return b
}

// found checks that each partition of a database is as it was at one moment from
// a state on up to another, and returns what all of them are. lost tells that
// it is not the last of these.
func (s *script) found(t require.TestingT, db store.Database, from, to int64) (moment states, lost bool) {
	for p := range moment {
		moment[p] = s.moment(t, db, p, from, to)
		lost = lost || moment[p].Mark != s.history[to][p].Mark
		st, err := db.Open(context.Background(), int32(p))
		require.NoError(t, err)
		require.NoError(t, moment[p].Check(t, st))
		require.NoError(t, st.Close())
	}
	return moment, lost
}

// moment returns what a partition must be, by the mark that a database has of it.
func (s *script) moment(t require.TestingT, db store.Database, p int, from, to int64) *storetest.Model {
	held := db.Held()[int32(p)]
	for i := to; i >= from; i-- {
		if m := s.history[i][p]; m.Mark.Offset == held.Offset {
			return m
		}
	}
	require.Fail(t, "no moment fits", "partition %d, %d to %d, for %v", p, from, to, held)
	return nil
}
