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
	// Parameters are the names of the parameters that it takes.
	Parameters []string

	sql string
	// lists tells that without groups the rows are single parcels.
	lists bool
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

// parseReport reads the head of a file: what it answers, its basis, and, where
// it has groups, a line "-- By: a, b. Default: a." after them.
func parseReport(name, text string) (Report, error) {
	lines := strings.SplitN(text, "\n", 4)
	r := Report{Name: name}
	if len(lines) < 4 || !strings.HasPrefix(lines[0], "-- ") || !strings.HasPrefix(lines[1], "-- Date basis: ") {
		return r, fmt.Errorf("reading report %s: its head must have a line of what it answers and one of its date basis", name)
	}
	r.Answers = strings.TrimPrefix(lines[0], "-- ")
	r.Basis = strings.TrimPrefix(lines[1], "-- ")
	if by, ok := strings.CutPrefix(lines[2], "-- By: "); ok {
		groups, standard, ok := strings.Cut(by, " Default: ")
		if !ok {
			return r, fmt.Errorf("reading report %s: the line of its groups names no default", name)
		}
		groups, _, r.lists = strings.Cut(groups, ". Without any:")
		r.Dimensions = strings.Split(strings.TrimSuffix(groups, "."), ", ")
		if standard = strings.TrimSuffix(standard, "."); standard != "none" {
			r.DefaultBy = strings.Split(standard, ", ")
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
