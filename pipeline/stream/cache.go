package stream

import "sync/atomic"

// cacheBudget is the memory for cached values of a process, shared out evenly
// over its tasks (rule E12). Where tasks are added, one that is idle gives up
// what it has beyond its share at its next commit: within Config.StateRefresh.
type cacheBudget struct {
	bytes int
	tasks atomic.Int64
}

// share is what one task may have, in bytes.
func (b *cacheBudget) share() int { return b.bytes / int(max(1, b.tasks.Load())) }

// cache keeps entries from one transaction to the next, as pages are kept by
// the clock algorithm: they stand in a ring, and a hand that goes round takes
// away those that were not used since it last came by. So a use costs a mark in
// the entry, and no place in a list. What the cache holds is committed, but for
// entries of the open transaction, so it costs nothing to lose.
type cache struct {
	ring  []*entry
	hand  int
	bytes int
}

// entryOverhead is about what an entry takes beside its key and value: itself
// (88 bytes), its places in ring and map (50), and the roundings of three small
// allocations.
const entryOverhead = 152

// decodedFactor is about how much longer a value is decoded than encoded.
const decodedFactor = 3

// cost is about what an entry takes in memory.
func (e *entry) cost() int {
	return entryOverhead + len(e.key) + cap(e.base) + decodedFactor*max(0, len(e.base)-envelopeHead)
}

// add puts an entry in, or finds out anew what it costs.
func (c *cache) add(e *entry) {
	if e.slot == 0 {
		c.ring = append(c.ring, e)
		e.slot = int32(len(c.ring))
	}
	cost := e.cost()
	c.bytes += cost - int(e.cached)
	e.cached, e.used = int32(cost), true
}

// remove takes an entry out, if it is in.
func (c *cache) remove(e *entry) {
	if e.slot == 0 {
		return
	}
	last := len(c.ring) - 1
	c.ring[e.slot-1] = c.ring[last]
	c.ring[e.slot-1].slot = e.slot
	c.ring[last] = nil
	c.ring = c.ring[:last]
	c.bytes -= int(e.cached)
	e.slot, e.cached = 0, 0
}

// next returns the entry to give up next. There must be one, and none in a
// transaction.
func (c *cache) next() *entry {
	for {
		if c.hand >= len(c.ring) {
			c.hand = 0
		}
		e := c.ring[c.hand]
		if !e.used {
			return e
		}
		e.used = false
		c.hand++
	}
}
