package store

import (
	"maps"
	"slices"
	"strings"
)

// Range implements Store. The order of keys is made when somebody asks and keys
// have come or gone since, at the cost of sorting them all: who asks often has
// a store on disk.
func (m *memory) Range(dst []Item, prefix, from string, limit Limit) ([]Item, bool, error) {
	if m.order == nil {
		m.order = slices.Sorted(maps.Keys(m.values))
	}
	at, _ := slices.BinarySearch(m.order, max(prefix, from))
	for _, key := range m.order[at:] {
		if !strings.HasPrefix(key, prefix) {
			break
		}
		if limit.over() {
			return dst, true, nil
		}
		dst = append(dst, Item{key, m.values[key].data})
		limit.take(dst[len(dst)-1])
	}
	return dst, false, nil
}
