package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What docs/score.md shows is what the command prints. `go test ./cmd/waybill
// -run TestScorePage -rewrite` writes it anew.
func TestScorePage(t *testing.T) {
	page := filepath.Join(projectRoot, "docs", "score.md")
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	shown := regexp.MustCompile("(?s)```\n\\$ waybill score ([^\n]*)\n(.*?)```")
	require.Len(t, shown.FindAll(text, -1), 4)
	got := shown.ReplaceAllStringFunc(string(text), func(block string) string {
		args := shown.FindStringSubmatch(block)[1]
		return "```\n$ waybill score " + args + "\n" + scored(t, args) + "```"
	})
	if *rewrite {
		require.NoError(t, os.WriteFile(page, []byte(got), 0o600))
		return
	}
	require.Equal(t, string(text), got)
}

// scored is what the command prints.
func scored(t *testing.T, args string) string {
	t.Helper()
	var c cli
	parser, err := newParser(&c)
	require.NoError(t, err)
	_, err = parser.Parse(append([]string{"score"}, strings.Fields(args)...))
	require.NoError(t, err)
	result, err := c.Score.score(t.Context(), nil)
	require.NoError(t, err)
	var out bytes.Buffer
	printScore(&out, result)
	return out.String()
}

func TestScoreSaysWhatIsWrong(t *testing.T) {
	for args, want := range map[string]string{
		"--shipments 0":                  "0 parcels",
		"--faults 2":                     "2",
		"--fault nonsense=0.1":           `no fault "nonsense"`,
		"--faults 0.6 --beyond-hold 0.6": "add up",
	} {
		var c cli
		parser, err := newParser(&c)
		require.NoError(t, err)
		_, err = parser.Parse(append([]string{"score"}, strings.Fields(args)...))
		require.NoError(t, err)
		_, err = c.Score.score(t.Context(), nil)
		require.ErrorContains(t, err, want)
		require.Equal(t, exitWrongUse, exitCode(err))
	}
}
