package replay

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"waybill/schemas/yamlfile"
)

// Template is a text in which {column} stands for a cell.
type Template struct {
	parts []part
}

// part is a literal text or, where column is set, a cell.
type part struct{ text, column string }

// UnmarshalYAML reads the template from a scalar.
func (t *Template) UnmarshalYAML(n *yaml.Node) error {
	var text string
	if err := n.Decode(&text); err != nil {
		return err
	}
	var err error
	t.parts, err = parseTemplate(text)
	return yamlfile.At(n, err)
}

func parseTemplate(text string) ([]part, error) {
	var parts []part
	literal := ""
	for text != "" {
		switch {
		case strings.HasPrefix(text, "{{"), strings.HasPrefix(text, "}}"):
			literal, text = literal+text[:1], text[2:]
		case text[0] == '}':
			return nil, errors.New("a } stands alone; a brace itself is written }}")
		case text[0] == '{':
			column, rest, closed := strings.Cut(text[1:], "}")
			column = strings.TrimSpace(column)
			if !closed || column == "" || strings.Contains(column, "{") {
				return nil, errors.New("a { is not the beginning of a {column}; a brace itself is written {{")
			}
			if literal != "" {
				parts, literal = append(parts, part{text: literal}), ""
			}
			parts, text = append(parts, part{column: column}), rest
		default:
			end := strings.IndexAny(text, "{}")
			if end < 0 {
				end = len(text)
			}
			literal, text = literal+text[:end], text[end:]
		}
	}
	if literal != "" {
		parts = append(parts, part{text: literal})
	}
	return parts, nil
}

// columns lists the columns that the template names.
func (t Template) columns() []string {
	var names []string
	for _, p := range t.parts {
		if p.column != "" && !slices.Contains(names, p.column) {
			names = append(names, p.column)
		}
	}
	return names
}

// fill gives the text for a row. It is empty when the template names columns
// and all their cells are.
func (t Template) fill(r row) string {
	var b strings.Builder
	cells, filled := 0, 0
	for _, p := range t.parts {
		if p.column == "" {
			b.WriteString(p.text)
			continue
		}
		cell := r.cell(p.column)
		b.WriteString(cell)
		cells++
		if cell != "" {
			filled++
		}
	}
	if cells > 0 && filled == 0 {
		return ""
	}
	return b.String()
}
