package store

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"waybill/pipeline/stream/store/internal/disk"
)

// OpenPebble opens the state in a folder, which it makes if there is none.
//
// State that is damaged, or of an older format, is removed and the reason
// logged: the changelog is the truth, and the runtime restores from it. State
// of a newer format is refused, and so is a folder that another process has,
// that holds anything else, or whose disk fails.
func OpenPebble(dir string, opts PebbleOptions) (*PebbleDatabase, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.FS == nil {
		opts.FS = vfs.Default
	}
	failure := disk.NewFailure()
	files := disk.FS{FS: opts.FS, Failure: failure}
	d := &PebbleDatabase{
		dir: dir, failure: failure, logger: opts.Logger,
		closing: make(chan struct{}), marks: map[int32]Mark{},
	}
	var err error
	if d.folder, err = lockFolder(files, dir); err != nil {
		return nil, errors.Join(err, d.trouble(nil))
	}
	if err = d.open(opts); err != nil {
		return nil, errors.Join(err, d.folder.unlock())
	}
	return d, nil
}

// open opens a locked folder.
func (d *PebbleDatabase) open(opts PebbleOptions) error {
	stale, err := d.folder.prepare()
	if err = errors.Join(err, d.trouble(nil)); err != nil {
		return err
	}
	if stale != "" {
		d.tellRemoved(stale)
	}
	if opts.Cache == nil {
		def(&opts.CacheBytes, 128<<20)
		opts.Cache = pebble.NewCache(opts.CacheBytes)
		defer opts.Cache.Unref() // Pebble has taken its own reference by then
	}
	err = d.start(opts)
	if err == nil || d.failure.Err() != nil {
		return err
	}
	// The disk has done all that was asked of it, so what lies there is wrong.
	d.tellRemoved(err.Error())
	if err := d.folder.clear(); err != nil {
		return err
	}
	if err := d.start(opts); err != nil {
		return fmt.Errorf("making new state in %s: %w", d.dir, err)
	}
	return nil
}

func (d *PebbleDatabase) tellRemoved(reason string) {
	d.logger.Warn("state is removed and will be restored from the changelog", "folder", d.dir, "reason", reason)
}

// start starts Pebble and reads what is held of each partition.
func (d *PebbleDatabase) start(opts PebbleOptions) (err error) {
	d.db, err = pebble.Open(d.folder.path(pebbleFolder), d.pebbleOptions(opts))
	if d.failure.Err() != nil {
		if err == nil {
			_ = d.db.Close() // of what is nowhere
		}
		return d.trouble(nil)
	}
	if err != nil {
		return err
	}
	if err := d.readMarks(); err != nil {
		_ = d.db.Close() // the first error tells
		if d.failure.Err() != nil {
			return d.trouble(nil)
		}
		return err
	}
	return nil
}

// readMarks goes from each partition's first key to the next partition's.
func (d *PebbleDatabase) readMarks() (err error) {
	it, err := d.db.NewIter(nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; {
		partition, err := partitionOf(it.Key())
		if err != nil {
			return err
		}
		data, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		m, err := parseMeta(data)
		if err != nil {
			return fmt.Errorf("partition %d: %w", partition, err)
		}
		d.marks[partition] = m.mark
		ok = it.SeekGE(appendPartition(nil, partition+1))
	}
	return it.Error()
}

// def sets what is zero.
func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
