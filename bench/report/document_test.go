package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/bench/rig"
)

// A part that is measured anew replaces its own section and no other.
func TestUpdateReplacesOneSection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "RESULTS.md")
	parts := []string{"first", "second"}
	update := func(part, commit, figure string) string {
		table := NewTable("", "records/s")
		table.AppendRow([]any{"ours", figure})
		m := rig.Machine{
			Processor: "Example 9000", Cores: 4, Memory: 16 << 30, Platform: "linux/amd64", GoVersion: "go1.26",
			Date: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Commit: commit,
			Cast: "nothing is pinned",
		}
		s := &Section{
			Part: part, Title: "an example", Conditions: []string{"five turns"},
			Blocks: []Block{{Title: "A table", Table: table, Note: "A note."}},
			Aims:   []Aim{{What: "rate", Want: 10, Have: 5, Unit: "records/s"}},
		}
		require.NoError(t, Update(path, m, s, parts))
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(text)
	}
	update("second", "aaa", "100")
	update("first", "bbb", "200")
	text := update("second", "ccc", "300")
	require.Contains(t, text, "## first: an example\n\n* Example 9000, 4 cores, 16 GiB, linux/amd64, go1.26\n* 2026-03-02, commit bbb\n* nothing is pinned\n* five turns\n\n### A table\n\n")
	require.Contains(t, text, "| ours | 200 |")
	require.Contains(t, text, "commit ccc")
	require.Contains(t, text, "| ours | 300 |")
	require.NotContains(t, text, "| ours | 100 |")
	require.Contains(t, text, "* rate: at least 10 records/s; 5 records/s: **not met**, by a factor of 2.0\n")
	require.Less(t, strings.Index(text, "## first"), strings.Index(text, "## second"))
	require.Equal(t, 2, strings.Count(text, "\n## "))
	require.Equal(t, text, update("second", "ccc", "300"), "the same again changes nothing")

	parts = []string{"second"}
	require.NotContains(t, update("second", "ccc", "300"), "## first", "a part that there is not any more")
}
