package replay

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"waybill/schemas/yamlfile"
)

func (l *loader) loadCSV(text *bufio.Reader) error {
	r := csv.NewReader(text)
	r.FieldsPerRecord = -1 // a row of another length is refused, alone
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty; a header line with the names of the columns is wanted")
	}
	if err != nil {
		return fmt.Errorf("the header line: %w", err)
	}
	columns, err := bindColumns(header, l.Map.columns())
	if err != nil {
		return fmt.Errorf("map %s does not fit: %w", l.Map.Name, err)
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		malformed, isMalformed := errors.AsType[*csv.ParseError](err)
		switch {
		case isMalformed:
			err = l.add(malformed.StartLine, nil, nil, fmt.Errorf("the row is malformed: %w", malformed.Err))
		case err != nil:
		case len(cells) != len(header):
			err = l.add(lineOf(r), nil, nil, fmt.Errorf("the row has %d cells, the header has %d", len(cells), len(header)))
		default:
			records, problem := l.records(row{columns: columns, cells: cells})
			err = l.add(lineOf(r), nil, records, problem)
		}
		if err != nil {
			return err
		}
	}
}

func lineOf(r *csv.Reader) int {
	line, _ := r.FieldPos(0)
	return line
}

// bindColumns finds the columns that a map names in a header.
func bindColumns(header, wanted []string) (map[string]int, error) {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.TrimSpace(name)
	}
	columns := make(map[string]int, len(wanted))
	var missing []string
	for _, name := range wanted {
		i := slices.Index(names, name)
		if i < 0 {
			missing = append(missing, name+yamlfile.DidYouMean(name, names))
			continue
		}
		if slices.Contains(names[i+1:], name) {
			return nil, fmt.Errorf("the file has two columns %s", name)
		}
		columns[name] = i
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("the file lacks %s; its columns are %s",
			strings.Join(missing, ", "), shorten(strings.Join(names, ", ")))
	}
	return columns, nil
}

// row is one line of a file: its cells by the names of the columns.
type row struct {
	columns map[string]int
	cells   []string
}

// cell gives a cell without the blanks around it. The column is one of those
// that the row was bound with.
func (r row) cell(column string) string { return strings.TrimSpace(r.cells[r.columns[column]]) }
