package store

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// failurePause is between two tries of Pebble to do in the background what
// cannot be done any more.
const failurePause = 50 * time.Millisecond

// damage is content that is wrong though the disk has given what it has.
type damage struct{ error }

// trouble returns why no work can go on, nil while it can. An error that Pebble
// returns is the disk's fault when that has failed; else it is damage, and the
// folder is marked so that the next start removes it.
func (d *PebbleDatabase) trouble(err error) error {
	if err != nil && d.failure.Err() == nil {
		d.condemn(err)
	}
	failed := d.failure.Err()
	switch {
	case failed == nil:
		return nil
	case errors.As(failed, &damage{}):
		return fmt.Errorf("using the state in %s: it is damaged: %w; it is removed at the next start and restored from the changelog", d.dir, failed)
	}
	return fmt.Errorf("using the state in %s: %w; nothing was written since. Give the disk room or mend it, then start again; the folder may be removed or another one named, the state is then restored from the changelog", d.dir, failed)
}

func (d *PebbleDatabase) condemn(cause error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failure.Err() != nil {
		return
	}
	if err := d.folder.write(damageFile, cause.Error()); err != nil {
		d.logger.Error("damaged state could not be marked", "folder", d.dir, "error", err)
	}
	d.failure.Set(damage{cause})
	d.logger.Error("state is damaged", "folder", d.dir, "error", cause)
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
