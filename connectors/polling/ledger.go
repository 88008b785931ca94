package polling

import "math/bits"

// ledger knows which records of a partition are in hand, and so how far its
// offset may be committed: up to the first that is. It takes a bit for each
// record from there on. The zero value is a ledger of which nothing was read.
type ledger struct {
	base int64    // the offset of the first bit, a multiple of 64
	open []uint64 // a bit for each offset: in hand
	next int64    // the offset after the last one that was read
}

// add takes a record in hand. Offsets come in order; those between two are none
// of ours.
func (l *ledger) add(offset int64) {
	if len(l.open) == 0 {
		l.base = offset &^ 63
	}
	for at := (offset - l.base) / 64; int64(len(l.open)) <= at; {
		l.open = append(l.open, 0)
	}
	l.open[(offset-l.base)/64] |= 1 << (offset & 63)
	l.next = offset + 1
}

// done lets go of a record.
func (l *ledger) done(offset int64) {
	if at := (offset - l.base) / 64; offset >= l.base && at < int64(len(l.open)) {
		l.open[at] &^= 1 << (offset & 63)
	}
}

// committable is the offset to commit: everything before it is done. It is 0
// where nothing was read.
func (l *ledger) committable() int64 {
	first := 0
	for first < len(l.open) && l.open[first] == 0 {
		first++
	}
	l.open, l.base = l.open[first:], l.base+int64(first)*64
	if len(l.open) == 0 {
		return l.next
	}
	return l.base + int64(bits.TrailingZeros64(l.open[0]))
}
