package stream

import (
	"fmt"

	"waybill/pipeline/stream/store"
)

// overlayTimers are the wake-ups of the store and, over them, those of the
// open transaction. The soonest is remembered from one transaction to the
// next, so that a task that nothing is due for never asks the store (rule E9).
type overlayTimers struct {
	store   store.Store
	entries map[string]*entry // those of the transaction hide the store's
	set     store.TimerHeap   // by the transaction; stale ones stay until they come up

	head    store.Timer // the first of the store's that is not hidden
	hasHead bool
	known   bool         // head and hasHead are
	walk    store.Timers // past head; nil until the transaction hides that
}

// next returns the wake-up that is due first.
func (t *overlayTimers) next() (store.Timer, bool, error) {
	for t.set.Len() > 0 && t.entries[t.set.First().Key].wakeAt != t.set.First().At {
		t.set.Pop()
	}
	if err := t.advance(); err != nil {
		return store.Timer{}, false, err
	}
	switch {
	case t.set.Len() == 0:
		return t.head, t.hasHead, nil
	case !t.hasHead || t.set.First().Before(t.head):
		return t.set.First(), true, nil
	}
	return t.head, true, nil
}

// advance moves head past what is hidden. The store does not change
// meanwhile, so it never has to go back.
func (t *overlayTimers) advance() (err error) {
	if t.known && (!t.hasHead || !t.hidden(t.head.Key)) {
		return nil
	}
	begun := t.walk == nil
	if begun {
		t.walk = t.store.Timers()
	}
	for steps := 1; ; steps++ {
		if t.head, t.hasHead, err = t.walk.Next(); err != nil {
			return storeError{fmt.Errorf("reading timers from the store: %w", err)}
		}
		if t.hasHead && t.hidden(t.head.Key) {
			continue
		}
		t.known = true
		if begun && steps == 1 { // there is no telling how long head will do
			return t.close()
		}
		return nil
	}
}

func (t *overlayTimers) hidden(key string) bool {
	e := t.entries[key]
	return e != nil && e.place > 0
}

// settle is called before the store follows the transaction: what comes first
// now is the store's head then.
func (t *overlayTimers) settle() (err error) {
	if t.head, t.hasHead, err = t.next(); err != nil {
		return err
	}
	t.set.Clear()
	return t.close()
}

// drop forgets the transaction's wake-ups.
func (t *overlayTimers) drop() error {
	t.set.Clear()
	t.known = false
	return t.close()
}

// close ends the walk.
func (t *overlayTimers) close() error {
	if t.walk == nil {
		return nil
	}
	err := t.walk.Close()
	t.walk = nil
	if err != nil {
		return storeError{fmt.Errorf("closing the timers of the store: %w", err)}
	}
	return nil
}
