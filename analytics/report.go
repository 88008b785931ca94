package analytics

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed reports/*.sql
var reportFiles embed.FS

// Report is one file of reports/.
type Report struct {
	// Name is the file's name without .sql, for example on-time.
	Name string
	// Answers says in a sentence what the report answers.
	Answers string
	// Basis says by which date rows are chosen and what rates are out of.
	Basis string
	// Dimensions are what it can be grouped by; DefaultBy what it is grouped by
	// when nothing is said.
	Dimensions, DefaultBy []string
	// Choices are the parameters that take one of some values.
	Choices []Choice
	// Parameters are the names of the parameters that it takes.
	Parameters []string

	sql string
	// lists tells that without groups the rows are single parcels.
	lists bool
}

// Choice is a parameter that takes one of some values: basis, what stops the
// clock, or dates, by which date rows are chosen and put into weeks.
type Choice struct {
	Parameter string
	// Values that it can have; the first is the default.
	Values []string
}

func (r *Report) takes(parameter string) bool { return slices.Contains(r.Parameters, parameter) }

// UnknownReportError says that there is no report of a name.
type UnknownReportError struct {
	// Name that was asked for, and the Names that there are.
	Name  string
	Names []string
}

func (e *UnknownReportError) Error() string {
	return fmt.Sprintf("there is no report %q; there are %s", e.Name, strings.Join(e.Names, ", "))
}

// Reports returns every report, sorted by name.
func Reports() ([]Report, error) {
	files, err := fs.Glob(reportFiles, "reports/*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("listing the reports: %w", err)
	}
	reports := make([]Report, 0, len(files))
	for _, file := range files {
		text, err := reportFiles.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading report %s: %w", file, err)
		}
		r, err := parseReport(strings.TrimSuffix(path.Base(file), ".sql"), string(text))
		if err != nil {
			return nil, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}

// FindReport returns the report of a name, or an *UnknownReportError.
func FindReport(name string) (Report, error) {
	all, err := Reports()
	if err != nil {
		return Report{}, err
	}
	names := make([]string, len(all))
	for i, r := range all {
		if r.Name == name {
			return r, nil
		}
		names[i] = r.Name
	}
	return Report{}, &UnknownReportError{Name: name, Names: names}
}

var parameter = regexp.MustCompile(`\{([a-z_]+):`)

// parseReport reads the head of a file: lines of comment. The first two say what it
// answers and its basis; "By: a, b. Default: a." names its groups, "Basis: a, b." and
// "Dates: a, b." the values of its choices, the default first.
func parseReport(name, text string) (Report, error) {
	head := headOf(text)
	r := Report{Name: name}
	if len(head) < 2 || !strings.HasPrefix(head[1], "Date basis: ") {
		return r, fmt.Errorf("reading report %s: its head must have a line of what it answers and one of its date basis", name)
	}
	r.Answers, r.Basis = head[0], head[1]
	for _, line := range head[2:] {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "By":
			if err := r.parseGroups(value); err != nil {
				return r, err
			}
		case "Basis", "Dates":
			r.Choices = append(r.Choices, Choice{Parameter: strings.ToLower(key), Values: strings.Split(strings.TrimSuffix(value, "."), ", ")})
		}
	}
	for _, match := range parameter.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(r.Parameters, match[1]) {
			r.Parameters = append(r.Parameters, match[1])
		}
	}
	r.sql = strings.TrimSuffix(strings.TrimSpace(text), ";")
	return r, nil
}

// headOf gives the lines of comment that a file begins with.
func headOf(text string) []string {
	var head []string
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		if !ok {
			break
		}
		head = append(head, comment)
	}
	return head
}

// parseGroups reads "a, b. Default: a." and "a, b. Without any: the list. Default: none.".
func (r *Report) parseGroups(text string) error {
	groups, standard, ok := strings.Cut(text, " Default: ")
	if !ok {
		return fmt.Errorf("reading report %s: the line of its groups names no default", r.Name)
	}
	groups, _, r.lists = strings.Cut(groups, ". Without any:")
	r.Dimensions = strings.Split(strings.TrimSuffix(groups, "."), ", ")
	if standard = strings.TrimSuffix(standard, "."); standard != "none" {
		r.DefaultBy = strings.Split(standard, ", ")
	}
	return nil
}
