package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"waybill/bench/rig"
)

const (
	heading = "## "
	preface = "# Results\n\nWritten by `make bench`; [README.md](README.md) says what is measured and how. Each part bears the machine, date and commit of its\n" +
		"own run. Medians of turns, the least and the highest in brackets.\n"
)

// Update writes a section into the document at path, in place of the one that
// the part had there. Parts stand in the given order; those that are not in it
// are dropped.
func Update(path string, m rig.Machine, s *Section, parts []string) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading the former results: %w", err)
	}
	sections := split(string(old))
	sections[s.Part] = s.document(m)
	var text strings.Builder
	text.WriteString(preface)
	for _, part := range parts {
		if section := sections[part]; section != "" {
			text.WriteString("\n" + strings.TrimSpace(section) + "\n")
		}
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}

// split takes a document apart into sections by the parts they are of.
func split(document string) map[string]string {
	sections := map[string]string{}
	for i, piece := range strings.Split("\n"+document, "\n"+heading) {
		if part, _, named := strings.Cut(piece, ":"); i > 0 && named {
			sections[part] = heading + piece
		}
	}
	return sections
}
