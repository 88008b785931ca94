package job

import "slices"

// ArenaChunk is how much memory an arena takes at once, in bytes.
const ArenaChunk = 64 << 10

// Arena gives out memory for many small pieces of one transaction, which stay
// where they are until Again. It is used again from transaction to transaction: at
// load that is more memory than all else that a record takes.
type Arena struct {
	chunk []byte   // that pieces are taken from
	full  [][]byte // others of this transaction
	spare [][]byte // of the last one
}

// Room returns an empty slice to append about n bytes to.
func (a *Arena) Room(n int) []byte {
	if cap(a.chunk)-len(a.chunk) < n {
		a.next(n)
	}
	return a.chunk[len(a.chunk):]
}

func (a *Arena) next(n int) {
	if cap(a.chunk) > 0 {
		a.full = append(a.full, a.chunk)
	}
	last := len(a.spare) - 1
	if last < 0 || n > ArenaChunk {
		a.chunk = make([]byte, 0, max(ArenaChunk, n))
		return
	}
	a.chunk, a.spare = a.spare[last], a.spare[:last]
}

// Take returns what was appended to the last room, nil for nil. Until then that
// room is given out again. A piece that the room did not hold has memory of its
// own.
func (a *Arena) Take(piece []byte) []byte {
	if n := len(piece); n > 0 && n <= cap(a.chunk)-len(a.chunk) {
		if end := a.chunk[:len(a.chunk)+n]; &end[len(a.chunk)] == &piece[0] {
			a.chunk = end
		}
	}
	return slices.Clip(piece)
}

// Copy returns the bytes of s.
func (a *Arena) Copy(s string) []byte { return a.Take(append(a.Room(len(s)), s...)) }

// Again lets all pieces be overwritten: nobody needs them any more. The arena
// keeps the memory that they lay in, and leaves what it had beside that, and chunks
// that were made for one large piece, to the collector.
func (a *Arena) Again() {
	used := append(a.full, a.chunk)
	kept := slices.DeleteFunc(used, func(chunk []byte) bool { return cap(chunk) != ArenaChunk })
	for i := range kept {
		kept[i] = kept[i][:0]
	}
	clear(a.spare)
	*a = Arena{spare: kept, full: a.spare[:0]}
}
