package store

import "slices"

// TimerHeap is a binary heap of timers, the soonest first. It may hold timers
// that have been moved or removed meanwhile: who uses it knows and passes over
// them. The zero value is empty.
type TimerHeap struct{ items []Timer }

// Len returns the number of timers.
func (h *TimerHeap) Len() int { return len(h.items) }

// First returns the soonest timer. The heap must not be empty.
func (h *TimerHeap) First() Timer { return h.items[0] }

// Push adds a timer.
func (h *TimerHeap) Push(t Timer) {
	h.items = append(h.items, t)
	for i := len(h.items) - 1; i > 0; {
		parent := (i - 1) / 2
		if !h.items[i].Before(h.items[parent]) {
			return
		}
		h.items[i], h.items[parent] = h.items[parent], h.items[i]
		i = parent
	}
}

// Pop removes the soonest timer and returns it. The heap must not be empty.
func (h *TimerHeap) Pop() Timer {
	first, last := h.items[0], len(h.items)-1
	h.items[0] = h.items[last]
	h.items = h.items[:last]
	h.sink(0)
	return first
}

func (h *TimerHeap) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(h.items); child++ {
			if h.items[child].Before(h.items[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		h.items[i], h.items[least] = h.items[least], h.items[i]
		i = least
	}
}

// Keep removes the timers that keep does not return true for.
func (h *TimerHeap) Keep(keep func(Timer) bool) {
	h.items = slices.DeleteFunc(h.items, func(t Timer) bool { return !keep(t) })
	for i := len(h.items)/2 - 1; i >= 0; i-- {
		h.sink(i)
	}
}

// Clear removes all timers and keeps the memory.
func (h *TimerHeap) Clear() {
	clear(h.items)
	h.items = h.items[:0]
}
