package dialects

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// text is a text as sources write it: a JSON string, or a number or a truth
// value in its place, or null for none.
type text string

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (t *text) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	switch kind := d.PeekKind(); kind {
	case '"', '0', 't', 'f', 'n':
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		if kind != 'n' {
			*t = text(strings.TrimSpace(token.String()))
		}
		return nil
	case jsontext.KindInvalid:
		_, err := d.ReadToken()
		return err
	default:
		return fmt.Errorf("%s stands where a text is wanted", kind)
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

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (f *flag) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var t text
	if err := t.UnmarshalJSONFrom(d); err != nil {
		return err
	}
	return f.UnmarshalText([]byte(t))
}

// UnmarshalText implements encoding.TextUnmarshaler, for XML.
func (f *flag) UnmarshalText(b []byte) error {
	switch strings.ToLower(strings.TrimSpace(string(b))) {
	case "true", "t", "yes", "y", "1":
		*f = true
	}
	return nil
}

// many is a list that sources write as its only member where it has just one.
type many[T any] []T

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (m *many[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '[' {
		return json.UnmarshalDecode(d, (*[]T)(m))
	}
	if d.PeekKind() == 'n' {
		return d.SkipValue()
	}
	var one T
	if err := json.UnmarshalDecode(d, &one); err != nil {
		return err
	}
	*m = many[T]{one}
	return nil
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
