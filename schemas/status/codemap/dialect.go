package codemap

import (
	"errors"
	"fmt"
	"strings"

	"waybill/schemas/status"
	"waybill/schemas/yamlfile"
)

// Word is what a dialect calls a code of the model.
type Word struct {
	// Status is the dialect's main status, Detail its finer code.
	Status, Detail string
}

// Dialect is a map out: what one platform would call each code of the model.
type Dialect struct {
	Name    string
	Version string // such as shippo/1
	Origin  string // the path of its file, or "built in"
	File    string // the text of its file
	words   map[string]Word
}

// Word gives the dialect's word for a code. A code that the model does not have
// gets the word of unknown.unmapped.
func (d *Dialect) Word(code string) Word {
	if w, ok := d.words[code]; ok {
		return w
	}
	return d.words[status.CodeUnmapped]
}

// newDialect checks a map out: a code of the model stands once in it, with a
// status and a detail. A code that is not in it has the word of its main
// status's fallback, which must be.
func newDialect(model *status.Model, f *file, origin string) (*Dialect, error) {
	if len(f.Names) > 0 || f.CarrierCodes || len(f.Statuses) > 0 || len(f.Decisive) > 0 || len(f.Remarks) > 0 {
		return nil, errors.New("a map of a dialect has the keys dialect, version and codes only")
	}
	d := &Dialect{Name: f.Dialect, Version: f.Dialect + "/" + f.Version, Origin: origin, words: make(map[string]Word)}
	for _, line := range f.Codes {
		if _, err := target(model, line.Key); err != nil {
			return nil, fmt.Errorf("line %d: %w", line.Line, err)
		}
		words := strings.Fields(line.Value)
		if len(words) != 2 {
			return nil, fmt.Errorf("line %d: %s is to have a status and a detail, with a blank between; it has %q", line.Line, line.Key, line.Value)
		}
		d.words[line.Key] = Word{words[0], words[1]}
	}
	for _, c := range model.Codes() {
		if _, ok := d.words[c.Name]; ok {
			continue
		}
		word, ok := d.words[c.Status.Fallback.Name]
		if !ok {
			return nil, fmt.Errorf("the code %s is missing, which stands for all of the status %s", c.Status.Fallback.Name, c.Status.Name)
		}
		d.words[c.Name] = word
	}
	return d, nil
}

// target finds a code of the model, or says which was probably meant.
func target(model *status.Model, name string) (*status.Code, error) {
	if c := model.Code(name); c != nil {
		return c, nil
	}
	var names []string
	for _, c := range model.Codes() {
		names = append(names, c.Name)
	}
	return nil, fmt.Errorf("the code %q is not in the status model%s", name, yamlfile.DidYouMean(name, names))
}
