package analytics

import (
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// How much of a chart is shown. What is left out is said.
const (
	maxBars    = 40
	maxLines   = 8
	lineHeight = 8
	minWidth   = 40
	// axisWidth is what a line's scale takes of the width.
	axisWidth = 12
)

// ChartOptions say how a chart is drawn.
type ChartOptions struct {
	// Column is what is drawn. Empty: the first rate, or else the first number.
	Column string
	// Width in cells. 0: 80.
	Width int
}

// Chart draws one column for a terminal: as lines over time where the result is
// grouped by days, weeks or months, one below the other for each other group, to
// one scale; else as bars. A column that cannot be drawn is a *ParamError.
func (r *Result) Chart(w io.Writer, o ChartOptions) error {
	column, err := r.charted(o.Column)
	if err != nil {
		return fmt.Errorf("drawing report %s: %w", r.Report.Name, err)
	}
	width := max(o.Width, minWidth)
	if o.Width == 0 {
		width = 80
	}
	drawn := r.bars(column, width)
	if period := r.period(); period >= 0 {
		drawn = r.lines(column, period, width)
	}
	_, err = fmt.Fprintf(w, "%s: %s%s\n%s\n%s\n\n%s", r.Report.Name, r.Columns[column].Name, r.asOfNote(), r.Report.Answers, r.Report.Basis, drawn)
	if err != nil {
		return fmt.Errorf("drawing report %s: %w", r.Report.Name, err)
	}
	return nil
}

// charted finds the column to be drawn.
func (r *Result) charted(name string) (int, error) {
	var numbers []string
	first := -1
	for i, c := range r.Columns {
		if !c.numeric() {
			continue
		}
		if c.Name == name {
			return i, nil
		}
		numbers = append(numbers, c.Name)
		if first < 0 || strings.HasPrefix(c.bare(), "Float") && !strings.HasPrefix(r.Columns[first].bare(), "Float") {
			first = i
		}
	}
	switch {
	case first < 0:
		return 0, &ParamError{"column", "it has no numbers to draw"}
	case name != "":
		return 0, &ParamError{"column", fmt.Sprintf("it cannot draw %q; it can: %s", name, strings.Join(numbers, ", "))}
	}
	return first, nil
}

// period finds the group that is time; -1: there is none.
func (r *Result) period() int {
	return slices.IndexFunc(r.Columns, func(c Column) bool {
		switch c.Name {
		case "day", "week", "month":
			return slices.Contains(r.Params.By, c.Name)
		}
		return false
	})
}

// label names a row by its groups, or in a list by its texts.
func (r *Result) label(row []any, without int) string {
	var parts []string
	for i, c := range r.Columns {
		named := slices.Contains(r.Params.By, c.Name) || len(r.Params.By) == 0 && !c.numeric()
		if text := textOf(printable(row)[i]); i != without && named && text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}

// bars draws one row below the other. The length of a bar is the size of the
// number; its sign stands in the number.
func (r *Result) bars(column, width int) string {
	rows := r.Rows[:min(len(r.Rows), maxBars)]
	labels, longest, most := make([]string, len(rows)), 0, 0.0
	for i, row := range rows {
		labels[i] = shortened(r.label(row, -1), width/3)
		longest = max(longest, len([]rune(labels[i])))
		if row[column] != nil {
			most = max(most, math.Abs(numberOf(row[column])))
		}
	}
	var out strings.Builder
	room := width - longest - axisWidth
	for i, row := range rows {
		bar := ""
		if size := math.Abs(numberOf(row[column])); most > 0 && size > 0 {
			bar = barOf(size / most * float64(room))
		}
		padding := strings.Repeat(" ", longest-len([]rune(labels[i])))
		fmt.Fprintf(&out, "%s\n", strings.TrimRight(fmt.Sprintf("%s%s │%s %s", labels[i], padding, bar, orDash(row[column])), " "))
	}
	return out.String() + leftOut(len(r.Rows)-len(rows), "row")
}

// barOf draws a length in eighths of a cell.
func barOf(cells float64) string {
	eighths := int(math.Round(cells * 8))
	bar := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		bar += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return bar
}

// lines draws one chart for each group beside time.
func (r *Result) lines(column, period, width int) string {
	var times, groups []string
	values := make(map[[2]string]float64)
	low, high := math.Inf(1), math.Inf(-1)
	for _, row := range r.Rows {
		at, group := textOf(row[period]), r.label(row, period)
		times, groups = append(times, at), append(groups, group)
		v := numberOf(row[column])
		if values[[2]string{group, at}] = v; !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	slices.Sort(times)
	slices.Sort(groups)
	times, groups = slices.Compact(times), slices.Compact(groups)
	if low > high { // no number at all
		return "there is nothing to draw\n"
	}
	var out strings.Builder
	for _, group := range groups[:min(len(groups), maxLines)] {
		series := make([]float64, len(times))
		for i, at := range times {
			v, known := values[[2]string{group, at}]
			if series[i] = v; !known {
				series[i] = math.NaN()
			}
		}
		if group != "" {
			fmt.Fprintf(&out, "%s\n", group)
		}
		fmt.Fprintf(&out, "%s\n\n", asciigraph.Plot(series, asciigraph.Height(lineHeight), asciigraph.Width(min(width-axisWidth, max(len(series), 24))),
			asciigraph.LowerBound(min(low, 0)), asciigraph.UpperBound(high)))
	}
	fmt.Fprintf(&out, "%s to %s\n", times[0], times[len(times)-1])
	return out.String() + leftOut(len(groups)-maxLines, "group")
}

// numberOf gives a number of any kind, NaN where there is none.
func numberOf(v any) float64 {
	n := reflect.ValueOf(v)
	switch {
	case v != nil && n.CanInt():
		return float64(n.Int())
	case v != nil && n.CanUint():
		return float64(n.Uint())
	case v != nil && n.CanFloat():
		return n.Float()
	}
	return math.NaN()
}

func orDash(v any) string {
	if v == nil {
		return "–"
	}
	return textOf(v)
}

func shortened(text string, cells int) string {
	if runes := []rune(text); len(runes) > cells {
		return string(runes[:cells-1]) + "…"
	}
	return text
}

func leftOut(n int, what string) string {
	if n <= 0 {
		return ""
	}
	if n > 1 {
		what += "s"
	}
	return fmt.Sprintf("and %d more %s\n", n, what)
}
