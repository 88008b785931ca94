package dialects

import (
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// cursor reads JSON in which nothing is wrong. A method returns false where
// something else stands than it can read, or than JSON has: then none of it
// counts, and whoever reads it in full (loose) finds out what it is.
type cursor struct {
	text    []byte
	texts   strings.Builder // those that were given, one behind the other
	at      int
	depth   int    // of the object or list that it is in
	scratch []byte // what the escapes of a text stand for
	members int    // of all lists that are kept
}

// peek passes over blanks and gives the byte behind them; 0 is the end.
func (c *cursor) peek() byte {
	for ; c.at < len(c.text); c.at++ {
		switch b := c.text[c.at]; b {
		case ' ', '\t', '\r', '\n':
		default:
			return b
		}
	}
	return 0
}

// open begins an object or a list, within bounds.
func (c *cursor) open(bracket byte) bool {
	if c.peek() != bracket || c.depth == maxDepth {
		return false
	}
	c.at++
	c.depth++
	return true
}

// more tells whether a member comes, or else passes over the end of the object
// or list. A list's first member needs no comma before it.
func (c *cursor) more(bracket byte, first bool) (yes, ok bool) {
	switch b := c.peek(); {
	case b == bracket:
		c.at++
		c.depth--
		return false, true
	case first:
		return true, true
	case b == ',':
		c.at++
		return true, true
	}
	return false, false
}

// name reads the name of an object's member, and the colon. It is good until the
// next one.
func (c *cursor) name() ([]byte, bool) {
	name, ok := c.string()
	if !ok || c.peek() != ':' {
		return nil, false
	}
	c.at++
	return name, true
}

// string reads a text in quotes. It is good until the next one.
func (c *cursor) string() ([]byte, bool) {
	begin, escaped, ok := c.quoted()
	switch {
	case !ok:
		return nil, false
	case escaped:
		return c.scratch, true
	default:
		return c.text[begin : c.at-1], true
	}
}

// textBytes is the room that is made for texts at a time: payloads have much that
// nobody keeps.
const textBytes = 1 << 10

// keep makes a text of bytes, which may change then.
func (c *cursor) keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if c.texts.Cap()-c.texts.Len() < len(b) {
		c.texts = strings.Builder{}
		c.texts.Grow(max(len(b), min(textBytes, len(c.text)-c.at+len(b))))
	}
	begin := c.texts.Len()
	c.texts.Write(b)
	return c.texts.String()[begin:]
}

// quoted passes over a text in quotes that begins behind them at begin. What its
// escapes stand for is then in the scratch.
func (c *cursor) quoted() (begin int, escaped, ok bool) {
	if c.peek() != '"' {
		return 0, false, false
	}
	c.at++
	begin = c.at
	for c.at < len(c.text) && isPlain[c.text[c.at]] {
		c.at++
	}
	if c.at < len(c.text) && c.text[c.at] == '"' {
		c.at++
		return begin, false, true
	}
	for ; c.at < len(c.text); c.at++ {
		switch b := c.text[c.at]; {
		case b == '\\':
			escaped = true
			c.at++
		case b < ' ':
			return begin, false, false
		case b == '"':
			c.at++
			return begin, escaped, c.unquote(begin, escaped)
		}
	}
	return begin, false, false
}

// unquote looks at a text that is not plain, and puts it into the scratch where
// it has escapes.
func (c *cursor) unquote(begin int, escaped bool) bool {
	if !escaped {
		return utf8.Valid(c.text[begin : c.at-1])
	}
	var err error
	c.scratch, err = jsontext.AppendUnquote(c.scratch[:0], c.text[begin-1:c.at])
	return err == nil
}

// isPlain tells the bytes that stand for themselves in a text and are ASCII.
var isPlain = func() (plain [256]bool) {
	for b := byte(' '); b < utf8.RuneSelf; b++ {
		plain[b] = b != '"' && b != '\\'
	}
	return plain
}()

// bare reads a number, true or false, or null.
func (c *cursor) bare() ([]byte, bool) {
	switch c.peek() {
	case 'n':
		return c.word("null")
	case 't':
		return c.word("true")
	case 'f':
		return c.word("false")
	default:
		return c.number()
	}
}

func (c *cursor) word(word string) ([]byte, bool) {
	end := c.at + len(word)
	if end > len(c.text) || string(c.text[c.at:end]) != word {
		return nil, false
	}
	begin := c.at
	c.at = end
	return c.text[begin:end], true
}

func (c *cursor) number() ([]byte, bool) {
	begin := c.at
	c.one("-")
	if whole := c.digits(); whole == 0 || whole > 1 && c.text[c.at-whole] == '0' {
		return nil, false
	}
	if c.one(".") && c.digits() == 0 {
		return nil, false
	}
	if c.one("eE") {
		if c.one("+-"); c.digits() == 0 {
			return nil, false
		}
	}
	return c.text[begin:c.at], true
}

// one passes over one of these bytes, if it is there.
func (c *cursor) one(of string) bool {
	if c.at == len(c.text) || strings.IndexByte(of, c.text[c.at]) < 0 {
		return false
	}
	c.at++
	return true
}

func (c *cursor) digits() int {
	begin := c.at
	for c.at < len(c.text) && '0' <= c.text[c.at] && c.text[c.at] <= '9' {
		c.at++
	}
	return c.at - begin
}

// skip passes over any value.
func (c *cursor) skip() bool {
	switch c.peek() {
	case '"':
		_, _, ok := c.quoted()
		return ok
	case '{':
		return c.skipMembers('{', '}')
	case '[':
		return c.skipMembers('[', ']')
	default:
		_, ok := c.bare()
		return ok
	}
}

func (c *cursor) skipMembers(open, bracket byte) bool {
	if !c.open(open) {
		return false
	}
	for first := true; ; first = false {
		more, ok := c.more(bracket, first)
		if !more {
			return ok
		}
		if open == '{' {
			if _, _, ok := c.quoted(); !ok || c.peek() != ':' {
				return false
			}
			c.at++
		}
		if !c.skip() {
			return false
		}
	}
}
