package stream

import (
	"errors"
	"time"

	"waybill/pipeline/stream/job"
)

// pendingRetry is how long a task whose next record cannot be read yet waits
// before it tries again.
const pendingRetry = 50 * time.Millisecond

// pending is a record that cannot be read yet, though nothing is wrong with it.
// Its task waits before it; the worker, its other tasks and its place in the
// group go on.
type pending struct{ error }

// notYet tells whether a record is to wait, going by what Decode said of it.
func notYet(err error) bool {
	wait, says := errors.AsType[job.NotYet](err)
	return says && wait.NotYet()
}

// await leaves the next record where it is, because of err. touched is whether
// the task had done anything before it came to that record.
func (t *task) await(err error, touched bool) {
	if t.awaits == "" {
		t.cfg.Logger.Info("a record cannot be read yet; its partition waits", "app", t.cfg.App, "partition", t.partition, "reason", err)
	}
	t.awaits, t.touched = err.Error(), touched
}
