package store_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// crash is what a crash left, and what may be found there.
type crash struct {
	files    *vfs.MemFS
	from, to int64
}

// A crash before any operation on the file system, whatever of the data that
// was not synced is lost, takes each partition back to a moment not before the
// last Flush, and work goes on from there.
func TestCrash(t *testing.T) {
	for name, kept := range map[string]int{"what was not synced is gone": 0, "some of it stays": 60} {
		t.Run(name, func(t *testing.T) {
			s := newScript(uint64(kept))
			crashes := playWithCrashes(t, s, kept)
			t.Logf("%d crashes over %d states", len(crashes), len(s.history))
			lost := 0
			for i, c := range crashes {
				db, err := store.OpenPebble(stateFolder, small(c.files))
				require.NoError(t, err, "crash %d", i)
				if _, less := s.found(t, db, c.from, c.to); less {
					lost++
				}
				require.NoError(t, db.Close())
			}
			require.NotZero(t, lost, "a crash must lose something, or this test shows nothing")
		})
	}
}

// playWithCrashes runs a script and takes the file system at each operation on
// it as a crash would leave it.
func playWithCrashes(t *testing.T, s *script, kept int) (crashes []crash) {
	files := vfs.NewCrashableMem()
	rng := rand.New(rand.NewPCG(7, 7))
	var mu sync.Mutex
	hook := errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsRead {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		from := s.flushed.Load() // before the clone: a flush may end meanwhile
		left := files.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: kept, RNG: rng})
		crashes = append(crashes, crash{left, from, s.at.Load()})
		return nil
	})
	require.NoError(t, s.start(func() (store.Database, error) {
		return store.OpenPebble(stateFolder, small(errorfs.Wrap(files, hook)))
	}))
	for range 40 {
		require.NoError(t, s.step(t))
	}
	require.NoError(t, s.stop())
	return crashes
}

// Crash after crash, each while the state of the last is still young.
func TestCrashAfterCrash(t *testing.T) {
	files := vfs.NewCrashableMem()
	rng := rand.New(rand.NewPCG(3, 3))
	s := newScript(5)
	for range 30 {
		open := func() (store.Database, error) { return store.OpenPebble(stateFolder, small(files)) }
		require.NoError(t, s.start(open))
		for range rng.IntN(12) {
			require.NoError(t, s.step(t))
		}
		from := s.flushed.Load()
		left := files.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng})
		to := s.at.Load()
		require.NoError(t, s.stop())
		files = left
		db, err := open()
		require.NoError(t, err)
		moment, _ := s.found(t, db, from, to)
		require.NoError(t, db.Close())
		s.goOnFrom(moment)
	}
}
