package dialects

import (
	"encoding/xml"
	"errors"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"waybill/connectors/places"
	"waybill/schemas"
)

// text is a text as sources write it: a JSON string, or a number or a truth
// value in its place, or null for none.
type text string //nolint:recvcheck // it is read through a pointer and tells by value

// read reads a text. What else stands in its place is passed over.
func (t *text) read(d *jsontext.Decoder) error {
	switch kind := d.PeekKind(); kind {
	case '{', '[':
		if err := d.SkipValue(); err != nil {
			return err
		}
		return wrongType("a text", kind)
	default:
		token, err := d.ReadToken()
		if err == nil && kind != 'n' {
			*t = text(strings.TrimSpace(token.String()))
		}
		return err
	}
}

// UnmarshalText implements encoding.TextUnmarshaler, for XML.
func (t *text) UnmarshalText(b []byte) error {
	*t = text(strings.TrimSpace(string(b)))
	return nil
}

// String returns the text.
func (t text) String() string { return string(t) }

// flag is a truth value as sources write it: true, "true", "Y", "1", 1.
type flag bool

func (f *flag) read(d *jsontext.Decoder) error {
	var t text
	if err := t.read(d); err != nil {
		return err
	}
	return f.UnmarshalText([]byte(t))
}

// UnmarshalText implements encoding.TextUnmarshaler, for XML.
func (f *flag) UnmarshalText(b []byte) error {
	*f = *f || flag(isTrue(strings.TrimSpace(string(b))))
	return nil
}

func isTrue(written string) bool {
	switch strings.ToLower(written) {
	case "true", "t", "yes", "y", "1":
		return true
	}
	return false
}

// many is a list that sources write as its only member where it has just one.
// A member that is not of the type, or has a text that is none, is left out and
// becomes a failure; the others do not suffer. So what may be missing is best
// read as a many too: an object that is a list, or a text, is no event lost.
type many[T any] []T

// one returns the only member, or the first; nil where there is none.
func (m many[T]) one() *T {
	if len(m) == 0 {
		return nil
	}
	return &m[0]
}

func (m *many[T]) readList(d *jsontext.Decoder, l *loose) error {
	*m = nil
	switch d.PeekKind() {
	case 'n':
		return d.SkipValue()
	case '[':
		*m = many[T]{} // an empty list is more than none
		if _, err := d.ReadToken(); err != nil {
			return err
		}
		for i := 0; d.PeekKind() != ']'; i++ {
			if err := m.readMember(d, l); err != nil {
				return err
			}
		}
		_, err := d.ReadToken()
		return err
	default:
		return m.readMember(d, l)
	}
}

func (m *many[T]) readMember(d *jsontext.Decoder, l *loose) error {
	n := len(*m)
	*m = append(*m, *new(T))
	keep, err := l.member(d, &(*m)[n])
	if !keep {
		*m = (*m)[:n]
	}
	return err
}

// readPlain implements listed.
func (m *many[T]) readPlain(c *cursor, member plan) bool {
	*m = nil
	switch c.peek() {
	case 'n':
		return c.skip()
	case '[':
	default:
		return m.addPlain(c, member)
	}
	*m = many[T]{}
	if !c.open('[') {
		return false
	}
	for first := true; ; first = false {
		more, ok := c.more(']', first)
		if !more {
			return ok
		}
		if !m.addPlain(c, member) {
			return false
		}
	}
}

func (m *many[T]) addPlain(c *cursor, member plan) bool {
	n := len(*m)
	*m = append(*m, *new(T))
	c.members++
	return c.members <= maxMembers && member(c, reflect.ValueOf(&(*m)[n]).Elem())
}

// UnmarshalXML implements xml.Unmarshaler.
func (m *many[T]) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var one T
	if err := d.DecodeElement(&one, &start); err != nil {
		return err
	}
	*m = append(*m, one)
	return nil
}

// first returns the first text that is not empty.
func first[T ~string](texts ...T) string {
	for _, t := range texts {
		if t != "" {
			return string(t)
		}
	}
	return ""
}

// errNotThis says that a payload is not in the dialect.
var errNotThis = errors.New("it has none of what this dialect has")

// place makes a place of a city and a country as a source writes it.
func place(city, country string) *schemas.Location {
	return &schemas.Location{City: strings.TrimSpace(city), Country: places.Country(country)}
}
