package dialects

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// mark is a set of paths, such as data.tracking_status, that payloads of a
// dialect have. Lists count as what is in them; an XML path begins with the
// root element. A path may end in =value, for a text that stands there.
type mark []string

// pathDepth is how many names of a path are looked at.
const pathDepth = 6

// maxShape bounds how much of a payload is looked at for its dialect.
const maxShape = 512 << 10

// Detect finds the dialect of a payload by what it holds. The error is a
// *PayloadError; it names the dialects where it could be several.
func Detect(payload []byte) (*Dialect, error) {
	paths, err := shape(payload)
	if err != nil {
		return nil, &PayloadError{Kind: Malformed, Problem: err.Error()}
	}
	var found []*Dialect
	best := 0
	for _, d := range dialects {
		switch score := d.score(paths); {
		case score == 0 || score < best:
		case score > best:
			found, best = []*Dialect{d}, score
		default:
			found = append(found, d)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	problem := "it has the marks of no dialect; name it"
	if len(found) > 1 {
		names := make([]string, len(found))
		for i, d := range found {
			names[i] = d.Name
		}
		problem = "it could be " + strings.Join(names, " or ") + "; name it"
	}
	return nil, &PayloadError{Kind: UnknownDialect, Problem: problem}
}

// score is the size of the largest mark that is there as a whole.
func (d *Dialect) score(paths map[string]bool) int {
	best := 0
	for _, m := range d.marks {
		if len(m) > best && !slices.ContainsFunc(m, func(path string) bool { return !paths[path] }) {
			best = len(m)
		}
	}
	return best
}

// shape lists the paths of a payload, and those of short texts with their
// values.
func shape(payload []byte) (map[string]bool, error) {
	if isXML(payload) {
		return shapeXML(payload)
	}
	return shapeJSON(payload)
}

func shapeXML(payload []byte) (map[string]bool, error) {
	if err := checkXML(payload); err != nil {
		return nil, err
	}
	d := newXML(payload[:min(len(payload), maxShape)])
	paths, at := make(map[string]bool), []string{}
	for {
		token, err := d.RawToken()
		if err != nil {
			return paths, nil //nolint:nilerr // the end, or of what is looked at
		}
		switch t := token.(type) {
		case xml.StartElement:
			at = append(at, t.Name.Local)
			paths[strings.Join(at[:min(len(at), pathDepth)], ".")] = true
		case xml.EndElement:
			if len(at) > 0 {
				at = at[:len(at)-1]
			}
		}
	}
}

func shapeJSON(payload []byte) (map[string]bool, error) {
	if err := checkDepth(payload); err != nil {
		return nil, err
	}
	if kind := jsontext.Value(payload).Kind(); kind != '{' && kind != '[' {
		return nil, errors.New("it is neither XML nor an object or a list of JSON")
	}
	d := jsontext.NewDecoder(bytes.NewReader(payload[:min(len(payload), maxShape)]), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	paths := make(map[string]bool)
	err := walk(d, "", 0, paths)
	if err != nil && len(payload) <= maxShape {
		return nil, fmt.Errorf("it is not JSON: %w", err)
	}
	return paths, nil
}

// walk notes the paths of one value.
func walk(d *jsontext.Decoder, path string, depth int, paths map[string]bool) error {
	if path != "" {
		paths[path] = true
	}
	if kind := d.PeekKind(); depth >= pathDepth && (kind == '{' || kind == '[') {
		return d.SkipValue()
	}
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	const short = 40
	switch token.Kind() {
	case '"':
		if value := token.String(); len(value) <= short {
			paths[path+"="+value] = true
		}
	case '[':
		for d.PeekKind() != ']' && err == nil {
			err = walk(d, path, depth, paths)
		}
	case '{':
		for d.PeekKind() != '}' && err == nil {
			var name jsontext.Token
			if name, err = d.ReadToken(); err != nil {
				break
			}
			err = walk(d, strings.TrimPrefix(path+"."+name.String(), "."), depth+1, paths)
		}
	default:
		return nil
	}
	if err != nil || token.Kind() == '"' {
		return err
	}
	_, err = d.ReadToken()
	return err
}
