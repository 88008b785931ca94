package store_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store"
)

// logged opens a database and returns what was logged.
func logged(files vfs.FS) (db *store.PebbleDatabase, log string, err error) {
	var out bytes.Buffer
	opts := small(files)
	opts.Logger = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn}))
	db, err = store.OpenPebble(stateFolder, opts)
	return db, out.String(), err
}

// filled returns a file system with a closed database in which something is.
func filled(t *testing.T) (*vfs.MemFS, *script) {
	files := vfs.NewCrashableMem()
	s := newScript(1)
	require.NoError(t, s.start(func() (store.Database, error) { return store.OpenPebble(stateFolder, small(files)) }))
	for range 60 {
		require.NoError(t, s.step(t))
	}
	require.NoError(t, s.stop())
	return files, s
}

func put(t *testing.T, files vfs.FS, name, text string) {
	f, err := files.Create(files.PathJoin(stateFolder, name), vfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	_, err = f.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestFolderVersions(t *testing.T) {
	t.Run("same", func(t *testing.T) {
		files, s := filled(t)
		db, log, err := logged(files)
		require.NoError(t, err)
		require.Empty(t, log)
		s.found(t, db, s.at.Load(), s.at.Load())
		require.NoError(t, db.Close())
	})
	t.Run("older", func(t *testing.T) {
		files, _ := filled(t)
		put(t, files, "format", "waybill state 0\n")
		db, log, err := logged(files)
		require.NoError(t, err)
		require.Contains(t, log, "state is removed and will be restored from the changelog")
		require.Contains(t, log, "an older release wrote it (format 0, this one writes 1)")
		require.Empty(t, db.Held())
		require.NoError(t, db.Close())
		db, log, err = logged(files)
		require.NoError(t, err)
		require.Empty(t, log)
		require.NoError(t, db.Close())
	})
	t.Run("unreadable", func(t *testing.T) {
		files, _ := filled(t)
		put(t, files, "format", "gibberish")
		_, _, err := logged(files)
		require.ErrorContains(t, err, "is no format: remove the folder")
	})
	t.Run("newer", func(t *testing.T) {
		files, s := filled(t)
		put(t, files, "format", "waybill state 99\n")
		_, _, err := logged(files)
		require.ErrorContains(t, err, "opening the state in /var/state: a newer release wrote it (format 99")
		require.ErrorContains(t, err, "start that release, or remove the folder")
		put(t, files, "format", "waybill state 1\n")
		db, _, err := logged(files)
		require.NoError(t, err)
		s.found(t, db, s.at.Load(), s.at.Load()) // nothing was touched
		require.NoError(t, db.Close())
	})
	t.Run("of something else", func(t *testing.T) {
		files := vfs.NewMem()
		require.NoError(t, files.MkdirAll(stateFolder, 0o755))
		put(t, files, "thesis.tex", "years of work")
		_, _, err := logged(files)
		require.ErrorContains(t, err, "name an empty or a new folder")
		_, err = files.Stat(files.PathJoin(stateFolder, "thesis.tex"))
		require.NoError(t, err)
	})
}

// Whichever file of the state is damaged: nothing wrong is ever read, and no
// later than the second start all is well, though it may be empty.
func TestDamage(t *testing.T) {
	damages := map[string]func([]byte) []byte{
		"gone":     nil,
		"empty":    func([]byte) []byte { return nil },
		"cut":      func(b []byte) []byte { return b[:len(b)/2] },
		"a bit":    func(b []byte) []byte { b[len(b)/3] ^= 4; return b },
		"all zero": func(b []byte) []byte { return make([]byte, len(b)) },
	}
	whole, s := filled(t)
	folder := whole.PathJoin(stateFolder, "pebble")
	names, err := whole.List(folder)
	require.NoError(t, err)
	noticed := 0
	for _, name := range names {
		for what, damage := range damages {
			t.Run(name+" "+what, func(t *testing.T) {
				files := whole.CrashClone(vfs.CrashCloneCfg{})
				harm(t, files, files.PathJoin(folder, name), damage)
				db, log, err := logged(files)
				require.NoError(t, err)
				if log != "" {
					noticed++
					require.Contains(t, log, "state is removed and will be restored from the changelog")
					require.Empty(t, db.Held())
				}
				err = readAll(t, s, db)
				_ = db.Close()
				if err != nil {
					noticed++
					require.ErrorContains(t, err, "it is damaged")
					db, log, err = logged(files)
					require.NoError(t, err)
					require.Contains(t, log, "state is removed and will be restored from the changelog")
					require.Empty(t, db.Held())
					require.NoError(t, db.Close())
				}
			})
		}
	}
	require.NotZero(t, noticed)
}

func harm(t *testing.T, files vfs.FS, path string, damage func([]byte) []byte) {
	if damage == nil {
		require.NoError(t, files.Remove(path))
		return
	}
	f, err := files.Open(path)
	require.NoError(t, err)
	data, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	if len(data) > 0 {
		data = damage(data)
	}
	f, err = files.Create(path, vfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	_, err = f.Write(data)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

// readAll checks that what a database answers was right at some moment.
func readAll(t *testing.T, s *script, db store.Database) error {
	for p := range s.stores {
		m := s.moment(t, db, p, 0, s.at.Load())
		st, err := db.Open(t.Context(), int32(p))
		if err != nil {
			return err
		}
		if err := errors.Join(m.Check(t, st), st.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Someone who removes the folder under a running process must hear of it.
func TestFolderRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	db, err := store.OpenPebble(dir, store.PebbleOptions{})
	require.NoError(t, err)
	st, err := db.Open(t.Context(), 0)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, st.Apply(store.Batch{Changes: []store.Change{{Key: "k", Value: []byte("v")}}}))
	require.ErrorContains(t, db.Flush(), dir)
	_, err = st.Get("k")
	require.ErrorContains(t, err, dir)
	require.ErrorContains(t, st.Close(), dir)
	require.ErrorContains(t, db.Close(), dir)
}

func TestFolderLocked(t *testing.T) {
	if dir := os.Getenv("WAYBILL_TEST_LOCKED"); dir != "" { // the other process
		_, err := store.OpenPebble(dir, store.PebbleOptions{})
		require.NoError(t, err)
		return
	}
	dir := filepath.Join(t.TempDir(), "deep", "state")
	db, err := store.OpenPebble(dir, store.PebbleOptions{})
	require.NoError(t, err)
	_, err = store.OpenPebble(dir, store.PebbleOptions{})
	require.ErrorContains(t, err, "another process works with it")
	require.ErrorContains(t, err, dir)

	other := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFolderLocked$")
	other.Env = append(os.Environ(), "WAYBILL_TEST_LOCKED="+dir)
	out, err := other.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, strings.Join(strings.Fields(string(out)), " "), "another process works with it")
	require.NoError(t, db.Close())

	db, err = store.OpenPebble(dir, store.PebbleOptions{})
	require.NoError(t, err)
	require.NoError(t, db.Close())
}
