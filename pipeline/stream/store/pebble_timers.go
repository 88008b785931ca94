package store

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// Least and most timers that are read from the index at a time.
const (
	minRead = 64
	maxRead = 4096
)

// Timers implements Store.
func (s *pebbleStore) Timers() Timers { return &pebbleTimers{s: s} }

// pebbleTimers walks through the window, which it extends at its end. It keeps
// nothing of Pebble's open between two calls, so it may stay open for long.
type pebbleTimers struct {
	s    *pebbleStore
	next int // in the window
}

// Next implements Timers.
func (it *pebbleTimers) Next() (Timer, bool, error) {
	s := it.s
	if err := s.settle(); err != nil {
		return Timer{}, false, err
	}
	if it.next == len(s.window.timers) && !s.window.whole {
		if err := s.extend(); err != nil {
			return Timer{}, false, err
		}
	}
	if it.next == len(s.window.timers) {
		return Timer{}, false, nil
	}
	it.next++
	return s.window.timers[it.next-1], true, nil
}

// Close implements Timers.
func (*pebbleTimers) Close() error { return nil }

// extend reads the next timers of the index, more each time that a walk goes on.
func (s *pebbleStore) extend() error {
	if err := s.d.trouble(nil); err != nil {
		return err
	}
	it, err := s.d.db.NewIter(s.timersFrom(s.window.end))
	if err != nil {
		return s.d.trouble(err)
	}
	w := &s.window
	more := min(max(minRead, len(w.timers)), maxRead)
	ok := it.First()
	for ; ok && more > 0; ok = it.Next() {
		t, err := parseTimerKey(it.Key())
		if err != nil {
			return s.d.trouble(errors.Join(err, it.Close()))
		}
		w.timers = append(w.timers, t)
		more--
	}
	w.whole = !ok
	if ok {
		if w.end, err = parseTimerKey(it.Key()); err != nil {
			return s.d.trouble(errors.Join(err, it.Close()))
		}
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return s.d.trouble(err)
	}
	return nil
}

// timersFrom are the bounds of the index from a timer on.
func (s *pebbleStore) timersFrom(t Timer) *pebble.IterOptions {
	return &pebble.IterOptions{
		LowerBound: appendTimerKey(nil, s.partition, t.At, t.Key),
		UpperBound: append(appendPartition(nil, s.partition), timerKind+1),
	}
}
