package stream

import (
	"fmt"
	"sync"
	"time"

	"waybill/pipeline/stream/store"
)

// shelfTime is how long a store whose partition has gone is kept, so that
// coming back, or moving to another worker of this process, costs no full
// restore (rule E10). It is far below any sensible delete.retention.ms, so no
// tombstone can have left the changelog meanwhile (rule E5).
const shelfTime = 5 * time.Minute

// shelf keeps the stores of partitions that no worker of this process has.
type shelf struct {
	now  func() time.Time
	mu   sync.Mutex
	held map[int32]shelved
}

type shelved struct {
	store store.Store
	since time.Time
}

// take returns the store of a partition, an empty one if it is not here.
func (s *shelf) take(partition int32) store.Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.held[partition]; ok {
		delete(s.held, partition)
		return kept.store
	}
	return store.NewMemory()
}

// put keeps a store for a while.
func (s *shelf) put(partition int32, st store.Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[partition] = shelved{st, s.now()}
}

// clear closes the stores that have lain here for longer than age.
func (s *shelf) clear(age time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, kept := range s.held {
		if s.now().Sub(kept.since) < age {
			continue
		}
		delete(s.held, p)
		if err := kept.store.Close(); err != nil {
			return storeError{fmt.Errorf("closing the store of partition %d: %w", p, err)}
		}
	}
	return nil
}
