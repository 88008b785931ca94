package store

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// pebbleStore is the store of a partition in a PebbleDatabase. What was applied
// last is young and lies in memory; the rest is in Pebble.
type pebbleStore struct {
	partition int32
	d         *PebbleDatabase

	mu     sync.Mutex // between its user and a Flush of the database
	meta   meta
	window window
	young  young
	reader reader
	dirty  bool // the mark, or more, is not in Pebble yet

	key, value []byte   // scratch
	order      []string // scratch
	sorting    []int32  // scratch
	gone, came []Timer  // scratch
}

// Get implements Store.
func (s *pebbleStore) Get(key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, changed := s.young.values[key]; changed {
		return slices.Clone(v.data), s.d.trouble(nil)
	}
	_, value, err := s.stored(key)
	return slices.Clone(value), err
}

// stored returns what Pebble has of a key, good until the next look at it.
func (s *pebbleStore) stored(key string) (wakeAt int64, value []byte, err error) {
	s.key = appendValueKey(s.key[:0], s.partition, key)
	data, err := s.read(s.key)
	if data == nil || err != nil {
		return 0, nil, err
	}
	if wakeAt, value, err = parseValue(data); err != nil {
		return 0, nil, s.d.trouble(err)
	}
	return wakeAt, value, nil
}

// Apply implements Store.
func (s *pebbleStore) Apply(b Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := errors.Join(s.d.trouble(nil), s.settle()); err != nil {
		return err
	}
	before := s.young.bytes
	last := lastOfUnknown(b.Changes)
	for i := range b.Changes {
		c := &b.Changes[i]
		if at, unknown := last[c.Key]; unknown && at != i {
			continue
		}
		if err := s.change(c); err != nil {
			return err
		}
	}
	s.rewind()
	s.meta.mark, s.dirty = b.Mark, true
	s.d.hold(s.partition, b.Mark)
	s.d.young.Add(int64(s.young.bytes - before))
	s.reader.close()
	if s.young.bytes < s.d.share() {
		return nil
	}
	return s.drain()
}

// lastOfUnknown tells where a key comes last, for those of which the caller
// does not know what there was: only they may come twice.
func lastOfUnknown(changes []Change) map[string]int {
	var last map[string]int
	for i, c := range changes {
		if c.Former.Known {
			continue
		}
		if last == nil {
			last = make(map[string]int, len(changes)-i)
		}
		last[c.Key] = i
	}
	return last
}

// change takes a change of a value and of the counts, and notes that of the
// wake-up.
func (s *pebbleStore) change(c *Change) error {
	former, err := s.former(c)
	if err != nil {
		return err
	}
	if former.Known {
		s.meta.keys--
		s.meta.bytes -= int64(len(c.Key) + former.Bytes)
	}
	wakeAt := c.WakeAt
	if c.Value == nil {
		wakeAt = 0
	} else {
		s.meta.keys++
		s.meta.bytes += int64(len(c.Key) + len(c.Value))
	}
	s.young.put(c, former)
	if former.WakeAt == wakeAt {
		return nil
	}
	if former.WakeAt != 0 {
		s.gone = append(s.gone, Timer{former.WakeAt, c.Key})
	}
	if wakeAt != 0 {
		s.came = append(s.came, Timer{wakeAt, c.Key})
	}
	return nil
}

// former is what the store has of a key; Known tells whether it has it.
func (s *pebbleStore) former(c *Change) (Former, error) {
	if f, known := s.young.former(c.Key); known {
		return f, nil
	}
	if f := c.Former; f.Known {
		f.Known = f.Bytes > 0
		return f, nil
	}
	wakeAt, value, err := s.stored(c.Key)
	return Former{value != nil, len(value), wakeAt}, err
}

// rewind brings the wake-ups of a batch into the window, or to those beyond it.
func (s *pebbleStore) rewind() {
	for _, t := range s.came {
		if !s.window.covers(t) {
			s.young.later(t)
		}
	}
	for _, t := range s.window.change(s.gone, s.came) {
		s.young.later(t)
	}
	s.forget()
}

func (s *pebbleStore) put(batch *pebble.Batch, c *Change) {
	if c.Value == nil {
		s.key = appendValueKey(s.key[:0], s.partition, c.Key)
		_ = batch.Delete(s.key, nil) // as all of these: into memory, without fail
		return
	}
	place := batch.SetDeferred(valueHead+len(c.Key), wakeBytes(c.WakeAt)+len(c.Value))
	appendValueKey(place.Key[:0], s.partition, c.Key)
	appendValue(place.Value[:0], c.WakeAt, c.Value)
	_ = place.Finish()
}

// commit writes a batch, with the meta as it is after it.
func (s *pebbleStore) commit(batch *pebble.Batch) error {
	if err := s.d.trouble(nil); err != nil {
		return err
	}
	s.key, s.value = appendMetaKey(s.key[:0], s.partition), s.meta.append(s.value[:0])
	_ = batch.Set(s.key, s.value, nil)
	if err := batch.Commit(pebble.NoSync); err != nil {
		return s.d.trouble(err)
	}
	s.dirty = false
	s.d.hold(s.partition, s.meta.mark)
	return s.d.trouble(batch.Close())
}

// Load implements Store. What is loaded is not young: it is much, and nobody
// looks for it before all of it is there.
func (s *pebbleStore) Load(b Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.drain(); err != nil {
		return err
	}
	batch := s.d.db.NewBatchWithSize(batchBytes(b.Changes))
	for _, i := range s.sorted(b.Changes) {
		s.put(batch, &b.Changes[i])
	}
	s.meta.mark, s.meta.loaded = b.Mark, true
	return s.commit(batch)
}

// batchBytes is enough for these changes and the meta, so that a batch of some
// MiB need not grow and be copied.
func batchBytes(changes []Change) int {
	const framing = 32 // of each: lengths, kinds, partition, wake-up
	bytes := 8 * framing
	for i := range changes {
		bytes += framing + len(changes[i].Key) + len(changes[i].Value)
	}
	return bytes
}

// sorted returns the places of changes by key, for the same reason as in
// drainValues.
func (s *pebbleStore) sorted(changes []Change) []int32 {
	s.sorting = s.sorting[:0]
	for i := range changes {
		s.sorting = append(s.sorting, int32(i))
	}
	slices.SortFunc(s.sorting, func(i, j int32) int {
		if c := strings.Compare(changes[i].Key, changes[j].Key); c != 0 {
			return c
		}
		return cmp.Compare(i, j)
	})
	return s.sorting
}

// Mark implements Store.
func (s *pebbleStore) Mark() Mark { return s.meta.mark }

// Size implements Store.
func (s *pebbleStore) Size() (keys int, bytes int64) { return int(s.meta.keys), s.meta.bytes }

// Wipe implements Store.
func (s *pebbleStore) Wipe() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reader.close()
	s.d.young.Add(-int64(s.young.bytes))
	s.young.clear()
	s.meta, _ = parseMeta(nil)
	s.window.reset(s.meta.first)
	batch := s.d.db.NewBatch()
	_ = batch.DeleteRange(appendPartition(nil, s.partition), appendPartition(nil, s.partition+1), nil)
	if err := s.d.trouble(nil); err != nil {
		return err
	}
	if err := batch.Commit(pebble.NoSync); err != nil {
		return s.d.trouble(err)
	}
	s.dirty = false
	s.d.hold(s.partition, Mark{})
	return s.d.trouble(batch.Close())
}

// Close implements Store. A store that cannot be written any more is given back
// all the same: whoever opens it next is told why.
func (s *pebbleStore) Close() error {
	s.mu.Lock()
	err := s.drain()
	s.mu.Unlock()
	s.d.release(s)
	return err
}
