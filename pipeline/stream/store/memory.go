package store

import (
	"slices"
	"sync/atomic"
)

// memory is the store of a partition in a MemoryDatabase.
type memory struct {
	partition int32
	db        *MemoryDatabase
	values    map[string]value
	order     []string // of the keys; nil when it is not known
	timers    TimerHeap
	mark      atomic.Pointer[Mark]
	bytes     int64
}

type value struct {
	data   []byte
	wakeAt int64
}

// Get implements Store.
func (m *memory) Get(key string) ([]byte, error) { return m.values[key].data, nil }

// Apply implements Store.
func (m *memory) Apply(b Batch) error {
	for _, c := range b.Changes {
		old, ok := m.values[c.Key]
		if ok {
			m.bytes -= int64(len(c.Key) + len(old.data))
		}
		if ok != (c.Value != nil) {
			m.order = nil
		}
		if c.Value == nil {
			delete(m.values, c.Key)
			continue
		}
		m.values[c.Key] = value{slices.Clone(c.Value), c.WakeAt}
		m.bytes += int64(len(c.Key) + len(c.Value))
		if c.WakeAt != 0 {
			m.timers.Push(Timer{c.WakeAt, c.Key})
		}
	}
	m.mark.Store(&b.Mark)
	m.sweep()
	return nil
}

// Load implements Store.
func (m *memory) Load(b Batch) error { return m.Apply(b) }

// Mark implements Store.
func (m *memory) Mark() Mark { return *m.mark.Load() }

// Size implements Store.
func (m *memory) Size() (int, int64) { return len(m.values), m.bytes }

// Wipe implements Store.
func (m *memory) Wipe() error {
	m.values, m.order, m.timers, m.bytes = map[string]value{}, nil, TimerHeap{}, 0
	m.mark.Store(&Mark{})
	return nil
}

// Close implements Store.
func (m *memory) Close() error {
	m.db.leases.give(m.partition)
	return nil
}

// live tells whether a heap entry still stands. A timer that was moved or
// removed stays in the heap until it comes up or sweep finds it.
func (m *memory) live(t Timer) bool {
	v, ok := m.values[t.Key]
	return ok && v.wakeAt == t.At
}

// sweep keeps the heap from growing without bound when timers are moved again
// and again before they come up.
func (m *memory) sweep() {
	if m.timers.Len() < 2*len(m.values)+64 {
		return
	}
	seen := make(map[string]bool, len(m.values))
	m.timers.Keep(func(t Timer) bool {
		keep := m.live(t) && !seen[t.Key]
		seen[t.Key] = seen[t.Key] || keep
		return keep
	})
}

// Timers implements Store.
func (m *memory) Timers() Timers { return &memoryTimers{m: m} }

// memoryTimers walks the heap by taking from it, and puts back on Close what
// it took. So a walk costs by the number of timers it looks at, not by the
// number there are.
type memoryTimers struct {
	m     *memory
	taken []Timer
}

func (it *memoryTimers) Next() (Timer, bool, error) {
	for it.m.timers.Len() > 0 {
		t := it.m.timers.Pop()
		if !it.m.live(t) || len(it.taken) > 0 && it.taken[len(it.taken)-1] == t {
			continue
		}
		it.taken = append(it.taken, t)
		return t, true, nil
	}
	return Timer{}, false, nil
}

func (it *memoryTimers) Close() error {
	for _, t := range it.taken {
		it.m.timers.Push(t)
	}
	it.taken = nil
	return nil
}
