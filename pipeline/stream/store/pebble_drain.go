package store

import (
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2"
)

// drain writes all that is young to Pebble, with the mark that goes with it, in
// one batch: a crash finds the store as it was at some drain. It closes the
// reader, which would not see what was written.
func (s *pebbleStore) drain() error {
	s.reader.close()
	if err := s.d.trouble(nil); err != nil || !s.dirty {
		return err
	}
	batch := s.d.db.NewBatch()
	s.drainValues(batch)
	s.drainIndex(batch)
	s.meta.first = s.window.first()
	if err := s.commit(batch); err != nil {
		return err
	}
	drained := s.young.bytes
	s.d.young.Add(-int64(drained))
	s.young.clear()
	return s.d.drained(drained)
}

// drainValues adds the values in the order of their keys: Pebble's memtable
// begins to look for the place of a key at that of the last one, so neighbours
// cost a fraction.
func (s *pebbleStore) drainValues(batch *pebble.Batch) {
	s.order = s.order[:0]
	for key := range s.young.values {
		s.order = append(s.order, key)
	}
	slices.SortFunc(s.order, strings.Compare)
	for _, key := range s.order {
		v := s.young.values[key]
		if v.data == nil && !v.stored {
			continue // came and went
		}
		s.put(batch, &Change{Key: key, Value: v.data, WakeAt: v.wakeAt})
		if v.index == v.wakeAt {
			continue
		}
		if v.index != 0 {
			s.gone = append(s.gone, Timer{v.index, key})
		}
		if v.wakeAt != 0 {
			s.came = append(s.came, Timer{v.wakeAt, key})
		}
	}
	clear(s.order)
}

// drainIndex adds the changes of the index, in order too.
func (s *pebbleStore) drainIndex(batch *pebble.Batch) {
	slices.SortFunc(s.gone, Timer.Compare)
	for _, t := range s.gone {
		s.key = appendTimerKey(s.key[:0], s.partition, t.At, t.Key)
		_ = batch.Delete(s.key, nil) // as all of these: into memory, without fail
	}
	slices.SortFunc(s.came, Timer.Compare)
	for _, t := range s.came {
		s.key = appendTimerKey(s.key[:0], s.partition, t.At, t.Key)
		_ = batch.Set(s.key, nil, nil)
	}
	s.forget()
}

// forget empties the lists of wake-ups.
func (s *pebbleStore) forget() {
	clear(s.gone)
	clear(s.came)
	s.gone, s.came = s.gone[:0], s.came[:0]
}

// drained has Pebble write its memtable once enough has come into it: what
// lies there makes every look-up longer.
func (d *PebbleDatabase) drained(bytes int) error {
	if d.unwritten.Add(int64(bytes)) < int64(d.memTable/4) {
		return nil
	}
	d.unwritten.Store(0)
	_, err := d.db.AsyncFlush()
	return d.trouble(err)
}

// share is how much each of the open stores may have that is young.
func (d *PebbleDatabase) share() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.memTable / max(1, len(d.open))
}
