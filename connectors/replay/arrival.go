package replay

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"waybill/schemas/yamlfile"
)

// Words of an arrival that are not columns.
const (
	wordRegistration = "registration"
	wordOccurred     = "occurred"
)

// Arrival says when a record came onto the log: a time, or the earlier or the
// later of several. The head of maps/scms.yaml explains it.
type Arrival struct {
	later bool
	terms []term
}

// term is a column or a word, and an offset.
type term struct {
	name   string
	offset time.Duration
}

var offsetPattern = regexp.MustCompile(`^(.*\S)\s*([+-])\s+(\d{1,6})(s|m|h|d)$`)

// UnmarshalYAML reads an arrival from a text or from {earlier: [...]} or
// {later: [...]}.
func (a *Arrival) UnmarshalYAML(n *yaml.Node) error {
	texts := []string{n.Value}
	if n.Kind != yaml.ScalarNode {
		var choice map[string][]string
		if err := n.Decode(&choice); err != nil {
			return err
		}
		earlier, isEarlier := choice["earlier"]
		later, isLater := choice["later"]
		if len(choice) != 1 || isEarlier == isLater {
			return yamlfile.At(n, errors.New("an arrival is a time, {earlier: [...]} or {later: [...]}"))
		}
		a.later, texts = isLater, append(earlier, later...)
	}
	for _, text := range texts {
		t, err := parseTerm(text)
		if err != nil {
			return yamlfile.At(n, err)
		}
		a.terms = append(a.terms, t)
	}
	if len(a.terms) == 0 {
		return yamlfile.At(n, errors.New("the arrival names no time"))
	}
	return nil
}

func parseTerm(text string) (term, error) {
	text = strings.TrimSpace(text)
	m := offsetPattern.FindStringSubmatch(text)
	if m == nil {
		if text == "" {
			return term{}, errors.New("the arrival names no time")
		}
		return term{name: text}, nil
	}
	n, err := strconv.Atoi(m[3])
	if err != nil {
		return term{}, err
	}
	unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[m[4]]
	if n > int(maxOffset/unit) {
		return term{}, fmt.Errorf("the offset %s%s is over ten years", m[3], m[4])
	}
	offset := time.Duration(n) * unit
	if m[2] == "-" {
		offset = -offset
	}
	return term{name: m[1], offset: offset}, nil
}

const maxOffset = 10 * 366 * 24 * time.Hour

// columns lists the columns that the arrival names, words being the words that
// stand for other times where it is used.
func (a Arrival) columns(words ...string) []string {
	var names []string
	for _, t := range a.terms {
		if !slices.Contains(words, t.name) {
			names = append(names, t.name)
		}
	}
	return names
}

// at gives the arrival for a row. words are the times that are not columns;
// read reads a column, saying false where its cell is empty.
func (a Arrival) at(words map[string]time.Time, read func(column string) (time.Time, bool, error)) (time.Time, error) {
	var best time.Time
	found := false
	for _, t := range a.terms {
		at, known := words[t.name]
		if !known {
			var err error
			if at, known, err = read(t.name); err != nil {
				return time.Time{}, err
			}
		}
		if !known {
			continue
		}
		at = at.Add(t.offset)
		if !found || (a.later && at.After(best)) || (!a.later && at.Before(best)) {
			best, found = at, true
		}
	}
	if !found {
		return time.Time{}, &cellError{column: a.terms[0].name, problem: "the cell is empty, and the arrival depends on it"}
	}
	return best, nil
}
