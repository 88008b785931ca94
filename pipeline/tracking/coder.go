package tracking

import (
	"encoding/binary"
	"errors"
	"slices"

	"waybill/schemas"
)

// coder writes and reads a state by one description of its layout (layout.go):
// each method either writes the field or fills it, so that the two ways cannot
// differ. Numbers are varints; a text is written once and then by its number.
//
// Why not Avro: a usual parcel takes less than half the bytes and a quarter of
// the time, and state is written and read once per key and commit.
type coder struct {
	reading bool
	format  byte               // of the state that is read; always the newest when writing
	buf     []byte             // written so far, or left to read
	text    string             // the whole input when reading, which texts are parts of
	texts   []string           // seen when reading
	numbers *numbering         // of texts when writing
	places  []schemas.Location // to be given out when reading
	err     error
	*symbols
}

func newCoder(s *symbols) *coder {
	return &coder{numbers: newNumbering(s.dictionary), symbols: s}
}

// reset forgets the state that was written or read.
func (c *coder) reset() {
	c.numbers.forget()
	clear(c.texts)
	*c = coder{texts: c.texts[:0], numbers: c.numbers, symbols: c.symbols}
}

// read begins to read a state.
func (c *coder) read(data []byte) {
	// One copy serves all texts, and state keeps nothing of the caller's bytes.
	c.reading, c.format, c.buf, c.text = true, data[0], data[1:], string(data)
}

var errMalformed = errors.New("the state is malformed or cut off")

func (c *coder) fail() {
	c.err, c.buf = errMalformed, nil
}

func (c *coder) uint(v *uint64) {
	if !c.reading {
		c.buf = binary.AppendUvarint(c.buf, *v)
		return
	}
	n, size := binary.Uvarint(c.buf)
	if size <= 0 {
		c.fail()
		return
	}
	*v, c.buf = n, c.buf[size:]
}

// int is for numbers that may be negative.
func (c *coder) int(v *int64) {
	u := uint64(*v<<1) ^ uint64(*v>>63)
	c.uint(&u)
	*v = int64(u>>1) ^ -int64(u&1)
}

// near is for a number close to another, such as a time. The difference may
// wrap around and still comes back right.
func (c *coder) near(v *int64, to int64) {
	d := *v - to
	c.int(&d)
	*v = to + d
}

// fixed is for hashes, which no varint makes smaller.
func (c *coder) fixed(v *uint64, size int) {
	var b [8]byte
	if !c.reading {
		binary.LittleEndian.PutUint64(b[:], *v)
		c.buf = append(c.buf, b[:size]...)
		return
	}
	if len(c.buf) < size {
		c.fail()
		return
	}
	copy(b[:], c.buf[:size])
	*v, c.buf = binary.LittleEndian.Uint64(b[:]), c.buf[size:]
}

func (c *coder) hash(v *uint64) { c.fixed(v, 8) }

// count is for the length of a list. It never claims more items than there are
// bytes left, so hostile bytes make no large list.
func (c *coder) count(n int) int {
	u := uint64(n)
	c.uint(&u)
	if c.reading && u > uint64(len(c.buf)) {
		c.fail()
		return 0
	}
	return int(u)
}

func (c *coder) small(v *int) {
	w := int64(*v)
	c.int(&w)
	*v = int(w)
}

// Numbers of texts: 0 is the empty one, 1 a new one that follows; then, in
// turn, those of the dictionary and those seen before.
const (
	textEmpty = iota
	textNew
	textFirst
)

func (c *coder) string(s *string) {
	if c.reading {
		c.readString(s)
		return
	}
	if *s == "" {
		c.buf = append(c.buf, textEmpty)
		return
	}
	if n, known := c.numbers.number(*s); known {
		c.buf = binary.AppendUvarint(c.buf, uint64(n))
		return
	}
	c.buf = binary.AppendUvarint(append(c.buf, textNew), uint64(len(*s)))
	c.buf = append(c.buf, *s...)
}

func (c *coder) readString(s *string) {
	var n, size uint64
	c.uint(&n)
	switch n {
	case textEmpty:
		*s = ""
		return
	case textNew:
		c.uint(&size)
		if size == 0 || size > uint64(len(c.buf)) {
			c.fail()
			return
		}
		at := len(c.text) - len(c.buf)
		*s = c.text[at : at+int(size)]
		c.buf = c.buf[size:]
		c.texts = append(c.texts, *s)
		return
	}
	from := c.dictionary
	if n%2 != textFirst%2 {
		from = c.texts
	}
	if n = (n - textFirst) / 2; n >= uint64(len(from)) {
		c.fail()
		return
	}
	*s = from[n]
}

// bits packs truths and small numbers of one thing into one number. When
// writing, it is written by close; when reading, it was read at the beginning.
type bits struct {
	c    *coder
	all  uint64
	used int
}

func (c *coder) bits() *bits {
	b := &bits{c: c}
	if c.reading {
		c.uint(&b.all)
	}
	return b
}

func (b *bits) number(v *uint8, width int) {
	mask := uint64(1)<<width - 1
	if b.c.reading {
		*v = uint8(b.all >> b.used & mask)
	} else {
		b.all |= uint64(*v) & mask << b.used
	}
	b.used += width
}

func (b *bits) flag(list ...*bool) {
	for _, f := range list {
		var v uint8
		if *f {
			v = 1
		}
		b.number(&v, 1)
		*f = v == 1
	}
}

// symbol is for a text that is one of a few.
func (b *bits) symbol(s *string, of []string, width int) {
	v := uint8(max(0, slices.Index(of, *s)))
	b.number(&v, width)
	if int(v) >= len(of) {
		b.c.fail()
		return
	}
	*s = of[v]
}

func (b *bits) close() {
	if !b.c.reading {
		b.c.uint(&b.all)
	}
}

// present is for what may be absent: it writes or reads whether it is there.
func (c *coder) present(there bool) bool {
	b := c.bits()
	b.flag(&there)
	b.close()
	return there
}

// list is for a list of things with a layout each.
func list[T any](c *coder, items *[]T, layout func(*coder, *T)) {
	n := c.count(len(*items))
	if c.reading && n > 0 {
		*items = make([]T, 0, min(n, readAtOnce))
	}
	for i := range n {
		if c.err != nil {
			return
		}
		if c.reading {
			var item T
			*items = append(*items, item)
		}
		layout(c, &(*items)[i])
	}
}

// pointers is for a list of what lies elsewhere, which is read with room for
// some more.
func pointers[T any](c *coder, items *[]*T, more int, layout func(*coder, *T)) {
	n := c.count(len(*items))
	var lie []T // where they do
	if c.reading && n > 0 {
		*items = make([]*T, 0, min(n, readAtOnce)+more)
	}
	for i := range n {
		if c.err != nil {
			return
		}
		if c.reading {
			if len(lie) == 0 {
				lie = make([]T, min(n-i, readAtOnce))
			}
			*items, lie = append(*items, &lie[0]), lie[1:]
		}
		layout(c, (*items)[i])
	}
}

// readAtOnce is for how many items of a list memory is taken at once, whatever
// number the bytes say.
const readAtOnce = 64

// placesAtOnce is for how many places memory is taken at once.
const placesAtOnce = 8

// place gives a place to be read into.
func (c *coder) place() *schemas.Location {
	if len(c.places) == 0 {
		c.places = make([]schemas.Location, placesAtOnce)
	}
	place := &c.places[0]
	c.places = c.places[1:]
	return place
}
