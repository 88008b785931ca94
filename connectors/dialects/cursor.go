package dialects

import (
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// cursor reads JSON in which nothing is wrong. The texts that it gives are parts
// of the one that it reads. A method returns false where something else stands
// than it can read, or than JSON has: then none of it counts, and whoever reads
// it in full (loose) finds out what it is.
type cursor struct {
	text    string
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

// name reads the name of an object's member, and the colon.
func (c *cursor) name() (string, bool) {
	name, ok := c.string()
	if !ok || c.peek() != ':' {
		return "", false
	}
	c.at++
	return name, true
}

// string reads a text in quotes.
func (c *cursor) string() (string, bool) {
	begin, escaped, ok := c.quoted()
	switch {
	case !ok:
		return "", false
	case escaped:
		return string(c.scratch), true
	default:
		return c.text[begin : c.at-1], true
	}
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
		return utf8.ValidString(c.text[begin : c.at-1])
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
func (c *cursor) bare() (string, bool) {
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

func (c *cursor) word(word string) (string, bool) {
	if !strings.HasPrefix(c.text[c.at:], word) {
		return "", false
	}
	c.at += len(word)
	return word, true
}

func (c *cursor) number() (string, bool) {
	begin := c.at
	c.one("-")
	if whole := c.digits(); whole == 0 || whole > 1 && c.text[c.at-whole] == '0' {
		return "", false
	}
	if c.one(".") && c.digits() == 0 {
		return "", false
	}
	if c.one("eE") {
		if c.one("+-"); c.digits() == 0 {
			return "", false
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
