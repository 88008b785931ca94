package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"waybill/pipeline/stream/store/internal/disk"
)

// formatVersion is the version of what lies in the folder: keys, values and
// Pebble's own format. A change of any of them raises it: state of an older
// version is removed and restored from the changelog, and a release never
// touches that of a newer one.
const formatVersion = 1

// Files of a state folder.
const (
	lockFile     = "LOCK"           // held by the process that uses it
	formatFile   = "format"         // its version; written first
	pebbleFolder = "pebble"         // Pebble's files
	damageFile   = "damaged"        // says why Pebble's files must be removed
	formatPrefix = "waybill state " // of what is in formatFile
)

// folder is a state folder that this process has locked.
type folder struct {
	fs   disk.FS
	dir  string
	lock *pebble.Lock
}

// lockFolder makes a folder if there is none and locks it.
func lockFolder(files disk.FS, dir string) (f folder, err error) {
	f = folder{fs: files, dir: dir}
	if err := f.make(dir); err != nil {
		return f, fmt.Errorf("making the state folder %s: %w", dir, err)
	}
	f.lock, err = pebble.LockDirectory(dir, files)
	switch {
	case err == nil:
		return f, nil
	case errors.Is(err, syscall.EAGAIN) || strings.Contains(err.Error(), "held by current process"):
		return f, fmt.Errorf("locking the state folder %s: %w: another process works with it; stop that one, or name another folder", dir, err)
	}
	files.Failure.Set(err)
	return f, err
}

func (f folder) unlock() error { return f.lock.Close() }

func (f folder) path(name string) string { return f.fs.PathJoin(f.dir, name) }

// make makes a folder and those above it, so that they survive a crash.
func (f folder) make(dir string) error {
	if _, err := f.fs.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := f.fs.PathDir(dir)
	if parent != dir {
		if err := f.make(parent); err != nil {
			return err
		}
	}
	if err := f.fs.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return f.sync(parent)
}

func (f folder) sync(dir string) error {
	opened, err := f.fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}

// prepare leaves a folder of this format: a new one, or the one that is there.
// What this release cannot use is removed; stale says why.
func (f folder) prepare() (stale string, err error) {
	version, err := f.version()
	if err != nil {
		return "", err
	}
	switch {
	case version > formatVersion:
		return "", fmt.Errorf("opening the state in %s: a newer release wrote it (format %d, this one reads up to %d): start that release, or remove the folder, and the state is restored from the changelog", f.dir, version, formatVersion)
	case version < formatVersion && version != noVersion:
		stale = fmt.Sprintf("an older release wrote it (format %d, this one writes %d)", version, formatVersion)
	default:
		stale, err = f.read(damageFile)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	if stale != "" {
		if err := f.clear(); err != nil {
			return "", err
		}
	}
	if version != formatVersion {
		return stale, f.write(formatFile, formatPrefix+strconv.Itoa(formatVersion)+"\n")
	}
	return stale, nil
}

// noVersion is that of an empty folder.
const noVersion = -1

// version returns the format of what is in the folder. A
// folder of something else is refused: it must not be mistaken for state that
// can be removed.
func (f folder) version() (int, error) {
	text, err := f.read(formatFile)
	if errors.Is(err, fs.ErrNotExist) {
		names, err := f.fs.List(f.dir)
		if err != nil {
			return 0, fmt.Errorf("opening the state in %s: %w", f.dir, err)
		}
		if slices.ContainsFunc(names, func(name string) bool { return name != lockFile && !strings.HasPrefix(name, formatFile) }) {
			return 0, fmt.Errorf("opening the state in %s: the folder has files in it and no file %q, so it was not made by this program: name an empty or a new folder", f.dir, formatFile)
		}
		return noVersion, nil
	}
	if err != nil {
		return 0, fmt.Errorf("opening the state in %s: %w", f.dir, err)
	}
	version, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(text, formatPrefix)))
	if err != nil || version < 0 {
		return 0, fmt.Errorf("opening the state in %s: its file %q says %q, which is no format: remove the folder, and the state is restored from the changelog", f.dir, formatFile, text)
	}
	return version, nil
}

// clear removes the state. The reason to do so goes last, so that a crash on
// the way leaves it.
func (f folder) clear() error {
	if err := f.fs.RemoveAll(f.path(pebbleFolder)); err != nil {
		return fmt.Errorf("removing the state in %s: %w", f.dir, err)
	}
	if err := f.sync(f.dir); err != nil {
		return fmt.Errorf("removing the state in %s: %w", f.dir, err)
	}
	if err := f.fs.Remove(f.path(damageFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the state in %s: %w", f.dir, err)
	}
	return nil
}

func (f folder) read(name string) (string, error) {
	opened, err := f.fs.Open(f.path(name))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(opened)
	return string(text), errors.Join(err, opened.Close())
}

// write makes a file whole or not at all.
func (f folder) write(name, text string) error {
	temporary := f.path(name + ".new")
	made, err := f.fs.Create(temporary, vfs.WriteCategoryUnspecified)
	if err != nil {
		return fmt.Errorf("writing to the state folder %s: %w", f.dir, err)
	}
	_, err = made.Write([]byte(text))
	if err = errors.Join(err, made.Sync(), made.Close()); err == nil {
		err = f.fs.Rename(temporary, f.path(name))
	}
	if err == nil {
		err = f.sync(f.dir)
	}
	if err != nil {
		return fmt.Errorf("writing to the state folder %s: %w", f.dir, err)
	}
	return nil
}
