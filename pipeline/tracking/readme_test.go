package tracking

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README names every file, once, and none that is not there.
func TestReadmeNamesEveryFile(t *testing.T) {
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var named, there []string
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		for _, name := range regexp.MustCompile("`([a-z_]+\\.go)`").FindAllStringSubmatch(line, -1) {
			named = append(named, name[1])
		}
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			there = append(there, name)
		}
	}
	require.ElementsMatch(t, there, named)
}
