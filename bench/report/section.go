package report

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"waybill/bench/rig"
)

// Section is what one part has to say.
type Section struct {
	Part       string // its name, by which it is run
	Title      string
	Conditions []string // what was measured on, beside the machine: a line each
	Blocks     []Block
	Aims       []Aim
}

// Block is a table, and what one should know to read it.
type Block struct {
	Title string // empty: it stands under the section's own
	Table table.Writer
	Note  string
}

// NewTable makes a table that keeps headers as they are written: they hold
// units.
func NewTable(header ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(header)
	return t
}

// Terminal is the section for a terminal.
func (s *Section) Terminal() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s: %s\n", s.Part, s.Title)
	for _, block := range s.Blocks {
		b.WriteString(block.Table.Render() + "\n")
	}
	s.verdicts(&b)
	return b.String()
}

// document is the section in RESULTS.md.
func (s *Section) document(m rig.Machine) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s: %s\n\n%s", heading, s.Part, s.Title, m)
	for _, c := range s.Conditions {
		b.WriteString("* " + c + "\n")
	}
	for _, block := range s.Blocks {
		if block.Title != "" {
			b.WriteString("\n### " + block.Title + "\n")
		}
		b.WriteString("\n" + block.Table.RenderMarkdown() + "\n")
		if block.Note != "" {
			b.WriteString("\n" + block.Note + "\n")
		}
	}
	if len(s.Aims) > 0 {
		b.WriteString("\n### Aims\n\n")
		s.verdicts(&b)
	}
	return b.String()
}

func (s *Section) verdicts(b *strings.Builder) {
	for _, a := range s.Aims {
		b.WriteString("* " + a.String() + "\n")
	}
}
