package disk

import (
	"io/fs"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// file is an open file of an FS. File is nil for one that is nowhere, because
// the disk had failed before it was made.
type file struct {
	vfs.File

	failure *Failure
}

// Close implements vfs.File. It may report that an earlier write failed.
func (f file) Close() error {
	if f.File == nil {
		return nil
	}
	if err := f.File.Close(); err != nil {
		f.failure.Set(err)
	}
	return nil
}

// Write implements vfs.File.
func (f file) Write(p []byte) (int, error) {
	f.failure.change(func() error { _, err := f.File.Write(p); return err })
	return len(p), nil
}

// WriteAt implements vfs.File.
func (f file) WriteAt(p []byte, off int64) (int, error) {
	f.failure.change(func() error { _, err := f.File.WriteAt(p, off); return err })
	return len(p), nil
}

// Preallocate implements vfs.File.
func (f file) Preallocate(offset, length int64) error {
	f.failure.change(func() error { return f.File.Preallocate(offset, length) })
	return nil
}

// Sync implements vfs.File.
func (f file) Sync() error {
	f.failure.change(func() error { return f.File.Sync() })
	return nil
}

// SyncData implements vfs.File.
func (f file) SyncData() error {
	f.failure.change(func() error { return f.File.SyncData() })
	return nil
}

// SyncTo implements vfs.File.
func (f file) SyncTo(length int64) (full bool, err error) {
	f.failure.change(func() (err error) {
		full, err = f.File.SyncTo(length)
		return err
	})
	return full, nil
}

// Read implements vfs.File.
func (f file) Read(p []byte) (int, error) {
	if f.File == nil {
		return 0, fs.ErrNotExist
	}
	n, err := f.File.Read(p)
	return n, f.failure.read(err)
}

// ReadAt implements vfs.File.
func (f file) ReadAt(p []byte, off int64) (int, error) {
	if f.File == nil {
		return 0, fs.ErrNotExist
	}
	n, err := f.File.ReadAt(p, off)
	return n, f.failure.read(err)
}

// Stat implements vfs.File.
func (f file) Stat() (vfs.FileInfo, error) {
	if f.File == nil {
		return nil, fs.ErrNotExist
	}
	info, err := f.File.Stat()
	return info, f.failure.read(err)
}

// Prefetch implements vfs.File. It is advice only.
func (f file) Prefetch(offset, length int64) error {
	if f.File != nil {
		_ = f.File.Prefetch(offset, length)
	}
	return nil
}

// Fd implements vfs.File.
func (f file) Fd() uintptr {
	if f.File == nil {
		return vfs.InvalidFd
	}
	return f.File.Fd()
}
