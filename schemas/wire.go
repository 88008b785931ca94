package schemas

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// Avro's binary form (Avro specification 1.11, "Binary encoding"), as much of
// it as the generated functions of records_gen.go need.

// writer appends to buf. It goes on after a mistake and keeps the first.
type writer struct {
	buf []byte
	err error
}

func (w *writer) long(v int64)     { w.buf = binary.AppendVarint(w.buf, v) }
func (w *writer) int(v int)        { w.long(int64(int32(v))) }
func (w *writer) time(t time.Time) { w.long(t.UnixMilli()) }

func (w *writer) string(s string) {
	w.buf = append(binary.AppendVarint(w.buf, int64(len(s))), s...)
}

func (w *writer) bytes(b []byte) {
	w.buf = append(binary.AppendVarint(w.buf, int64(len(b))), b...)
}

func (w *writer) bool(v bool) {
	b := byte(0)
	if v {
		b = 1
	}
	w.buf = append(w.buf, b)
}

func (w *writer) double(v float64) {
	w.buf = binary.LittleEndian.AppendUint64(w.buf, math.Float64bits(v))
}

// present writes which branch of a union with null follows, and gives whether
// it is the other one.
func (w *writer) present(there bool) bool {
	branch := byte(0)
	if there {
		branch = 2 // the long 1
	}
	w.buf = append(w.buf, branch)
	return there
}

// block begins an array or a map, which is written as one block.
func (w *writer) block(items int) { w.long(int64(items)) }

// endBlock ends it. An empty one is its end already.
func (w *writer) endBlock(items int) {
	if items > 0 {
		w.buf = append(w.buf, 0)
	}
}

func (w *writer) unknown(enum, symbol string) {
	if w.err == nil {
		w.err = fmt.Errorf("%q is no symbol of the enum %s", symbol, enum)
	}
}

// sortedKeys makes the same map the same bytes.
func sortedKeys[T any](m map[string]T) []string {
	if len(m) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(m))
}

// maxSharedText is up to what size the texts of a body are parts of one copy
// of it. Of a larger one each has a copy, so that a short text that is kept
// does not keep the whole body.
const maxSharedText = 4 << 10

var (
	errMalformed = errors.New("the Avro body is malformed")
	errTrailing  = errors.New("bytes follow the end of the Avro body")
)

// reader reads from data. After a mistake it gives zero values.
type reader struct {
	data []byte // left to read
	text string // the whole body, where texts are parts of it
	err  error
}

func newReader(data []byte) reader {
	if len(data) > maxSharedText {
		return reader{data: data}
	}
	return reader{data: data, text: string(data)}
}

func (r *reader) fail() { r.data, r.err = nil, errMalformed }

// end gives what was wrong with the body, now that all of it should be read.
func (r *reader) end() error {
	if r.err == nil && len(r.data) > 0 {
		return errTrailing
	}
	return r.err
}

func (r *reader) long() int64 {
	v, size := binary.Varint(r.data)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.data = r.data[size:]
	return v
}

func (r *reader) int() int {
	v := r.long()
	if v != int64(int32(v)) {
		r.fail()
		return 0
	}
	return int(v)
}

func (r *reader) time() time.Time { return time.UnixMilli(r.long()).UTC() }

// take gives the next bytes, whose number stands before them.
func (r *reader) take() []byte {
	size := r.long()
	if size < 0 || size > int64(len(r.data)) || size > maxStringBytes {
		r.fail()
		return nil
	}
	taken := r.data[:size]
	r.data = r.data[size:]
	return taken
}

func (r *reader) string() string {
	taken := r.take()
	if r.text == "" || r.err != nil {
		return string(taken)
	}
	end := len(r.text) - len(r.data)
	return r.text[end-len(taken) : end]
}

func (r *reader) bytes() []byte { return append([]byte{}, r.take()...) }

func (r *reader) bool() bool {
	if len(r.data) == 0 || r.data[0] > 1 {
		r.fail()
		return false
	}
	v := r.data[0] == 1
	r.data = r.data[1:]
	return v
}

func (r *reader) double() float64 {
	if len(r.data) < 8 {
		r.fail()
		return 0
	}
	v := math.Float64frombits(binary.LittleEndian.Uint64(r.data))
	r.data = r.data[8:]
	return v
}

// present reads which branch of a union with null follows.
func (r *reader) present() bool {
	switch r.long() {
	case 0:
		return false
	case 1:
		return r.err == nil
	}
	r.fail()
	return false
}

// block gives the number of items of the next block of an array or a map, 0
// behind the last. No more are claimed than there are bytes left.
func (r *reader) block(before int) int {
	n := r.long()
	if n < 0 { // the size of the block stands behind it
		n = -n
		r.long()
	}
	if n < 0 || n > int64(len(r.data)) || n > int64(maxArrayItems-before) {
		r.fail()
		return 0
	}
	return int(n)
}
