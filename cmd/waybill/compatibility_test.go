package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every test and script that docs/compatibility.md names is there, and every
// statement names one.
func TestCompatibilityNamesWhatExists(t *testing.T) {
	page, err := os.ReadFile("../../docs/compatibility.md")
	require.NoError(t, err)
	rules, err := os.ReadFile("../../docs/rules.md")
	require.NoError(t, err)
	known := testsAndScripts(t)
	name := regexp.MustCompile("`([^`]+)`")
	rule := regexp.MustCompile(`^[TIORDWE]\d+$`)
	statements := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) < 4 || strings.Contains(line, "| --- |") || strings.Contains(line, "shown by") {
			continue
		}
		statements++
		shown := name.FindAllStringSubmatch(cells[len(cells)-1], -1)
		require.NotEmpty(t, shown, line)
		for _, n := range shown {
			require.True(t, known[n[1]], "%s, named in: %s", n[1], line)
		}
		for r := range strings.SplitSeq(strings.TrimSpace(cells[len(cells)-2]), ", ") {
			if rule.MatchString(r) {
				require.Regexp(t, `(?m)^\| [^|]*\b`+r+`\b`, string(rules), line)
			}
		}
	}
	require.Greater(t, statements, 60)
}

// testsAndScripts finds the names of all tests, and of all scripts that tests
// play.
func testsAndScripts(t *testing.T) map[string]bool {
	known := make(map[string]bool)
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch base := filepath.Base(path); {
		case err != nil:
			return err
		case d.IsDir() && (base == ".git" || base == "bin" || base == "node_modules"):
			return fs.SkipDir
		case strings.HasSuffix(base, "_test.go"):
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
				known[m[1]] = true
			}
		case strings.Contains(path, "/testdata/") && (strings.HasSuffix(base, ".txt") || strings.HasSuffix(base, ".txtar")):
			known[base] = true
		}
		return nil
	}))
	return known
}
