package store

import (
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// Range implements Store. It reads the values' own range, so it is right between
// Load and the next Apply as well. What is young has no order, so it is written
// before.
func (s *pebbleStore) Range(dst []Item, prefix, from string, limit Limit) (items []Item, more bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.drain(); err != nil {
		return dst, false, err
	}
	it, err := s.d.db.NewIter(&pebble.IterOptions{
		LowerBound: appendValueKey(nil, s.partition, max(prefix, from)),
		UpperBound: successor(appendValueKey(nil, s.partition, prefix)),
	})
	if err != nil {
		return dst, false, s.d.trouble(err)
	}
	for more = it.First(); more && !limit.over(); more = it.Next() {
		item, err := itemAt(it)
		if err != nil {
			return dst, false, s.d.trouble(errors.Join(err, it.Close()))
		}
		dst = append(dst, item)
		limit.take(item)
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return dst, false, s.d.trouble(err)
	}
	return dst, more, nil
}

// itemAt copies what an iterator stands at.
func itemAt(it *pebble.Iterator) (Item, error) {
	data, err := it.ValueAndErr()
	if err != nil {
		return Item{}, err
	}
	_, value, err := parseValue(data)
	return Item{string(it.Key()[valueHead:]), slices.Clone(value)}, err
}

// successor makes a key the first one after all that begin with it. There is
// one: before what the caller chose lies the letter of a kind.
func successor(key []byte) []byte {
	for last := len(key) - 1; ; last-- {
		if key[last]++; key[last] != 0 {
			return key[:last+1]
		}
	}
}
