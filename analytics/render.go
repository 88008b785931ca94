package analytics

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Format is how a result is written.
type Format string

// The formats. Table and chart are for people, the others for programs: CSV and
// Parquet have no totals.
const (
	FormatTable   Format = "table"
	FormatChart   Format = "chart"
	FormatCSV     Format = "csv"
	FormatJSON    Format = "json"
	FormatParquet Format = "parquet"
)

// Render writes the result. A chart has the default options.
func (r *Result) Render(w io.Writer, format Format) error {
	var err error
	switch format {
	case FormatTable:
		err = r.renderTable(w)
	case FormatCSV:
		err = r.renderCSV(w)
	case FormatJSON:
		err = r.renderJSON(w)
	case FormatParquet:
		err = r.renderParquet(w)
	case FormatChart:
		return r.Chart(w, ChartOptions{})
	default:
		return fmt.Errorf("writing report %s: there is no format %q; there are %s, %s, %s, %s and %s",
			r.Report.Name, format, FormatTable, FormatChart, FormatCSV, FormatJSON, FormatParquet)
	}
	if err != nil {
		return fmt.Errorf("writing report %s: %w", r.Report.Name, err)
	}
	return nil
}

func (r *Result) renderTable(w io.Writer) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header, t.Style().Format.Footer = text.FormatDefault, text.FormatDefault
	t.Style().Options.DrawBorder = false
	t.SuppressTrailingSpaces()
	var header table.Row
	var configs []table.ColumnConfig
	for i, c := range r.Columns {
		header = append(header, c.Name)
		if c.numeric() {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight})
		}
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	for _, row := range r.Rows {
		t.AppendRow(printable(row))
	}
	if r.Totals != nil {
		t.AppendFooter(printable(r.Totals))
	}
	_, err := fmt.Fprintf(w, "%s%s\n%s\n%s\n\n%s\n", r.Report.Name, r.asOfNote(), r.Report.Answers, r.Report.Basis, t.Render())
	return err
}

// asOfNote says what was taken for now, if anything was.
func (r *Result) asOfNote() string {
	switch {
	case !r.AsOf.IsZero():
		return " (as of " + r.AsOf.Format(time.RFC3339) + ")"
	case r.Report.takes("as_of"):
		return " (the tables are empty)"
	}
	return ""
}

func (r *Result) renderCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	record := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		record[i] = c.Name
	}
	rows := r.Rows
	for {
		if err := out.Write(record); err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		for i, v := range rows[0] {
			record[i] = textOf(v)
		}
		rows = rows[1:]
	}
	out.Flush()
	return out.Error()
}

// printable gives the cells of a row for a terminal. What came from outside must
// not steer it, so control characters are taken out.
func printable(row []any) table.Row {
	cells := make(table.Row, len(row))
	for i, v := range row {
		cells[i] = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, textOf(v))
	}
	return cells
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.Format("2006-01-02T15:04:05.999Z07:00")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
