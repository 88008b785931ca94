package docs

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hosts are those that pages may lead to. A new one is looked at by somebody
// before it is added: the tests have no network.
var hosts = []string{"github.com", "semver.org", "www.standardwebhooks.com"}

var (
	fenced   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	inline   = regexp.MustCompile("`[^`\n]*`")
	link     = regexp.MustCompile(`\]\(([^()\s]+)\)|<img [^>]*src="([^"]+)"`)
	heading  = regexp.MustCompile(`(?m)^#+ +(.*?) *$`)
	unwanted = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// pages returns the text of every Markdown page, but for parts of some, by its path
// from the project's folder.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := make(map[string]string)
	root := os.DirFS("..")
	require.NoError(t, fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "bin", "node_modules", "data", "docgen"}, d.Name()):
			return fs.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		text, err := fs.ReadFile(root, path)
		found[path] = string(text)
		return err
	}))
	require.Greater(t, len(found), 60)
	return found
}

// links returns what a page leads to, but for what is code.
func links(text string) (targets []string) {
	text = inline.ReplaceAllString(fenced.ReplaceAllString(text, ""), "``")
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		targets = append(targets, m[1]+m[2])
	}
	return targets
}

// anchors returns the names that the headings of a page have where Markdown is
// shown: lower case, without punctuation, dashes for spaces.
func anchors(text string) map[string]bool {
	names := make(map[string]bool)
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		name := strings.ReplaceAll(unwanted.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		names[name] = true
	}
	return names
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for path, text := range all {
		for _, target := range links(text) {
			u, err := url.Parse(target)
			require.NoError(t, err, "%s: %s", path, target)
			if u.Scheme != "" {
				require.Equal(t, "https", u.Scheme, "%s: %s", path, target)
				require.Contains(t, hosts, u.Host, "%s: %s", path, target)
				continue
			}
			to := path
			if u.Path != "" {
				to = filepath.Join(filepath.Dir(path), u.Path)
				_, err := os.Stat(filepath.Join("..", to))
				require.NoError(t, err, "%s leads to %s", path, target)
			}
			if u.Fragment != "" {
				require.True(t, anchors(all[to])[u.Fragment], "%s leads to %s, which has no such heading", path, target)
			}
		}
	}
}

// A reader who begins at docs/README.md comes to everything that is in docs. A
// link to a folder is one to all that it holds.
func TestEveryPageIsFound(t *testing.T) {
	t.Parallel()
	all := pages(t)
	const first = "docs/README.md"
	seen, next := map[string]bool{first: true}, []string{first}
	for len(next) > 0 {
		page := next[0]
		next = next[1:]
		for _, target := range links(all[page]) {
			to, _, _ := strings.Cut(target, "#")
			to = filepath.Join(filepath.Dir(page), to)
			if !seen[to] {
				seen[to], next = true, append(next, to)
			}
		}
	}
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "doc.go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		covered := false
		for dir := filepath.Join("docs", path); dir != "docs"; dir = filepath.Dir(dir) {
			covered = covered || seen[dir]
		}
		require.True(t, covered, "nothing leads to docs/%s from %s", path, first)
		return nil
	}))
}
