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
	def(&opts.FS, vfs.Default)
	def(&opts.MemTableBytes, 64<<20)
	if opts.Cache == nil {
		def(&opts.CacheBytes, 128<<20)
		opts.Cache = NewPebbleCache(opts.CacheBytes, opts.MemTableBytes)
		defer opts.Cache.Unref() // Pebble has taken its own reference by then
	}
	d, err := tryOpen(dir, opts)
	if errors.As(err, &damage{}) {
		d, err = tryOpen(dir, opts) // removes it
	}
	return d, err
}

func tryOpen(dir string, opts PebbleOptions) (*PebbleDatabase, error) {
	failure := disk.NewFailure()
	d := &PebbleDatabase{
		dir: dir, failure: failure, logger: opts.Logger,
		closing: make(chan struct{}), marks: map[int32]Mark{}, open: map[int32]*pebbleStore{}, memTable: opts.MemTableBytes,
	}
	var err error
	if d.folder, err = lockFolder(disk.FS{FS: opts.FS, Failure: failure}, dir); err == nil {
		if err = d.start(opts); err != nil {
			_ = d.folder.unlock() // what is wrong already tells more
		}
	}
	if err == nil {
		return d, nil
	}
	if failed := d.trouble(nil); failed != nil {
		err = failed
	}
	return nil, err
}

// start starts Pebble in a locked folder and reads what is held.
func (d *PebbleDatabase) start(opts PebbleOptions) error {
	stale, err := d.folder.prepare()
	if err != nil {
		return err
	}
	if stale != "" {
		d.logger.Warn("state is removed and will be restored from the changelog", "folder", d.dir, "reason", stale)
	}
	if d.db, err = pebble.Open(d.folder.path(pebbleFolder), d.pebbleOptions(opts)); err != nil {
		// Unless the disk has failed, it has done all that was asked of it:
		// then what lies there is wrong, whatever Pebble calls it.
		return d.trouble(damage{err})
	}
	if err = d.trouble(d.readMarks()); err != nil {
		close(d.closing)
		_ = d.db.Close() // what is wrong already tells more
	}
	return err
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
