package store

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2"
)

// pebbleStore is the store of a partition in a PebbleDatabase.
type pebbleStore struct {
	partition int32
	d         *PebbleDatabase
	meta      meta
	window    window

	key, value []byte  // scratch
	order      []int32 // scratch
	gone, came []Timer // scratch
}

// Get implements Store.
func (s *pebbleStore) Get(key string) ([]byte, error) {
	_, value, err := s.get(key)
	return value, err
}

func (s *pebbleStore) get(key string) (wakeAt int64, value []byte, err error) {
	s.key = appendValueKey(s.key[:0], s.partition, key)
	data, err := s.d.get(s.key)
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
	if err := s.settle(); err != nil {
		return err
	}
	batch := s.d.db.NewBatch()
	last := lastOfUnknown(b.Changes)
	for _, i := range s.sorted(b.Changes) {
		c := &b.Changes[i]
		if at, unknown := last[c.Key]; unknown && at != int(i) {
			continue
		}
		if err := s.change(batch, c); err != nil {
			return err
		}
	}
	s.index(batch)
	s.window.change(s.gone, s.came)
	s.gone, s.came = s.gone[:0], s.came[:0]
	s.meta.mark, s.meta.first = b.Mark, s.window.first()
	return s.commit(batch)
}

// sorted returns the places of changes by key. Pebble's memtable begins to look
// for the place of a key at that of the last one, so neighbours cost a fraction.
func (s *pebbleStore) sorted(changes []Change) []int32 {
	s.order = s.order[:0]
	for i := range changes {
		s.order = append(s.order, int32(i))
	}
	slices.SortFunc(s.order, func(i, j int32) int {
		if c := strings.Compare(changes[i].Key, changes[j].Key); c != 0 {
			return c
		}
		return cmp.Compare(i, j)
	})
	return s.order
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

// change adds a change of a value and of the counts, and notes that of the index.
func (s *pebbleStore) change(batch *pebble.Batch, c *Change) error {
	former := c.Former
	if !former.Known {
		wakeAt, value, err := s.get(c.Key)
		if err != nil {
			return err
		}
		former = Former{value != nil, len(value), wakeAt}
	} else {
		former.Known = former.Bytes > 0
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
	s.put(batch, c)
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

func (s *pebbleStore) put(batch *pebble.Batch, c *Change) {
	s.key = appendValueKey(s.key[:0], s.partition, c.Key)
	if c.Value == nil {
		_ = batch.Delete(s.key, nil) // as all of these: into memory, without fail
		return
	}
	s.value = appendValue(s.value[:0], c.WakeAt, c.Value)
	_ = batch.Set(s.key, s.value, nil)
}

// index adds the changes of the index that were noted, in order too.
func (s *pebbleStore) index(batch *pebble.Batch) {
	slices.SortFunc(s.gone, Timer.Compare)
	for _, t := range s.gone {
		s.key = appendTimerKey(s.key[:0], s.partition, t.At, t.Key)
		_ = batch.Delete(s.key, nil)
	}
	slices.SortFunc(s.came, Timer.Compare)
	for _, t := range s.came {
		s.key = appendTimerKey(s.key[:0], s.partition, t.At, t.Key)
		_ = batch.Set(s.key, nil, nil)
	}
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
	s.d.hold(s.partition, s.meta.mark)
	return s.d.trouble(batch.Close())
}

// Load implements Store.
func (s *pebbleStore) Load(b Batch) error {
	batch := s.d.db.NewBatch()
	for _, i := range s.sorted(b.Changes) {
		s.put(batch, &b.Changes[i])
	}
	s.meta.mark, s.meta.loaded = b.Mark, true
	return s.commit(batch)
}

// Mark implements Store.
func (s *pebbleStore) Mark() Mark { return s.meta.mark }

// Size implements Store.
func (s *pebbleStore) Size() (keys int, bytes int64) { return int(s.meta.keys), s.meta.bytes }

// Wipe implements Store.
func (s *pebbleStore) Wipe() error {
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
	s.d.hold(s.partition, Mark{})
	return s.d.trouble(batch.Close())
}

// Close implements Store.
func (s *pebbleStore) Close() error {
	s.d.leases.give(s.partition)
	return nil
}
