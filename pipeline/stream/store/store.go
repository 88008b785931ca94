package store

import (
	"cmp"
	"context"
	"time"
)

// Database holds the stores of one job in one process, one for each
// partition. Many goroutines may use it at once.
type Database interface {
	// Open returns the store of a partition as its last user left it, an
	// empty one if there was none. It waits while another user has it, so
	// that two never write to one, and fails when ctx ends first.
	Open(ctx context.Context, partition int32) (Store, error)
	// Held returns the marks of all partitions that it holds anything of.
	Held() map[int32]Mark
	// Flush makes all that was applied before survive a crash.
	Flush() error
	// Close flushes and releases everything. All stores must be closed
	// before, and nothing may be called after it.
	Close() error
}

// Store is the state of one partition. One goroutine uses it at a time.
type Store interface {
	// Get returns a key's value, nil when it has none. The caller must not
	// change it and may keep it.
	Get(key string) ([]byte, error)
	// Apply makes all changes of a batch and moves the mark, or does
	// nothing: after a crash both are there or neither is (rule E2).
	Apply(b Batch) error
	// Load is Apply for the many records of a long restore: it looks at
	// nothing that is there and does not keep count. The next Apply or walk
	// through Timers makes up for it by reading the whole partition once, so
	// for few records Apply is cheaper. Size is right again after that.
	Load(b Batch) error
	// Mark returns the changelog position that the store corresponds to, as
	// given to the last Apply. It is the zero Mark for an empty store.
	Mark() Mark
	// Timers returns the keys that are to be woken, soonest first and equal
	// times by key (rule E9). The store must not be changed, nor Timers be
	// called again, until the iterator is closed.
	Timers() Timers
	// Range appends to dst the first keys that begin with prefix and do not
	// come before from, in the order of their bytes, with their values, as many
	// as the limit allows. more tells that there are others after them. The
	// caller must not change the values and may keep them.
	Range(dst []Item, prefix, from string, limit Limit) (items []Item, more bool, err error)
	// Size returns the number of keys and the bytes of keys and values.
	Size() (keys int, bytes int64)
	// Wipe removes everything, the mark too.
	Wipe() error
	// Close gives the store back to its database, which keeps what it holds.
	// Nothing may be called after it.
	Close() error
}

// Item is a key and its value.
type Item struct {
	Key   string
	Value []byte
}

// Limit says how much to read: no more keys than that, and nothing more once
// there are so many bytes.
type Limit struct{ Keys, Bytes int }

func (l *Limit) over() bool { return l.Keys <= 0 || l.Bytes <= 0 }

func (l *Limit) take(i Item) { l.Keys, l.Bytes = l.Keys-1, l.Bytes-len(i.Key)-len(i.Value) }

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

// Compare is negative when t comes before u, positive when after, 0 when equal.
func (t Timer) Compare(u Timer) int {
	return cmp.Or(cmp.Compare(t.At, u.At), cmp.Compare(t.Key, u.Key))
}

// Change is a key's new value. A nil value removes the key.
type Change struct {
	Key   string
	Value []byte
	// WakeAt is when the key is to be woken, in milliseconds since 1970; 0
	// for never.
	WakeAt int64
	// Former is what the store holds of the key before the batch, for callers
	// who know it: the store need not look then. A key that comes twice in a
	// batch must be without it.
	Former Former
}

// Former is a key's value before a change.
type Former struct {
	Known  bool
	Bytes  int   // of the value; 0 when there was none
	WakeAt int64 // 0 for never
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
