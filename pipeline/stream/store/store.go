package store

import "time"

// Store is the state of one partition. One goroutine uses it at a time.
type Store interface {
	// Get returns a key's value, nil when it has none. The caller must not
	// change it, and may keep it only until the next Apply or Wipe.
	Get(key string) ([]byte, error)
	// Apply makes all changes of a batch and moves the mark, or does
	// nothing: after a crash both are there or neither is (rule E2).
	Apply(b Batch) error
	// Mark returns the changelog position that the store corresponds to, as
	// given to the last Apply. It is the zero Mark for an empty store.
	Mark() Mark
	// Timers returns the keys that are to be woken, soonest first and equal
	// times by key (rule E9). The store must not be changed, nor Timers be
	// called again, until the iterator is closed.
	Timers() Timers
	// Size returns the number of keys and the bytes of keys and values.
	Size() (keys int, bytes int64)
	// Wipe removes everything, the mark too.
	Wipe() error
	// Close releases what the store holds. Nothing may be called after it.
	Close() error
}

// Timers walks through wake-ups in order.
type Timers interface {
	// Next returns the next wake-up; ok is false at the end.
	Next() (t Timer, ok bool, err error)
	Close() error
}

// Timer says when a key is to be woken.
type Timer struct {
	At  int64 // milliseconds since 1970, never 0
	Key string
}

// Before tells whether t comes before u: by time, equal times by key.
func (t Timer) Before(u Timer) bool {
	return t.At < u.At || t.At == u.At && t.Key < u.Key
}

// Change is a key's new value. A nil value removes the key.
type Change struct {
	Key   string
	Value []byte
	// WakeAt is when the key is to be woken, in milliseconds since 1970; 0
	// for never.
	WakeAt int64
}

// Batch is what one commit changes.
type Batch struct {
	Changes []Change
	Mark    Mark
}

// Mark is a position in the changelog.
type Mark struct {
	// TopicID tells a topic from one of the same name that was made anew.
	TopicID [16]byte
	// Offset is the offset of the first record that the store does not hold.
	Offset int64
	// At is the wall time when the store was last known to be at the end of
	// the changelog. Tombstones that are older than the topic's
	// delete.retention.ms may be gone from it (rule E5).
	At time.Time
}
