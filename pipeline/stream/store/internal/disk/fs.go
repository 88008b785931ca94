package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// FS is a file system whose changes go nowhere once Failure is set. It sets
// Failure itself when the file system below fails a change, or fails to read
// for any reason but that the file does not exist.
type FS struct {
	vfs.FS

	Failure *Failure
}

var _ vfs.FS = FS{}

// Unwrap implements vfs.FS.
func (d FS) Unwrap() vfs.FS { return d.FS }

// change does what op does, or nothing. What failed passes for done.
func (f *Failure) change(op func() error) {
	if f.Err() != nil {
		return
	}
	if err := op(); err != nil {
		f.Set(err)
	}
}

// read returns err, and sets the failure for one that the disk is to blame for.
func (f *Failure) read(err error) error {
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, fs.ErrNotExist) {
		f.Set(err)
	}
	return err
}

// make opens a file for writing, or one that is nowhere.
func (f *Failure) make(open func() (vfs.File, error)) vfs.File {
	made := file{failure: f}
	f.change(func() (err error) {
		made.File, err = open()
		return err
	})
	return made
}

// Create implements vfs.FS.
func (d FS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return d.Failure.make(func() (vfs.File, error) { return d.FS.Create(name, category) }), nil
}

// OpenReadWrite implements vfs.FS.
func (d FS) OpenReadWrite(name string, category vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return d.Failure.make(func() (vfs.File, error) { return d.FS.OpenReadWrite(name, category, opts...) }), nil
}

// ReuseForWrite implements vfs.FS.
func (d FS) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return d.Failure.make(func() (vfs.File, error) { return d.FS.ReuseForWrite(oldname, newname, category) }), nil
}

// Open implements vfs.FS.
func (d FS) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	f, err := d.FS.Open(name, opts...)
	if err != nil {
		return nil, d.Failure.read(err)
	}
	return file{File: f, failure: d.Failure}, nil
}

// OpenDir implements vfs.FS.
func (d FS) OpenDir(name string) (vfs.File, error) {
	f, err := d.FS.OpenDir(name)
	if err != nil {
		return nil, d.Failure.read(err)
	}
	return file{File: f, failure: d.Failure}, nil
}

// Link implements vfs.FS.
func (d FS) Link(oldname, newname string) error {
	d.Failure.change(func() error { return d.FS.Link(oldname, newname) })
	return nil
}

// Remove implements vfs.FS.
func (d FS) Remove(name string) error {
	var missing error
	d.Failure.change(func() error {
		err := d.FS.Remove(name)
		if errors.Is(err, fs.ErrNotExist) {
			missing, err = err, nil
		}
		return err
	})
	return missing
}

// RemoveAll implements vfs.FS.
func (d FS) RemoveAll(name string) error {
	d.Failure.change(func() error { return d.FS.RemoveAll(name) })
	return nil
}

// Rename implements vfs.FS.
func (d FS) Rename(oldname, newname string) error {
	d.Failure.change(func() error { return d.FS.Rename(oldname, newname) })
	return nil
}

// MkdirAll implements vfs.FS.
func (d FS) MkdirAll(dir string, perm os.FileMode) error {
	d.Failure.change(func() error { return d.FS.MkdirAll(dir, perm) })
	return nil
}

// List implements vfs.FS.
func (d FS) List(dir string) ([]string, error) {
	names, err := d.FS.List(dir)
	return names, d.Failure.read(err)
}

// Stat implements vfs.FS.
func (d FS) Stat(name string) (vfs.FileInfo, error) {
	info, err := d.FS.Stat(name)
	return info, d.Failure.read(err)
}

// GetDiskUsage implements vfs.FS. It is advice only.
func (d FS) GetDiskUsage(path string) (vfs.DiskUsage, error) {
	usage, err := d.FS.GetDiskUsage(path)
	if err != nil {
		err = vfs.ErrUnsupported
	}
	return usage, err
}
