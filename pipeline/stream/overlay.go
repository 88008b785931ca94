package stream

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/store"
)

// overlay holds the changes of the open transaction over a store that holds
// committed ones only (rule E2). Values are decoded when a call first needs
// them and encoded once, at the commit. Between transactions it is a cache of
// decoded values (rule E12): a key that is used again is neither read from the
// store nor decoded.
type overlay struct {
	job     job.Job
	store   store.Store
	budget  *cacheBudget
	entries map[string]*entry // of the transaction and of the cache
	order   []change          // of the transaction, in order of first change, so that commits are repeatable
	bytes   int               // rough size of what the transaction has loaded
	cache   cache
	whole   bool     // all keys that the store has are in entries
	spare   []*entry // given up by the cache, to be used again
	fresh   []entry  // never used: many are allocated at once
	wakes   overlayTimers
	values  job.Arena      // for encoded values
	diff    []store.Change // what differs from the store, as last encoded
	differ  []*change      // whose it is
}

// change is an entry that the transaction has changed.
type change struct {
	*entry
	cause cause // of the last change
}

// entryChunk is how many entries are allocated at once. One that stays in the
// cache alone keeps the room of as many, which is little beside their values.
const entryChunk = 16

// newOverlay makes an overlay that has its share of the budget until close. The
// store must know its size: the last that was done to it was no Load.
func newOverlay(j job.Job, s store.Store, budget *cacheBudget) *overlay {
	budget.tasks.Add(1)
	o := &overlay{job: j, store: s, budget: budget, entries: map[string]*entry{}, whole: empty(s)}
	o.wakes = overlayTimers{store: s, entries: o.entries}
	return o
}

func empty(s store.Store) bool {
	keys, _ := s.Size()
	return keys == 0
}

// load returns a key's entry, with its value decoded. It counts as changed
// only once it is given to keep; if it is not, it must be given to leave.
func (o *overlay) load(key string) (*entry, error) {
	e, err := o.peek(key)
	if err != nil {
		return nil, err
	}
	return e, e.unseal(o.job)
}

// peek is load without decoding. The caller must not change the state.
func (o *overlay) peek(key string) (*entry, error) {
	if e := o.entries[key]; e != nil {
		e.used = true
		return e, nil
	}
	var base []byte
	if !o.whole { // to find that a key is absent costs the store most
		var err error
		if base, err = o.store.Get(key); err != nil {
			return nil, storeError{fmt.Errorf("reading key %q from the store: %w", key, err)}
		}
	}
	e := o.blank()
	e.key = key
	return e, e.read(base)
}

// blank returns an entry to be filled.
func (o *overlay) blank() *entry {
	last := len(o.spare) - 1
	if last < 0 {
		if len(o.fresh) == 0 {
			o.fresh = make([]entry, entryChunk)
		}
		e := &o.fresh[0]
		o.fresh, e.own = o.fresh[1:], true
		return e
	}
	e := o.spare[last]
	o.spare[last] = nil
	o.spare = o.spare[:last]
	return e
}

// keep makes an entry part of the transaction.
func (o *overlay) keep(e *entry, c cause) {
	if e.place > 0 {
		o.order[e.place-1].cause = c
	} else {
		if e.slot == 0 {
			o.entries[e.key] = e
		}
		o.order = append(o.order, change{e, c})
		e.place = int32(len(o.order))
		o.bytes += e.cost()
	}
	if e.wakeAt != 0 {
		o.wakes.set.Push(store.Timer{At: e.wakeAt, Key: e.key})
	}
}

// leave takes back an entry that a call saw and did not change. The call may
// have changed the state in place, and that must not stay.
func (o *overlay) leave(e *entry) {
	if e.place > 0 || !e.stored {
		return
	}
	e.seal()
	if e.slot == 0 {
		o.entries[e.key] = e
		o.cache.add(e)
		o.bytes += e.cost()
	}
}

// span returns keys that begin with prefix and do not come before from, in
// order: the next in the store, with their values, as many as the limit allows,
// and those among them that the transaction has added. more tells that others
// come after them. What the store has may be out of date.
func (o *overlay) span(prefix, from string, limit store.Limit) (items []store.Item, more bool, err error) {
	if items, more, err = o.store.Range(nil, prefix, from, limit); err != nil {
		return nil, false, storeError{fmt.Errorf("reading keys from the store: %w", err)}
	}
	var last string
	if len(items) > 0 {
		last = items[len(items)-1].Key
	}
	for _, c := range o.order {
		if !c.stored && strings.HasPrefix(c.key, prefix) && c.key >= from && (!more || c.key < last) {
			items = append(items, store.Item{Key: c.key})
		}
	}
	slices.SortFunc(items, func(a, b store.Item) int { return strings.Compare(a.Key, b.Key) })
	return items, more, nil
}

// meet is peek for a key that span has just returned.
func (o *overlay) meet(item store.Item) (*entry, error) {
	if item.Value == nil || o.entries[item.Key] != nil {
		return o.peek(item.Key)
	}
	e := o.blank()
	e.key = item.Key
	return e, e.read(item.Value)
}

// pass takes back an entry that a call by name saw and did not change. Such a
// call goes over many keys that nothing else is to do with, so it is no reason
// to keep one in the cache.
func (o *overlay) pass(e *entry) {
	switch {
	case e.place > 0 || e.slot > 0 || !e.stored:
		o.leave(e)
	case len(o.spare) == 0:
		e.blank()
		o.spare = append(o.spare, e)
	}
}

// same tells whether what a call by name has put is what the store has, in a
// transaction that has not changed the key before. A later wake-up is the same:
// who looked too early looks again when it was to, and asks for the next then.
func (o *overlay) same(e *entry, limit int) bool {
	if e.place > 0 || !e.stored {
		return false
	}
	value, err := e.encode(o.job, o.values.Room(len(e.base)+64), limit)
	if err != nil || len(value) < envelopeHead {
		return false
	}
	stands := envelopeWake(e.base)
	return bytes.Equal(value[envelopeHead:], e.base[envelopeHead:]) && (e.wakeAt == stands || 0 < stands && stands < e.wakeAt)
}

// next returns the wake-up that is due first.
func (o *overlay) next() (store.Timer, bool, error) { return o.wakes.next() }

// changes encodes what differs from the store. A key that was absent and is
// absent again, or that has its old value again, is no change: work that
// comes and goes within a transaction leaves no trace (rules E3, W1). The
// changes are good until the transaction is over.
func (o *overlay) changes(limit int) ([]store.Change, error) {
	o.diff, o.differ = o.diff[:0], o.differ[:0]
	for i := range o.order {
		e := &o.order[i]
		value, err := e.encode(o.job, o.values.Room(len(e.base)+64), limit)
		if err != nil {
			return nil, &poison{cause: e.cause, err: err, suspect: e.key}
		}
		if (value != nil) == e.stored && bytes.Equal(value, e.envelope()) {
			continue
		}
		o.diff = append(o.diff, store.Change{Key: e.key, Value: o.values.Take(value), WakeAt: e.wakeAt, Former: e.former()})
		o.differ = append(o.differ, e)
	}
	return o.diff, nil
}

// commit makes the store follow a transaction that is committed for certain.
// Its changes are those that were encoded last. The mark is where they lie, or
// the store's own if there are none and it is to stay.
func (o *overlay) commit(mark store.Mark) error {
	if err := o.wakes.settle(); err != nil {
		return err
	}
	if len(o.diff) > 0 || mark != o.store.Mark() {
		if err := apply(o.store, store.Batch{Changes: o.diff, Mark: mark}); err != nil {
			return err
		}
	}
	for i, e := range o.differ {
		e.rebase(o.diff[i].Value)
	}
	for _, e := range o.order {
		e.place = 0
		if e.sealed || !e.stored {
			o.cache.remove(e.entry)
			delete(o.entries, e.key)
			o.whole = o.whole && !e.stored
			continue
		}
		o.cache.add(e.entry)
	}
	o.evict()
	o.forget()
	o.values.Again()
	return nil
}

// evict makes the cache fit its share. Some of the entries that go are spared
// for the next transaction, which may want as many as the last.
func (o *overlay) evict() {
	for share := o.budget.share(); o.cache.bytes > share; {
		e := o.cache.next()
		o.cache.remove(e)
		delete(o.entries, e.key)
		o.whole = false
		if len(o.spare) < len(o.order) {
			e.blank()
			o.spare = append(o.spare, e)
		}
	}
}

// forget makes the transaction empty.
func (o *overlay) forget() {
	clear(o.order)
	clear(o.diff)
	clear(o.differ)
	o.order, o.diff, o.differ, o.bytes = o.order[:0], o.diff[:0], o.differ[:0], 0
}

// drop undoes all changes. A call may have changed cached values and failed,
// so they go too.
func (o *overlay) drop() error {
	clear(o.entries)
	o.forget()
	o.values = job.Arena{} // the client may still read it
	o.cache, o.whole = cache{}, empty(o.store)
	return o.wakes.drop()
}

// close drops all, and leaves the share of the budget to others.
func (o *overlay) close() error {
	o.budget.tasks.Add(-1)
	return o.drop()
}

// storeError is a failure of the store itself: no record is to blame, and
// going on might give wrong answers.
type storeError struct{ error }

func (e storeError) Unwrap() error { return e.error }

func isStoreError(err error) bool { return errors.As(err, &storeError{}) }
