package store

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// Keys implements Store. It reads the values' own range, so it is right between
// Load and the next Apply as well.
func (s *pebbleStore) Keys(dst []string, prefix, from string, n int) ([]string, error) {
	if err := s.d.trouble(nil); err != nil {
		return dst, err
	}
	it, err := s.d.db.NewIter(&pebble.IterOptions{
		LowerBound: appendValueKey(nil, s.partition, max(prefix, from)),
		UpperBound: successor(appendValueKey(nil, s.partition, prefix)),
	})
	if err != nil {
		return dst, s.d.trouble(err)
	}
	for ok := it.First(); ok && n > 0; ok = it.Next() {
		dst = append(dst, string(it.Key()[valueHead:]))
		n--
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return dst, s.d.trouble(err)
	}
	return dst, nil
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
