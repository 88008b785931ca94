package carriers

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"waybill/schemas"
)

// formEntry is a form as the files have it; the head of carriers.yaml explains
// its keys.
type formEntry struct {
	Carrier string            `yaml:"carrier"` // in numbers.yaml only
	ID      string            `yaml:"id"`      // in numbers.yaml only
	Name    string            `yaml:"name"`
	Regex   string            `yaml:"regex"`
	Example string            `yaml:"example"`
	Lengths []int             `yaml:"lengths"`
	Check   string            `yaml:"check"`
	Evens   int               `yaml:"evens"`
	Odds    int               `yaml:"odds"`
	Reverse bool              `yaml:"reverse"`
	Weights []int             `yaml:"weights"`
	Moduli  []int             `yaml:"moduli"`
	Prepend string            `yaml:"prepend"`
	Lookup  map[string]string `yaml:"lookup"`
	Detect  *bool             `yaml:"detect"`
}

// form is one form of a carrier's numbers.
type form struct {
	id, name, example string

	regex         string
	pattern       *regexp.Regexp // the regex over the whole canonical number
	least, most   int            // its length, in bytes
	lengths       []int          // if any: no other length
	serial, digit int            // groups of the pattern; 0: none
	check         arithmetic     // nil: no check digit
	prepend       string
	lookups       []lookup
	countries     []string // if any: the number ends in the letters of one of them
	marked        bool     // it takes letters, so that no other number looks like it by chance
	detects       bool
}

// lookup is a group of the pattern, and its published values.
type lookup struct {
	group  int
	values *regexp.Regexp
}

// verdict is what a form says of a number. Each holds only where those before it
// do.
type verdict struct {
	fits  bool
	right bool // the check digit is, or there is none
	known bool // all that can be looked up is published
}

func newForm(e *formEntry) (*form, error) {
	parsed, err := syntax.Parse(`^(?:`+e.Regex+`)$`, syntax.Perl)
	if err != nil {
		return nil, err
	}
	least, most := reach(parsed)
	f := &form{
		id: e.ID, name: e.Name, example: e.Example, regex: e.Regex, pattern: regexp.MustCompile(parsed.String()), least: least, most: most,
		lengths: e.Lengths, prepend: e.Prepend, detects: e.Detect == nil || *e.Detect,
	}
	f.serial, f.digit = max(0, f.pattern.SubexpIndex("serial")), max(0, f.pattern.SubexpIndex("check"))
	if f.check, err = newArithmetic(e); err != nil {
		return nil, err
	}
	if f.check != nil && (f.serial == 0 || f.digit == 0) {
		return nil, errors.New("a check digit takes the groups (?P<serial>) and (?P<check>) in the regex")
	}
	for group, values := range e.Lookup {
		l := lookup{group: f.pattern.SubexpIndex(group)}
		if l.group < 0 {
			return nil, fmt.Errorf("lookup: the regex has no group %s", group)
		}
		if l.values, err = regexp.Compile(`^(?:` + values + `)$`); err != nil {
			return nil, fmt.Errorf("lookup: %s: %w", group, err)
		}
		f.lookups = append(f.lookups, l)
	}
	return f, f.tryExample()
}

// tryExample refuses a form whose own example fails.
func (f *form) tryExample() error {
	example := schemas.CanonicalNumber(f.example)
	switch v := f.judge(example); {
	case !v.fits:
		return fmt.Errorf("its example %q does not fit", f.example)
	case !v.right:
		return fmt.Errorf("its example %q has a wrong check digit", f.example)
	}
	digits := strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return '0'
		}
		return r
	}, example)
	f.marked = !f.pattern.MatchString(digits)
	return nil
}

// judge says what the form makes of a canonical number.
func (f *form) judge(number string) (v verdict) {
	if !f.mayFit(number) {
		return v
	}
	m := f.pattern.FindStringSubmatchIndex(number)
	if m == nil || len(f.countries) > 0 && !slices.Contains(f.countries, lettersOf(number)) {
		return v
	}
	part := func(group int) string {
		if m[2*group] < 0 {
			return ""
		}
		return number[m[2*group]:m[2*group+1]]
	}
	v.fits, v.right = true, true
	if f.check != nil {
		serial := part(f.serial)
		if !strings.HasPrefix(serial, f.prepend) {
			serial = f.prepend + serial
		}
		v.right = part(f.digit) == string(rune(f.check(serial)))
	}
	v.known = v.right && !slices.ContainsFunc(f.lookups, func(l lookup) bool { return !l.values.MatchString(part(l.group)) })
	return v
}

// lettersOf gives the letters of the country at the end of a number of S10.
func lettersOf(number string) string { return number[max(0, len(number)-2):] }

// mayFit is the quick look that most numbers do not pass.
func (f *form) mayFit(number string) bool {
	return len(number) >= f.least && len(number) <= f.most && (len(f.lengths) == 0 || slices.Contains(f.lengths, len(number)))
}

// reach gives the least and the greatest length of what a pattern matches, in
// bytes; without a bound the greatest is maxNumber.
func reach(re *syntax.Regexp) (least, most int) {
	switch re.Op {
	case syntax.OpLiteral:
		return len(string(re.Rune)), len(string(re.Rune))
	case syntax.OpCharClass:
		return 1, utf8.RuneLen(re.Rune[len(re.Rune)-1])
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1, utf8.UTFMax
	case syntax.OpCapture:
		return reach(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			l, m := reach(sub)
			least, most = least+l, most+m
		}
	case syntax.OpAlternate:
		least = maxNumber
		for _, sub := range re.Sub {
			l, m := reach(sub)
			least, most = min(least, l), max(most, m)
		}
	case syntax.OpQuest:
		_, most = reach(re.Sub[0])
	case syntax.OpRepeat:
		l, m := reach(re.Sub[0])
		least, most = re.Min*l, re.Max*m
		if re.Max < 0 {
			most = maxNumber
		}
	case syntax.OpPlus:
		least, _ = reach(re.Sub[0])
		most = maxNumber
	case syntax.OpStar:
		most = maxNumber
	}
	return least, min(most, maxNumber)
}
