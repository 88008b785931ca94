package dialects

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// maxElements bounds the elements of a payload: a small one can have so many
// that what is made of them is large.
const maxElements = 500_000

// xml reads the payload into a value of a dialect. Names are matched without
// their namespaces; an envelope (SOAP) is the dialect's to name.
func (r *reader) xml(into any) error {
	if err := checkXML(r.payload); err != nil {
		return err
	}
	if err := newXML(r.payload).Decode(into); err != nil {
		return &PayloadError{Dialect: r.dialect.Name, Kind: WrongDialect, Problem: "it is not this dialect's XML: " + err.Error()}
	}
	return nil
}

func newXML(payload []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(payload))
	d.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		known, err := htmlindex.Get(label)
		if err != nil {
			return nil, fmt.Errorf("finding the character set %q: %w", label, err)
		}
		return known.NewDecoder().Reader(input), nil
	}
	d.Entity = xml.HTMLEntity
	return d
}

// checkXML refuses what is not well formed or nests too deeply. Entities that a
// document defines itself are not known, so that none can grow.
func checkXML(payload []byte) error {
	d := newXML(payload)
	depth, elements := 0, 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("it is not XML: byte %d: %s", d.InputOffset(), strings.TrimPrefix(err.Error(), "XML syntax error on "))
		}
		switch token.(type) {
		case xml.StartElement:
			elements++
			if elements > maxElements {
				return fmt.Errorf("it has more than %d elements", maxElements)
			}
			if depth++; depth > maxDepth {
				return fmt.Errorf("it nests deeper than %d levels at byte %d", maxDepth, d.InputOffset())
			}
		case xml.EndElement:
			depth--
		}
	}
	if elements == 0 || depth != 0 {
		return errors.New("it is not whole XML")
	}
	return nil
}
