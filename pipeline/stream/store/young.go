package store

// young holds the newest value of each key that was changed since a partition
// was last written to Pebble. To find a key here is one look into a hash table;
// in Pebble's memtables it is a walk through some twenty nodes, for a key that
// is not there too. A key that changes again and again is written once, and a
// wake-up that comes and goes meanwhile is not written at all.
type young struct {
	values map[string]youngValue
	timers TimerHeap // wake-ups of values that lie beyond the window, and stale ones
	chunk  []byte    // memory for values
	bytes  int       // of all changes since then, overwritten ones too: what a crash would lose
}

// youngValue is a key's value, and what Pebble has of it still.
type youngValue struct {
	data   []byte // nil when the key was removed
	wakeAt int64
	stored bool  // Pebble has the key
	index  int64 // the wake-up under which Pebble's index has it, 0 for none
}

const (
	// youngOverhead is about what a key takes beside its bytes and its value's.
	youngOverhead = 128
	youngChunk    = 32 << 10
)

// former is what the store has of a key, as far as that is known here.
func (y *young) former(key string) (f Former, known bool) {
	v, known := y.values[key]
	return Former{v.data != nil, len(v.data), v.wakeAt}, known
}

// put takes a change. The former value is what Pebble has, if this is the first
// change of the key.
func (y *young) put(c *Change, former Former) {
	v, again := y.values[c.Key]
	if !again {
		v = youngValue{stored: former.Known, index: former.WakeAt}
	}
	v.wakeAt = 0
	if c.Value == nil {
		v.data = nil
	} else {
		v.data, v.wakeAt = y.copy(v.data, c.Value), c.WakeAt
	}
	y.values[c.Key] = v
	y.bytes += youngOverhead + len(c.Key) + len(c.Value)
}

// copy returns the value in memory of its own, that of the one before where it
// has room: nobody else has seen that.
func (y *young) copy(before, value []byte) []byte {
	if before != nil && len(value) <= cap(before) {
		return append(before[:0], value...)
	}
	if cap(y.chunk)-len(y.chunk) < len(value) {
		y.chunk = make([]byte, 0, max(youngChunk, len(value)))
	}
	from := len(y.chunk)
	y.chunk = append(y.chunk, value...)
	return y.chunk[from:len(y.chunk):len(y.chunk)]
}

// stands tells whether a wake-up of Pebble's index has not been moved since.
func (y *young) stands(t Timer) bool {
	v, changed := y.values[t.Key]
	return !changed || v.wakeAt == t.At
}

// later takes note of a wake-up that lies beyond the window. Those of keys that
// were not changed are in Pebble's index.
func (y *young) later(t Timer) {
	if v, changed := y.values[t.Key]; changed && v.wakeAt == t.At {
		y.timers.Push(t)
	}
	y.sweep()
}

// next returns the first wake-up beyond the window that still stands.
func (y *young) next() (t Timer, ok bool) {
	for y.timers.Len() > 0 {
		if t = y.timers.First(); y.values[t.Key].wakeAt == t.At {
			return t, true
		}
		y.timers.Pop()
	}
	return Timer{}, false
}

// pass goes past a wake-up that next has returned, however often it is here.
func (y *young) pass(t Timer) {
	for y.timers.Len() > 0 && y.timers.First() == t {
		y.timers.Pop()
	}
}

// sweep keeps stale wake-ups from growing without bound.
func (y *young) sweep() {
	if y.timers.Len() < 2*len(y.values)+64 {
		return
	}
	seen := make(map[string]bool, len(y.values))
	y.timers.Keep(func(t Timer) bool {
		keep := y.values[t.Key].wakeAt == t.At && !seen[t.Key]
		seen[t.Key] = seen[t.Key] || keep
		return keep
	})
}

// clear forgets all.
func (y *young) clear() {
	clear(y.values)
	y.timers.Clear()
	y.chunk, y.bytes = nil, 0
}
