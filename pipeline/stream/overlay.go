package stream

import (
	"errors"
	"fmt"
	"slices"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/store"
)

// overlay holds the changes of the open transaction over a store that holds
// committed ones only (rule E2). Values are decoded when a call first needs
// them and encoded once, at the commit.
type overlay struct {
	job     job.Job
	store   store.Store
	entries map[string]*entry
	order   []*entry        // in order of first change, so that commits are repeatable
	wakes   store.TimerHeap // wake-ups set in this transaction; stale ones stay until they come up
	timers  store.Timers
	timer   store.Timer // the first of timers that no entry hides
	hasNext bool
	bytes   int // rough size of what entries hold
}

// entry is a key's value within the transaction.
type entry struct {
	key    string
	base   []byte // the envelope in the store, nil for none
	state  any
	wakeAt int64
	cause  cause // of the last change
	kept   bool  // in entries
}

// sealed is a state that could not be or need not be decoded: the payload as
// it lies in the store.
type sealed []byte

func newOverlay(j job.Job, s store.Store) *overlay {
	return &overlay{job: j, store: s, entries: map[string]*entry{}}
}

// load returns a key's entry, with its value decoded. It counts as changed
// only once it is given to keep.
func (o *overlay) load(key string) (*entry, error) {
	e, err := o.peek(key)
	if err != nil {
		return nil, err
	}
	if payload, ok := e.state.(sealed); ok {
		if e.state, err = decodeState(o.job, payload); err != nil {
			e.state = payload
			return nil, fmt.Errorf("decoding the state of key %q: %w", key, err)
		}
	}
	return e, nil
}

// peek is load without decoding.
func (o *overlay) peek(key string) (*entry, error) {
	if e := o.entries[key]; e != nil {
		return e, nil
	}
	base, err := o.store.Get(key)
	if err != nil {
		return nil, storeError{fmt.Errorf("reading key %q from the store: %w", key, err)}
	}
	e := &entry{key: key, base: base}
	if base == nil {
		return e, nil
	}
	wakeAt, payload, err := parseEnvelope(base)
	if err != nil {
		return nil, err
	}
	if e.wakeAt = wakeAt; len(payload) > 0 {
		e.state = sealed(payload)
	}
	return e, nil
}

// keep makes an entry part of the transaction.
func (o *overlay) keep(e *entry, c cause) {
	e.cause = c
	if !e.kept {
		e.kept = true
		o.entries[e.key] = e
		o.order = append(o.order, e)
		o.bytes += len(e.key) + len(e.base) + 256
	}
	if e.wakeAt != 0 {
		o.wakes.Push(store.Timer{At: e.wakeAt, Key: e.key})
	}
}

// next returns the wake-up that is due first, of the store's and the
// transaction's.
func (o *overlay) next() (store.Timer, bool, error) {
	for o.wakes.Len() > 0 && o.entries[o.wakes.First().Key].wakeAt != o.wakes.First().At {
		o.wakes.Pop()
	}
	if err := o.advance(); err != nil {
		return store.Timer{}, false, err
	}
	switch {
	case o.wakes.Len() == 0:
		return o.timer, o.hasNext, nil
	case !o.hasNext || o.wakes.First().Before(o.timer):
		return o.wakes.First(), true, nil
	}
	return o.timer, true, nil
}

// advance moves the walk through the store's timers past those of keys that
// the transaction has changed. The store does not change meanwhile, so the
// walk never has to go back.
func (o *overlay) advance() (err error) {
	if o.timers == nil {
		o.timers = o.store.Timers()
		if o.timer, o.hasNext, err = o.timers.Next(); err != nil {
			return storeError{fmt.Errorf("reading timers from the store: %w", err)}
		}
	}
	for o.hasNext && o.entries[o.timer.Key] != nil {
		if o.timer, o.hasNext, err = o.timers.Next(); err != nil {
			return storeError{fmt.Errorf("reading timers from the store: %w", err)}
		}
	}
	return nil
}

// changes encodes what differs from the store. A key that was absent and is
// absent again, or that has its old value again, is no change: work that
// comes and goes within a transaction leaves no trace (rules E3, W1).
func (o *overlay) changes(limit int) ([]store.Change, error) {
	out := make([]store.Change, 0, len(o.order))
	for _, e := range o.order {
		value, err := o.encode(e, limit)
		if err != nil {
			return nil, &poison{cause: e.cause, err: err, suspect: e.key}
		}
		if (value == nil) == (e.base == nil) && slices.Equal(value, e.base) {
			continue
		}
		out = append(out, store.Change{Key: e.key, Value: value, WakeAt: e.wakeAt})
	}
	return out, nil
}

// encode returns an entry's envelope, nil for a key without value and wake-up.
func (o *overlay) encode(e *entry, limit int) (value []byte, err error) {
	if e.state == nil && e.wakeAt == 0 {
		return nil, nil
	}
	value = appendEnvelopeHead(make([]byte, 0, len(e.base)+64), e.wakeAt)
	switch state := e.state.(type) {
	case nil:
		return value, nil
	case sealed:
		return append(value, state...), nil
	}
	value, err = encodeState(o.job, value, e.state)
	if err != nil {
		return nil, fmt.Errorf("encoding the state of key %q: %w", e.key, err)
	}
	if len(value)+len(e.key) > limit {
		return nil, sizeError{fmt.Errorf("encoding the state of key %q: %d bytes are more than a record may have (%d)", e.key, len(value), limit)}
	}
	return value, nil
}

// reset drops all changes. It comes before the store is changed.
func (o *overlay) reset() error {
	clear(o.entries)
	clear(o.order)
	o.wakes.Clear()
	o.order, o.bytes = o.order[:0], 0
	if o.timers == nil {
		return nil
	}
	err := o.timers.Close()
	o.timers = nil
	if err != nil {
		return storeError{fmt.Errorf("closing the timers of the store: %w", err)}
	}
	return nil
}

// storeError is a failure of the store itself: no record is to blame, and
// going on might give wrong answers.
type storeError struct{ error }

func (e storeError) Unwrap() error { return e.error }

func isStoreError(err error) bool { return errors.As(err, &storeError{}) }
