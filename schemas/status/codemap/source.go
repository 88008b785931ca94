package codemap

import (
	"errors"
	"fmt"
	"strings"

	"waybill/schemas"
	"waybill/schemas/status"
	"waybill/schemas/yamlfile"
)

// Source is a map in: what one carrier or platform calls things. in/shippo.yaml
// explains its parts.
type Source struct {
	Name    string
	Version string   // such as shippo/1, which the events that it maps bear
	Origin  string   // the path of its file, or "built in"
	File    string   // the text of its file
	Names   []string // further names of the source
	// CarrierCodes: the platform passes on carriers' own codes, so that the
	// carrier's map is asked for a code that this one does not have.
	CarrierCodes bool
	// Codes and Statuses are the lines of the file, in its order.
	Codes, Statuses yamlfile.Pairs

	codes    map[string]*entry // by code, as written and in upper case
	statuses map[string]*entry // by main status, likewise
}

// entry is what a raw code or status stands for.
type entry struct {
	code     *status.Code
	decisive bool     // a status that wins over a detail of another main status
	remarks  []remark // on a code: words that make it something else
}

// remark is words in the raw status that give a raw code another meaning.
type remark struct {
	words []string // in lower case
	code  *status.Code
}

type remarkLine struct {
	Code  string   `yaml:"code"`
	Words []string `yaml:"words"`
	To    string   `yaml:"to"`
}

// newSource checks a map in: each of its codes and statuses stands once and for
// a code of the model.
func newSource(model *status.Model, f *file, origin string) (*Source, error) {
	s := &Source{
		Name: f.Source, Version: f.Source + "/" + f.Version, Origin: origin, CarrierCodes: f.CarrierCodes,
		Names: f.Names, Codes: f.Codes, Statuses: f.Statuses,
	}
	for _, name := range append([]string{f.Source}, f.Names...) {
		if name == WordsName {
			return nil, fmt.Errorf("the name %q is that of the words", name)
		}
		if name == "" || name != schemas.CanonicalCarrier(name) {
			return nil, fmt.Errorf("the name %q is not canonical: lower case with dashes is wanted, here %q", name, schemas.CanonicalCarrier(name))
		}
	}
	if len(f.Codes) == 0 && len(f.Statuses) == 0 {
		return nil, errors.New("it maps nothing: codes and statuses are missing")
	}
	var err error
	if s.codes, err = entries(model, f.Codes); err != nil {
		return nil, err
	}
	if s.statuses, err = entries(model, f.Statuses); err != nil {
		return nil, err
	}
	for _, name := range f.Decisive {
		e := s.statuses[name]
		if e == nil {
			return nil, fmt.Errorf("decisive names %q, which is not one of its statuses", name)
		}
		e.decisive = true
	}
	return s, s.addRemarks(model, f.Remarks)
}

// NotIn lists the codes and statuses of this map that another one lacks.
func (s *Source) NotIn(other *Source) []string {
	var missing []string
	for _, line := range s.Codes {
		if other.codes[fold(line.Key)] == nil {
			missing = append(missing, line.Key)
		}
	}
	for _, line := range s.Statuses {
		if other.statuses[fold(line.Key)] == nil {
			missing = append(missing, line.Key)
		}
	}
	return missing
}

func entries(model *status.Model, lines yamlfile.Pairs) (map[string]*entry, error) {
	made, first := make(map[string]*entry, 2*len(lines)), make(map[string]yamlfile.Pair, len(lines))
	for _, line := range lines {
		code, err := target(model, line.Value)
		if err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", line.Line, line.Key, err)
		}
		folded := fold(line.Key)
		if earlier, twice := first[folded]; twice {
			return nil, fmt.Errorf("line %d: %s differs from %s in line %d by the case of letters or blanks only, which tell no codes apart",
				line.Line, line.Key, earlier.Key, earlier.Line)
		}
		if folded == "" {
			return nil, fmt.Errorf("line %d: the code is empty", line.Line)
		}
		e := &entry{code: code}
		first[folded], made[folded], made[line.Key] = line, e, e
	}
	return made, nil
}

func (s *Source) addRemarks(model *status.Model, lines []remarkLine) error {
	for _, line := range lines {
		e := s.codes[line.Code]
		if e == nil {
			e = s.statuses[line.Code]
		}
		code, err := target(model, line.To)
		switch {
		case e == nil:
			return fmt.Errorf("remarks: %q is none of its codes and statuses", line.Code)
		case err != nil:
			return fmt.Errorf("remarks of %s: %w", line.Code, err)
		case len(line.Words) == 0:
			return fmt.Errorf("remarks of %s: words is missing", line.Code)
		}
		r := remark{code: code}
		for _, word := range line.Words {
			r.words = append(r.words, strings.ToLower(word))
		}
		e.remarks = append(e.remarks, r)
	}
	return nil
}

// fold is the spelling in which codes are compared.
func fold(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }
