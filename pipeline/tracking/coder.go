package tracking

import (
	"encoding/binary"
	"errors"
	"slices"
)

// coder writes and reads a state by one description of its layout (layout.go):
// each method either writes the field or fills it, so that the two ways cannot
// differ. Numbers are varints; a text is written once and then by its number.
//
// Why not Avro: a usual parcel takes less than half the bytes and a quarter of
// the time, and state is written and read once per key and commit.
type coder struct {
	reading bool
	buf     []byte         // written so far, or left to read
	text    string         // the whole input when reading, which texts are parts of
	texts   []string       // seen, when reading
	numbers map[string]int // of texts, when writing
	err     error
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
	u := uint64(*v<<1) ^ uint64(*v>>63) //nolint:gosec // zigzag
	c.uint(&u)
	*v = int64(u>>1) ^ -int64(u&1) //nolint:gosec // zigzag
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
	u := uint64(n) //nolint:gosec // a length
	c.uint(&u)
	if c.reading && u > uint64(len(c.buf)) {
		c.fail()
		return 0
	}
	return int(u) //nolint:gosec // bounded by the input
}

func (c *coder) small(v *int) {
	w := int64(*v)
	c.int(&w)
	*v = int(w)
}

func (c *coder) byte(v *uint8) {
	w := uint64(*v)
	c.uint(&w)
	if c.reading && w > 0xff {
		c.fail()
		return
	}
	*v = uint8(w) //nolint:gosec // checked
}

// Numbers of texts: 0 is the empty one, 1 a new one that follows, and from 2 on
// those seen.
const (
	textEmpty = iota
	textNew
	textSeen
)

func (c *coder) string(s *string) {
	if c.reading {
		c.readString(s)
		return
	}
	n := uint64(textEmpty)
	if *s != "" {
		seen, ok := c.numbers[*s]
		if !ok {
			c.numbers[*s] = len(c.numbers)
			n = textNew
		} else {
			n = uint64(seen) + textSeen //nolint:gosec // an index
		}
	}
	c.buf = binary.AppendUvarint(c.buf, n)
	if n == textNew {
		c.buf = binary.AppendUvarint(c.buf, uint64(len(*s)))
		c.buf = append(c.buf, *s...)
	}
}

func (c *coder) readString(s *string) {
	var n, size uint64
	c.uint(&n)
	switch {
	case n == textEmpty:
		*s = ""
	case n == textNew:
		c.uint(&size)
		if size == 0 || size > uint64(len(c.buf)) {
			c.fail()
			return
		}
		at := len(c.text) - len(c.buf)
		*s = c.text[at : at+int(size)] //nolint:gosec // bounded by the input
		c.buf = c.buf[size:]
		c.texts = append(c.texts, *s)
	case n-textSeen < uint64(len(c.texts)):
		*s = c.texts[n-textSeen]
	default:
		c.fail()
	}
}

// symbol is for a text that is one of a few; others are written as they are.
func (c *coder) symbol(s *string, of []string) {
	n := uint64(slices.Index(of, *s) + 1) //nolint:gosec // 0 for none
	c.uint(&n)
	switch {
	case n == 0:
		c.string(s)
	case n <= uint64(len(of)):
		*s = of[n-1]
	default:
		c.fail()
	}
}

// flags packs truths into one number.
func (c *coder) flags(list ...*bool) {
	var bits uint64
	for i, f := range list {
		if *f {
			bits |= 1 << i
		}
	}
	c.uint(&bits)
	for i, f := range list {
		*f = bits&(1<<i) != 0
	}
}

// present is for what may be absent: it writes or reads whether it is there.
func (c *coder) present(there bool) bool {
	c.flags(&there)
	return there
}

// list is for a list of things with a layout each.
func list[T any](c *coder, items *[]T, layout func(*coder, *T)) {
	n := c.count(len(*items))
	if c.reading && n > 0 {
		*items = make([]T, 0, min(n, 64))
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

func newReader(data []byte) *coder {
	// One copy serves all texts, and state keeps nothing of the caller's bytes.
	return &coder{reading: true, buf: data, text: string(data)}
}
