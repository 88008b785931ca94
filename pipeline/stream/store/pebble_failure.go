package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// failurePause is between two tries of Pebble to do in the background what
// cannot be done any more.
const failurePause = 50 * time.Millisecond

// damage is content that is wrong though the disk has given what it has.
type damage struct{ error }

func (e damage) Unwrap() error { return e.error }

// trouble returns why no work can go on, nil while it can. The error, if there
// is one, becomes the reason unless there is an earlier one: that of the disk
// comes first, and what Pebble makes of it after it. Damage is marked in the
// folder, so that the next start removes it.
func (d *PebbleDatabase) trouble(err error) error {
	if err != nil && d.failure.Err() == nil {
		d.fail(err)
	}
	failed := d.failure.Err()
	switch {
	case failed == nil:
		return nil
	case errors.As(failed, &damage{}):
		return fmt.Errorf("using the state in %s: it is damaged: %w; it is removed at the next start and restored from the changelog", d.dir, failed)
	}
	return fmt.Errorf("using the state in %s: %w; nothing was written since. Give the disk room or mend it, and start again. The folder may be removed, or another one named: the state is then restored from the changelog", d.dir, failed)
}

func (d *PebbleDatabase) fail(cause error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failure.Err() != nil {
		return
	}
	if errors.Is(cause, fs.ErrNotExist) || pebble.IsCorruptionError(cause) {
		cause = damage{cause}
	}
	if errors.As(cause, &damage{}) {
		if err := d.folder.write(damageFile, cause.Error()); err != nil {
			cause = err
		}
	}
	d.failure.Set(cause)
	d.logger.Error("state cannot be used any more", "folder", d.dir, "error", d.failure.Err())
}

// background is called when work in the background has failed. Pebble tries
// again at once, so it is held up: there is nothing left to do but to close.
func (d *PebbleDatabase) background(err error) {
	_ = d.trouble(err) // is found by the next call
	timer := time.NewTimer(failurePause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.closing:
	}
}

// corrupted is called when what was read is wrong, before whoever read it hears
// of it.
func (d *PebbleDatabase) corrupted(what pebble.DataCorruptionInfo) {
	_ = d.trouble(damage{what.Details}) // is found by the next call
}

// pebbleLog hands on what Pebble logs.
type pebbleLog struct {
	*slog.Logger

	d *PebbleDatabase
}

// Infof implements pebble.Logger.
func (l pebbleLog) Infof(format string, args ...any) { l.Debug(fmt.Sprintf(format, args...)) }

// Errorf implements pebble.Logger.
func (l pebbleLog) Errorf(format string, args ...any) { l.Error(fmt.Sprintf(format, args...)) }

// Fatalf implements pebble.Logger. Pebble calls it when it contradicts itself.
// Nothing reaches the disk after it.
func (l pebbleLog) Fatalf(format string, args ...any) {
	_ = l.d.trouble(fmt.Errorf(format, args...)) // is found by the next call
}
