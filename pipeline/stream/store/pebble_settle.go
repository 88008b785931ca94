package store

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// settleBytes bounds the timers that are sorted in memory before they are
// written; sorted ones cost a fraction.
const settleBytes = 16 << 20

// settle makes counts and index right after Load. A crash in the middle finds
// the mark of Load still there, and it is done anew.
func (s *pebbleStore) settle() error {
	if !s.meta.loaded {
		return nil
	}
	if err := s.d.trouble(nil); err != nil {
		return err
	}
	if err := s.dropIndex(); err != nil {
		return err
	}
	if err := s.readValues(); err != nil {
		return err
	}
	s.meta.loaded = false
	s.window.reset(s.meta.first)
	return s.commit(s.d.db.NewBatch())
}

// dropIndex removes the index that was there before Load.
func (s *pebbleStore) dropIndex() error {
	bounds := s.timersFrom(Timer{})
	it, err := s.d.db.NewIter(bounds)
	if err != nil {
		return s.d.trouble(err)
	}
	has := it.First()
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return s.d.trouble(err)
	}
	if !has {
		return nil // a new partition: nothing to be gone over for ever after
	}
	if err := s.d.db.DeleteRange(bounds.LowerBound, bounds.UpperBound, pebble.NoSync); err != nil {
		return s.d.trouble(err)
	}
	return nil
}

// readValues counts the values and writes the index anew.
func (s *pebbleStore) readValues() error {
	s.meta.keys, s.meta.bytes, s.meta.first = 0, 0, math.MaxInt64
	it, err := s.d.db.NewIter(&pebble.IterOptions{
		LowerBound: append(appendPartition(nil, s.partition), valueKind),
		UpperBound: append(appendPartition(nil, s.partition), valueKind+1),
	})
	if err != nil {
		return s.d.trouble(err)
	}
	w := indexWriter{s: s}
	for ok := it.First(); ok; ok = it.Next() {
		data, err := it.ValueAndErr()
		if err == nil {
			err = w.add(it.Key()[valueHead:], data)
		}
		if err != nil {
			return s.d.trouble(errors.Join(err, it.Close()))
		}
	}
	if err := errors.Join(it.Error(), it.Close(), w.write()); err != nil {
		return s.d.trouble(err)
	}
	return nil
}

// indexWriter writes the index for values that it is shown.
type indexWriter struct {
	s       *pebbleStore
	entries []indexEntry
	keys    []byte // of all entries
}

// indexEntry is a timer whose key lies in a buffer.
type indexEntry struct {
	at       int64
	from, to int
}

func (w *indexWriter) add(key, data []byte) error {
	m := &w.s.meta
	wakeAt, value, err := parseValue(data)
	if err != nil {
		return err
	}
	m.keys++
	m.bytes += int64(len(key) + len(value))
	if wakeAt == 0 {
		return nil
	}
	m.first = min(m.first, wakeAt)
	from := len(w.keys)
	w.keys = append(w.keys, key...)
	w.entries = append(w.entries, indexEntry{wakeAt, from, len(w.keys)})
	if len(w.keys)+24*len(w.entries) >= settleBytes {
		return w.write()
	}
	return nil
}

func (w *indexWriter) write() error {
	slices.SortFunc(w.entries, func(a, b indexEntry) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.from, b.from)) // values come by key
	})
	batch := w.s.d.db.NewBatch()
	for _, e := range w.entries {
		w.s.key = appendTimerKey(w.s.key[:0], w.s.partition, e.at, w.keys[e.from:e.to])
		_ = batch.Set(w.s.key, nil, nil)
	}
	w.entries, w.keys = w.entries[:0], w.keys[:0]
	return errors.Join(batch.Commit(pebble.NoSync), batch.Close())
}
