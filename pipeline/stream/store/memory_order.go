package store

import (
	"maps"
	"slices"
	"strings"
)

// Keys implements Store. The order of keys is made when somebody asks and keys
// have come or gone since, at the cost of sorting them all: who asks often has
// a store on disk.
func (m *memory) Keys(dst []string, prefix, from string, n int) ([]string, error) {
	if m.order == nil {
		m.order = slices.Sorted(maps.Keys(m.values))
	}
	at, _ := slices.BinarySearch(m.order, max(prefix, from))
	for _, key := range m.order[at:] {
		if n == 0 || !strings.HasPrefix(key, prefix) {
			break
		}
		dst = append(dst, key)
		n--
	}
	return dst, nil
}
