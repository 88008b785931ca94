package status

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"waybill/schemas/yamlfile"
)

// maxRank is the highest rank of a main status.
const maxRank = 7

// Words of left_for that are no main status.
const (
	leftForAnything = "anything"
	leftForNothing  = "nothing"
	leftForPhysical = "physical"
)

// followsRegistration is the only value of follows.
const followsRegistration = "registration"

// The file as it is written.
type modelFile struct {
	Version  string       `yaml:"version"`
	Statuses []statusLine `yaml:"statuses"`
	Codes    []codeLine   `yaml:"codes"`
}

type statusLine struct {
	Status   string   `yaml:"status"`
	Rank     int      `yaml:"rank"`
	Terminal bool     `yaml:"terminal"`
	Follows  string   `yaml:"follows"`
	LeftFor  []string `yaml:"left_for"`
	Fallback string   `yaml:"fallback"`
}

type codeLine struct {
	Code     string `yaml:"code"`
	Status   string `yaml:"status"`
	Flags    string `yaml:"flags"`
	Party    string `yaml:"party"`
	Severity int    `yaml:"severity"`
	DataOnly bool   `yaml:"data_only"`
	Name     string `yaml:"name"`
	Meaning  string `yaml:"meaning"`
}

// Load reads and checks a model. The error names the line's status or code and
// what is wrong with it.
func Load(data []byte) (*Model, error) {
	var file modelFile
	if err := yamlfile.Decode(data, &file); err != nil {
		return nil, fmt.Errorf("reading the status model: %w", err)
	}
	m := &Model{version: file.Version, byStatus: make(map[string]*Status), byCode: make(map[string]*Code)}
	if m.version == "" {
		return nil, errors.New("reading the status model: it has no version")
	}
	for _, line := range file.Statuses {
		if err := m.addStatus(line); err != nil {
			return nil, fmt.Errorf("reading status %q of the status model: %w", line.Status, err)
		}
	}
	for _, line := range file.Codes {
		if err := m.addCode(line); err != nil {
			return nil, fmt.Errorf("reading code %q of the status model: %w", line.Code, err)
		}
	}
	for i, line := range file.Statuses {
		if err := m.link(m.statuses[i], line); err != nil {
			return nil, fmt.Errorf("reading status %q of the status model: %w", line.Status, err)
		}
	}
	return m, m.complete()
}

func (m *Model) addStatus(line statusLine) error {
	switch {
	case line.Status == "" || line.Status != strings.ToUpper(line.Status):
		return errors.New("a status is in upper case and not empty")
	case m.byStatus[line.Status] != nil:
		return errors.New("it is there twice")
	case line.Rank < 0 || line.Rank > maxRank:
		return fmt.Errorf("the rank %d is not from 0 to %d", line.Rank, maxRank)
	case line.Follows != "" && line.Follows != followsRegistration:
		return fmt.Errorf("follows is %q; %q is all it can be", line.Follows, followsRegistration)
	}
	s := &Status{Name: line.Status, Rank: line.Rank, Terminal: line.Terminal, OfRegistration: line.Follows != ""}
	m.statuses = append(m.statuses, s)
	m.byStatus[s.Name] = s
	return nil
}

func (m *Model) addCode(line codeLine) error {
	parties := []string{"carrier", "shipper", "consignee", "customs", "external", "shared", "system", "unknown"}
	c := &Code{
		Name: line.Code, Status: m.byStatus[line.Status], Title: line.Name, Meaning: line.Meaning,
		Party: line.Party, Severity: line.Severity, DataOnly: line.DataOnly,
	}
	switch {
	case !strings.Contains(c.Name, ".") || c.Name != strings.ToLower(c.Name):
		return errors.New("a code is in lower case and has a dot")
	case m.byCode[c.Name] != nil:
		return errors.New("it is there twice")
	case c.Status == nil:
		return fmt.Errorf("the status %q is not in the model%s", line.Status, yamlfile.DidYouMean(line.Status, m.names()))
	case !slices.Contains(parties, c.Party):
		return fmt.Errorf("the party %q is none of %s", c.Party, strings.Join(parties, ", "))
	case c.Severity < 0 || c.Severity > 2:
		return fmt.Errorf("the severity %d is not from 0 to 2", c.Severity)
	case c.Title == "" || c.Meaning == "":
		return errors.New("name and meaning must not be empty")
	}
	for _, letter := range line.Flags {
		flag := c.flag(letter)
		if flag == nil || *flag {
			return fmt.Errorf("the flags %q: each is one of MSXTAFP and stands once", line.Flags)
		}
		*flag = true
	}
	if c.DataOnly && line.Flags != "" {
		return fmt.Errorf("it is data only and has the flags %q", line.Flags)
	}
	m.codes = append(m.codes, c)
	m.byCode[c.Name] = c
	return nil
}

// flag gives the field of a flag's letter, or nil.
func (c *Code) flag(letter rune) *bool {
	switch letter {
	case 'M':
		return &c.Milestone
	case 'S':
		return &c.StartsClock
	case 'X':
		return &c.StopsClock
	case 'T':
		return &c.Terminal
	case 'A':
		return &c.ActionRequired
	case 'F':
		return &c.AttemptFailure
	case 'P':
		return &c.PhysicalScan
	}
	return nil
}

// Flags gives the letters of the code's flags, as the model's file has them.
func (c *Code) Flags() string {
	var letters strings.Builder
	for _, letter := range "MSXTAFP" {
		if *c.flag(letter) {
			letters.WriteRune(letter)
		}
	}
	return letters.String()
}

// link fills in what of a status needs the codes and the other statuses.
func (m *Model) link(s *Status, line statusLine) error {
	s.Fallback = m.byCode[line.Fallback]
	if s.Fallback == nil || s.Fallback.Status != s {
		return fmt.Errorf("the fallback %q is no code of it", line.Fallback)
	}
	if len(line.LeftFor) == 0 {
		return errors.New("left_for is missing; write [nothing] where nothing may follow")
	}
	for _, word := range line.LeftFor {
		switch {
		case m.byStatus[word] != nil:
			s.next = append(s.next, word)
		case len(line.LeftFor) > 1:
			return fmt.Errorf("left_for names %q, which is no status%s", word, yamlfile.DidYouMean(word, m.names()))
		case word == leftForAnything:
			s.anything = true
		case word == leftForPhysical:
			s.physical = true
		case word != leftForNothing:
			return fmt.Errorf("left_for is %q; it can be anything, nothing, physical, or statuses", word)
		}
	}
	return nil
}

// names lists the main statuses.
func (m *Model) names() []string {
	names := make([]string, len(m.statuses))
	for i, s := range m.statuses {
		names[i] = s.Name
	}
	return names
}

// complete checks that what code decides by is there.
func (m *Model) complete() error {
	for _, name := range []string{Unknown, Pending, Invalid, Exception, OutForDelivery, Returning, Delivered, Expired} {
		if m.byStatus[name] == nil {
			return fmt.Errorf("reading the status model: the status %s is missing", name)
		}
	}
	for _, name := range []string{CodeRegistered, CodeNotFound, CodeInvalidNumber, CodeUnsupported, CodeProblemResolved, CodeNoUpdate, CodeUnmapped} {
		if m.byCode[name] == nil {
			return fmt.Errorf("reading the status model: the code %s is missing", name)
		}
	}
	return nil
}
