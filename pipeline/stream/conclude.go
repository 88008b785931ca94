package stream

import (
	"errors"
	"fmt"

	"waybill/pipeline/stream/job"
)

// conclude lets the job write how the keys stand that the open transaction has
// changed, each once (job.Concluder). Readers of committed records see nothing
// of what would have lain between.
func (t *task) conclude(fx effects) error {
	j, ok := t.job.(job.Concluder)
	if !ok {
		return nil
	}
	for _, changed := range t.state.order {
		if err := t.concludeOn(j, changed.entry, changed.cause, changed.key, fx); err != nil {
			return &poison{task: t, cause: changed.cause, err: err, suspect: changed.key}
		}
	}
	return nil
}

// concludeWatched concludes after a call, if the key is watched. An error is the
// call's.
func (t *task) concludeWatched(e *entry, c cause, fx effects) error {
	j, ok := t.job.(job.Concluder)
	if !ok || e.place == 0 || t.watched[e.key] == nil {
		return nil
	}
	if err := t.concludeOn(j, e, c, "", fx); err != nil {
		return t.blame(c, err)
	}
	return nil
}

// concludeOn concludes an entry that has a value which a call has put.
func (t *task) concludeOn(j job.Concluder, e *entry, c cause, suspect string, fx effects) error {
	if e.sealed || e.state == nil {
		return nil
	}
	call := &t.current
	call.Reset(e.key, t.partition, t.streamTime, e.state, fromMillis(e.wakeAt), t.tables)
	if err := guard(func() error { return j.Conclude(call) }); err != nil {
		return fmt.Errorf("concluding key %q: %w", e.key, err)
	}
	if call.Changed() || len(call.Work()) > 0 {
		return fmt.Errorf("concluding key %q: %w", e.key, errConcluded)
	}
	return t.emit(call, c, suspect, fx)
}

var errConcluded = errors.New("the job asked for more than to emit")
