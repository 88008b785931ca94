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
	s.mu.Lock()
	defer s.mu.Unlock()
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

// extend brings the next timers into the window, more each time that a walk goes
// on: those of Pebble's index that still stand, and young ones.
func (s *pebbleStore) extend() error {
	if err := s.d.trouble(nil); err != nil {
		return err
	}
	it, err := s.d.db.NewIter(s.timersFrom(s.window.end))
	if err != nil {
		return s.d.trouble(err)
	}
	u := upcoming{young: &s.young, it: it}
	err = u.read(it.First())
	w := &s.window
	t, ok := u.first()
	for more := min(max(minRead, len(w.timers)), maxRead); err == nil && ok && more > 0; more-- {
		w.timers = append(w.timers, t)
		err = u.pass(t)
		t, ok = u.first()
	}
	w.end, w.whole = t, !ok
	return s.d.trouble(errors.Join(err, it.Error(), it.Close()))
}

// upcoming walks through the timers that are not in the window yet.
type upcoming struct {
	young *young
	it    *pebble.Iterator // over the index
	head  Timer            // where it stands
	has   bool             // it stands somewhere
}

// read takes in where the iterator stands, or the next place that still stands.
func (u *upcoming) read(ok bool) (err error) {
	for u.has = false; ok; ok = u.it.Next() {
		if u.head, err = parseTimerKey(u.it.Key()); err != nil {
			return err
		}
		if u.young.stands(u.head) {
			u.has = true
			return nil
		}
	}
	return nil
}

// first returns the soonest timer.
func (u *upcoming) first() (t Timer, ok bool) {
	t, ok = u.young.next()
	if u.has && (!ok || u.head.Before(t)) {
		return u.head, true
	}
	return t, ok
}

// pass goes past the timer that first has returned: it may be in both.
func (u *upcoming) pass(t Timer) error {
	u.young.pass(t)
	if u.has && u.head == t {
		return u.read(u.it.Next())
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
