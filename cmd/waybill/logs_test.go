package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireLogsPage compares the lines that docs/logs.md describes with those of a
// log in JSON: each is there, and has no field that the page does not name.
func requireLogsPage(t *testing.T, log string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(projectRoot, "docs", "logs.md"))
	require.NoError(t, err)
	fields := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z ]+)` \\|.*\\|( `app`[^|]*)\\|$").FindAllStringSubmatch(string(page), -1) {
		fields[row[1]] = []string{"time", "level", "msg"}
		for _, name := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row[2], -1) {
			fields[row[1]] = append(fields[row[1]], name[1])
		}
	}
	require.NotEmpty(t, fields)
	seen := map[string]map[string]bool{}
	for line := range strings.Lines(log) {
		var entry map[string]any
		if json.Unmarshal([]byte(line), &entry) != nil {
			continue
		}
		require.NotContains(t, entry, "err", "errors have one name")
		msg, _ := entry["msg"].(string)
		if fields[msg] == nil {
			continue
		}
		if seen[msg] == nil {
			seen[msg] = map[string]bool{}
		}
		for name := range entry {
			require.Contains(t, fields[msg], name, "docs/logs.md does not name a field of %q", msg)
			seen[msg][name] = true
		}
	}
	for msg, names := range fields {
		for _, name := range names {
			require.True(t, seen[msg][name] || name == "error", "no line %q had the field %q", msg, name)
		}
	}
}
