package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

var (
	fence      = regexp.MustCompile("(?ms)^ *```([^`\n]*)\n(.*?)^ *```$")
	quoted     = regexp.MustCompile("`([^`\n]+)`")
	flagNamed  = regexp.MustCompile(`^--[a-z][a-z-]+`)
	synopsis   = regexp.MustCompile(`^[a-z][a-z-]*$`)
	startsCall = regexp.MustCompile(`(?m)^( *(?:[^#\n]*(?:\| |\())?(?:[A-Z_]+=\S+ )*)bin/waybill `)
)

// pagesOfTheProject returns the text of every Markdown page, by its path from
// the project's folder.
func pagesOfTheProject(t *testing.T) map[string]string {
	t.Helper()
	pages := make(map[string]string)
	root := os.DirFS(projectRoot)
	require.NoError(t, fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == ".git" || name == "bin" || name == "node_modules" || name == "data"):
			return fs.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		text, err := fs.ReadFile(root, path)
		pages[path] = string(text)
		return err
	}))
	return pages
}

// Every call of waybill that a page shows can be made as it stands.
func TestExamplesOfThePagesParse(t *testing.T) {
	calls := 0
	pages := pagesOfTheProject(t)
	t.Chdir(t.TempDir())
	t.Setenv("WAYBILL_LISTEN_SECRETS", "whsec_c2VjcmV0") // what pages export
	for path, page := range pages {
		for _, block := range fence.FindAllStringSubmatch(page, -1) {
			if path == "docs/commands.md" { // written from the help, which has a test of its own
				continue
			}
			if block[1] != "" && block[1] != "sh" && block[1] != "sh background" {
				continue
			}
			text := strings.ReplaceAll(block[2], "\\\n", " ")
			calls += len(parseExamples(t, startsCall.ReplaceAllString(text, "${1}waybill ")))
		}
		require.False(t, t.Failed(), path)
	}
	require.Greater(t, calls, 30)
}

// Every command and flag that a page names in a sentence is there.
func TestPagesNameWhatExists(t *testing.T) {
	commands, flags := make(map[string]bool), []string{"--resource-pattern-type"} // of kafka-acls.sh
	for _, node := range everyCommand(t) {
		commands[strings.TrimPrefix(node.FullPath(), "waybill")] = node.Type == kong.CommandNode
		for _, flag := range node.Flags {
			flags = append(flags, "--"+flag.Name)
			if flag.Tag.Negatable != "" {
				flags = append(flags, "--no-"+flag.Name)
			}
		}
	}
	flags = append(flags, "--resource-pattern-type", "--to-datetime", "--to-earliest") // of Kafka's own tools
	isFlag := func(name string) bool {
		return slices.ContainsFunc(flags, func(flag string) bool {
			return flag == name || flag == strings.Replace(name, "--no-", "--", 1) || strings.HasSuffix(name, "-") && strings.HasPrefix(flag, name)
		})
	}
	for path, page := range pagesOfTheProject(t) {
		for _, code := range quoted.FindAllStringSubmatch(fence.ReplaceAllString(page, ""), -1) {
			if flag := flagNamed.FindString(code[1]); flag != "" && !strings.HasPrefix(path, "bench/") { // those have flags of their own
				require.True(t, isFlag(flag), "%s names %s", path, flag)
			}
			call, ok := strings.CutPrefix(strings.TrimPrefix(code[1], "bin/"), "waybill ")
			if !ok {
				continue
			}
			named := ""
			for word := range strings.FieldsSeq(call) {
				if !synopsis.MatchString(word) || named != "" && commands[named] && !commands[named+" "+word] {
					break
				}
				named += " " + word
			}
			if named != "" {
				_, there := commands[named]
				require.True(t, there, "%s names waybill%s", path, named)
			}
		}
	}
}
