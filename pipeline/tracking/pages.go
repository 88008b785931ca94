package tracking

import "bytes"

// pages is memory for what is written as bytes, one piece behind the other.
// What lies in it never moves, so an event that thousands of endpoints chose
// costs the bytes that it makes and no more.
type pages struct {
	page []byte // that is being written
}

// pageBytes is how much is allocated at once, and pieceBytes the room that
// there is for a piece of the usual kind.
const (
	pageBytes  = 64 << 10
	pieceBytes = 8 << 10
)

// open gives the memory to append the next piece to.
func (p *pages) open() []byte {
	if cap(p.page)-len(p.page) < pieceBytes {
		p.page = make([]byte, 0, pageBytes)
	}
	return p.page
}

// keep takes what open gave, with a piece appended, and gives the piece. One
// that the page had no room for has memory of its own.
func (p *pages) keep(buf []byte) []byte {
	piece := buf[len(p.page):len(buf):len(buf)]
	if cap(buf) != cap(p.page) {
		return bytes.Clone(piece)
	}
	p.page = buf
	return piece
}

// again lets the page be overwritten: nobody needs the pieces any more.
func (p *pages) again() { p.page = p.page[:0] }
