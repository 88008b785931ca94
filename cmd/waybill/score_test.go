package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/score"
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

// The names by which others read the figures.
func TestScoreAsJSON(t *testing.T) {
	result := scoreOf(t, "--seed 3 --shipments 20 --format json")
	text, err := json.Marshal(result)
	require.NoError(t, err)
	var read struct {
		Seed, Shipments int
		Faults          float64
		Rules           map[string]map[string]float64
	}
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, 3, read.Seed)
	require.Equal(t, 20, read.Shipments)
	require.InDelta(t, 0.2, read.Faults, 0)
	require.Len(t, read.Rules, 5)
	for _, rule := range []string{"waybill", "arrival_order", "newest_wins", "exact_match", "forward_rank"} {
		for _, figure := range []string{"wrong_status_share", "missed_transitions", "duplicate_webhooks_per_1000"} {
			require.Contains(t, read.Rules[rule], figure)
		}
	}
}

// scored is what the command prints.
func scored(t *testing.T, args string) string {
	t.Helper()
	var out bytes.Buffer
	printScore(&out, scoreOf(t, args))
	return out.String()
}

func scoreOf(t *testing.T, args string) *score.Result {
	t.Helper()
	var c cli
	parser, err := newParser(&c)
	require.NoError(t, err)
	_, err = parser.Parse(append([]string{"score"}, strings.Fields(args)...))
	require.NoError(t, err)
	result, err := c.Score.score(t.Context(), nil)
	require.NoError(t, err)
	return result
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
