package stream

import "slices"

// arenaChunk is how much memory an arena takes at once, in bytes.
const arenaChunk = 32 << 10

// arena gives out memory for many small pieces with one allocation. A piece is
// never moved, nor used again: the collector takes a chunk when nobody needs
// any piece of it.
type arena struct{ chunk []byte }

// room returns an empty slice to append about n bytes to.
func (a *arena) room(n int) []byte {
	if cap(a.chunk)-len(a.chunk) < n {
		a.chunk = make([]byte, 0, max(arenaChunk, n))
	}
	return a.chunk[len(a.chunk):]
}

// take returns what was appended to the last room, nil for nil. Until then that
// room is given out again.
func (a *arena) take(piece []byte) []byte {
	if n := len(piece); n > 0 && n <= cap(a.chunk)-len(a.chunk) {
		if end := a.chunk[:len(a.chunk)+n]; &end[len(a.chunk)] == &piece[0] {
			a.chunk = end
		}
	}
	return slices.Clip(piece)
}

// copy returns the bytes of s.
func (a *arena) copy(s string) []byte { return a.take(append(a.room(len(s)), s...)) }
