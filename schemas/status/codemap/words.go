package codemap

import (
	"errors"
	"fmt"
	"strings"

	"waybill/schemas/status"
	"waybill/schemas/yamlfile"
)

// WordsName is the name of the words, as in their version (words/1). No map has
// it.
const WordsName = "words"

// gap stands in a phrase for up to maxGap words that do not matter. A phrase has
// few of them, for each multiplies the work.
const (
	gap     = ".."
	maxGap  = 3
	maxGaps = 3
)

// Words say what a carrier's own text means, for events that bring nothing
// else. words.yaml explains its parts.
type Words struct {
	Version string // such as words/1
	Origin  string // the path of the file, or "built in"
	File    string // its text
	// Lines are those of the file: what must be there, and the code.
	Lines yamlfile.Pairs

	lines   []wordLine
	phrases []phrase
	exact   map[string][]int // phrases by their first word
	stems   map[string][]int // phrases by the beginning of their first word
	// shortest and longest of the stems, in bytes.
	shortest, longest int
}

// wordLine gives a code to a text that has the phrases. Phrases go by number.
type wordLine struct {
	words, with, without []int
	code                 *status.Code
}

// phrase is words that follow each other, folded.
type phrase []phraseWord

type phraseWord struct {
	text    string
	stem    bool // the word may go on
	mayWait bool // up to maxGap other words may stand before it
}

type wordLineText struct {
	To      string   `yaml:"to"`
	Words   []string `yaml:"words"`
	With    []string `yaml:"with"`
	Without []string `yaml:"without"`
}

// newWords checks a file of words.
func newWords(model *status.Model, f *file, origin string) (*Words, error) {
	w := &Words{
		Version: WordsName + "/" + f.Version, Origin: origin,
		exact: make(map[string][]int), stems: make(map[string][]int),
	}
	groups := make(map[string][]int, len(f.Groups))
	numbers := make(map[string]int)
	for name, texts := range f.Groups {
		list, err := w.add(numbers, nil, texts)
		if err != nil {
			return nil, fmt.Errorf("groups: %s: %w", name, err)
		}
		groups["<"+name+">"] = list
	}
	for i, text := range f.Lines {
		line, err := w.line(model, numbers, groups, &text)
		if err != nil {
			return nil, fmt.Errorf("lines: the line %d, to %s: %w", i+1, text.To, err)
		}
		w.lines = append(w.lines, line)
		w.Lines = append(w.Lines, yamlfile.Pair{Key: strings.Join(text.Words, ", "), Value: text.To})
	}
	w.index()
	return w, nil
}

func (w *Words) line(model *status.Model, numbers map[string]int, groups map[string][]int, text *wordLineText) (wordLine, error) {
	var line wordLine
	var err error
	if line.code, err = target(model, text.To); err != nil {
		return line, err
	}
	if len(text.Words) == 0 {
		return line, errors.New("words is missing")
	}
	for _, part := range []struct {
		from []string
		into *[]int
	}{{text.Words, &line.words}, {text.With, &line.with}, {text.Without, &line.without}} {
		if *part.into, err = w.add(numbers, groups, part.from); err != nil {
			return line, err
		}
	}
	return line, nil
}

// add gives the numbers of phrases, of which it takes in those that are new.
func (w *Words) add(numbers map[string]int, groups map[string][]int, texts []string) ([]int, error) {
	var list []int
	for _, text := range texts {
		if strings.HasPrefix(text, "<") {
			group, known := groups[text]
			if !known {
				return nil, fmt.Errorf("there is no group %s", text)
			}
			list = append(list, group...)
			continue
		}
		p, err := newPhrase(text)
		if err != nil {
			return nil, err
		}
		key := fmt.Sprint(p)
		number, known := numbers[key]
		if !known {
			number = len(w.phrases)
			numbers[key] = number
			w.phrases = append(w.phrases, p)
		}
		list = append(list, number)
	}
	return list, nil
}

func newPhrase(text string) (phrase, error) {
	var p phrase
	waits := false
	for part := range strings.FieldsSeq(text) {
		if part == gap {
			waits = true
			continue
		}
		folded, stem := strings.CutSuffix(part, "*")
		found := wordsOf(folded)
		for i, word := range found {
			p = append(p, phraseWord{text: word, stem: stem && i == len(found)-1, mayWait: waits && len(p) > 0})
			waits = false
		}
	}
	switch {
	case len(p) == 0 || waits:
		return nil, fmt.Errorf("the phrase %q has no word, or none behind its last %s", text, gap)
	case strings.Count(text, gap) > maxGaps:
		return nil, fmt.Errorf("the phrase %q has more than %d times %s", text, maxGaps, gap)
	}
	return p, nil
}

func (w *Words) index() {
	for i, p := range w.phrases {
		if first := p[0]; first.stem {
			w.stems[first.text] = append(w.stems[first.text], i)
			if w.shortest == 0 || len(first.text) < w.shortest {
				w.shortest = len(first.text)
			}
			w.longest = max(w.longest, len(first.text))
		} else {
			w.exact[first.text] = append(w.exact[first.text], i)
		}
	}
}

// find gives what a text means, or nil.
func (w *Words) find(text string) *status.Code {
	if text == "" || w == nil {
		return nil
	}
	said := wordsOf(text)
	there := make([]bool, len(w.phrases))
	for i, word := range said {
		w.mark(there, w.exact[word], said[i+1:])
		for n := w.shortest; n <= min(len(word), w.longest); n++ {
			w.mark(there, w.stems[word[:n]], said[i+1:])
		}
	}
	for i := range w.lines {
		if w.lines[i].fits(there) {
			if silent(w.lines[i].code) {
				return nil
			}
			return w.lines[i].code
		}
	}
	return nil
}

// mark notes which phrases, whose first word was there, go on in the rest.
func (w *Words) mark(there []bool, phrases []int, rest []string) {
	for _, i := range phrases {
		there[i] = there[i] || w.phrases[i][1:].follows(rest)
	}
}

// follows tells whether the words stand at the beginning of the rest.
func (p phrase) follows(rest []string) bool {
	if len(p) == 0 {
		return true
	}
	tries := 1
	if p[0].mayWait {
		tries += maxGap
	}
	for i := range min(tries, len(rest)) {
		if p[0].is(rest[i]) && p[1:].follows(rest[i+1:]) {
			return true
		}
	}
	return false
}

func (p phraseWord) is(word string) bool {
	return word == p.text || p.stem && strings.HasPrefix(word, p.text)
}

func (l *wordLine) fits(there []bool) bool {
	return hasAny(there, l.words) && (len(l.with) == 0 || hasAny(there, l.with)) && !hasAny(there, l.without)
}

func hasAny(there []bool, phrases []int) bool {
	for _, i := range phrases {
		if there[i] {
			return true
		}
	}
	return false
}
