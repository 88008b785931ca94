package store_test

import (
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// fault fails operations on a file system from a certain one on.
type fault struct {
	from  int64 // the first that fails, counted among those that it fails
	once  bool  // only that
	fails func(errorfs.Op) bool
	err   error
	count atomic.Int64
}

func (*fault) String() string { return "fault" }

func (f *fault) MaybeError(op errorfs.Op) error {
	if !f.fails(op) {
		return nil
	}
	if n := f.count.Add(1); n == f.from || n > f.from && !f.once {
		return f.err
	}
	return nil
}

func isRead(op errorfs.Op) bool  { return op.Kind.ReadOrWrite() == errorfs.OpIsRead }
func isWrite(op errorfs.Op) bool { return !isRead(op) }
func takesRoom(op errorfs.Op) bool {
	switch op.Kind {
	case errorfs.OpCreate, errorfs.OpMkdirAll, errorfs.OpFileWrite, errorfs.OpFilePreallocate:
		return true
	default:
		return false
	}
}

// Whichever operation on the file system fails: no panic, no hang, no wrong
// answer, an error that says what to do, and a folder as a crash would have
// left it.
func TestDiskFails(t *testing.T) {
	tests := map[string]struct {
		fails func(errorfs.Op) bool
		once  bool
		err   error
	}{
		"one write fails":      {isWrite, true, syscall.EIO},
		"all writes fail":      {isWrite, false, syscall.EIO},
		"one read fails":       {isRead, true, syscall.EIO},
		"all reads fail":       {isRead, false, syscall.EIO},
		"no room":              {takesRoom, false, syscall.ENOSPC},
		"no room for a moment": {takesRoom, true, syscall.ENOSPC},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for from := int64(1); ; from += 1 + from/8 {
				f := &fault{from: from, once: test.once, fails: test.fails, err: test.err}
				if failAt(t, f); f.count.Load() < from {
					t.Logf("%d operations", f.count.Load())
					return
				}
			}
		})
	}
}

// failAt plays a script until the fault is met.
func failAt(t *testing.T, f *fault) {
	files := vfs.NewCrashableMem()
	s := newScript(11)
	err := s.start(func() (store.Database, error) {
		return store.OpenPebble(stateFolder, small(errorfs.Wrap(files, f)))
	})
	for n := 0; err == nil && n < 40; n++ {
		err = s.step(t)
	}
	if err != nil && s.db != nil {
		require.Error(t, s.step(t), "work went on after %v", err)
		require.Error(t, s.db.Flush())
		_, again := s.db.Open(t.Context(), 77)
		require.Error(t, again)
	}
	if s.db != nil {
		err = s.stop()
	}
	if f.count.Load() >= f.from && err != nil {
		require.ErrorIs(t, err, f.err)
		require.ErrorContains(t, err, stateFolder)
		require.ErrorContains(t, err, "restored from the changelog")
	}
	db, err := store.OpenPebble(stateFolder, small(files))
	require.NoError(t, err)
	s.found(t, db, s.flushed.Load(), s.at.Load())
	require.NoError(t, db.Close())
}
