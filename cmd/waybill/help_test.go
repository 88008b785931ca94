package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// everyCommand returns the application, the groups and the commands.
func everyCommand(t *testing.T) []*kong.Node {
	t.Helper()
	parser, err := newParser(&cli{})
	require.NoError(t, err)
	nodes := []*kong.Node{parser.Model.Node}
	for i := 0; i < len(nodes); i++ {
		nodes = append(nodes, nodes[i].Children...)
	}
	return nodes
}

// The help of each command is what its golden file has: a change of a flag, a
// default or a word is seen in review. `go test ./cmd/waybill -run Help
// -rewrite` writes them anew.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "80")
	expected := make(map[string]bool)
	for _, node := range everyCommand(t) {
		name := strings.ReplaceAll(node.FullPath(), " ", "-") + ".txt"
		expected[name] = true
		golden := filepath.Join("testdata", "help", name)
		var out bytes.Buffer
		parser, err := newParser(&cli{}, kong.Writers(&out, &out), kong.Exit(func(int) {}))
		require.NoError(t, err)
		_, _ = parser.Parse(append(strings.Fields(node.Path()), "--help")) // goes on after the help, and misses arguments
		if *rewrite {
			require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o600))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), out.String())
	}
	files, err := os.ReadDir(filepath.Join("testdata", "help"))
	require.NoError(t, err)
	for _, file := range files {
		require.True(t, expected[file.Name()], "testdata/help/%s is of no command", file.Name())
	}
}

// Every command shows how it is used, and what it shows can be used.
func TestExamplesParse(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, node := range everyCommand(t) {
		if node.Type == kong.CommandNode && len(node.Children) == 0 {
			require.NotEmpty(t, parseExamples(t, node.Detail), "%s shows no example", node.FullPath())
		}
	}
}

var (
	// examples are calls with what is set before them.
	examples = regexp.MustCompile(`(?m)^ *(?:[^#\n]*\| )?((?:[A-Z_]+=\S+ )*)waybill ([^|#>\n]+)(> \S+)?`)
	words    = regexp.MustCompile(`"([^"]*)"|(\S+)`)
)

// parseExamples parses every call of waybill in a text, and returns them.
func parseExamples(t *testing.T, text string) (calls []string) {
	t.Helper()
	for _, name := range []string{"mended.json", "waybill.yaml"} {
		require.NoError(t, os.WriteFile(name, nil, 0o600))
	}
	for _, example := range examples.FindAllStringSubmatch(text, -1) {
		for setting := range strings.FieldsSeq(example[1]) {
			name, value, _ := strings.Cut(setting, "=")
			t.Setenv(name, value)
		}
		var args []string
		for _, word := range words.FindAllStringSubmatch(example[2], -1) {
			args = append(args, word[1]+word[2])
		}
		parser, err := newParser(&cli{})
		require.NoError(t, err)
		_, err = parser.Parse(args)
		require.NoError(t, err, example[0])
		calls = append(calls, example[2])
	}
	return calls
}
