package codemap_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/schemas/status/codemap"
)

// folder makes a folder of maps.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestMapsOfTheUser(t *testing.T) {
	m, err := codemap.Load(model(t), folder(t, map[string]string{
		"shippo.yaml": "source: shippo\nversion: mine-2\ncodes: {package_lost: exc.contact_carrier}\n",
		"feed.yml":    "source: my-feed\nversion: \"7\"\nnames: [old-feed]\nstatuses: {' On way ': transit.moving}\ncodes: {A1: ofd.out}\n",
		"README.md":   "no map",
	}))
	require.NoError(t, err)
	for _, c := range []struct{ source, raw, status, want, version string }{
		{"shippo", "package_lost", "", "exc.contact_carrier", "shippo/mine-2"},
		{"shippo", "package_accepted", "TRANSIT", "", ""},
		{"my-feed", "a1", "", "ofd.out", "my-feed/7"},
		{"old-feed-poll", "", "on way", "transit.moving", "my-feed/7"},
		{"easypost", "lost", "", "failed.lost", "easypost/1"},
	} {
		code, version, ok := m.Lookup(c.source, "", c.raw, c.status, "")
		require.Equal(t, []any{c.want, c.version, c.want != ""}, []any{code, version, ok}, "%s %q %q", c.source, c.raw, c.status)
	}
	in, out := m.Versions()
	require.Subset(t, in, []string{"my-feed/7", "shippo/mine-2", "easypost/1"})
	require.Equal(t, []string{"shipengine/1", "shippo/1"}, out)
	require.Len(t, source(t, "shippo").NotIn(m.Sources()[sourceAt(t, m, "shippo")]), 26+6)
	require.Empty(t, source(t, "shippo").NotIn(source(t, "shippo")))
}

// The map that docs/maps.md shows is one.
func TestTheMapOfThePageLoads(t *testing.T) {
	page, err := os.ReadFile("../../../docs/maps.md")
	require.NoError(t, err)
	_, text, found := strings.Cut(string(page), "```yaml\n")
	require.True(t, found)
	text, _, _ = strings.Cut(text, "```")
	_, words, found := strings.Cut(string(page), "```yaml\nversion:")
	require.True(t, found)
	words, _, _ = strings.Cut(words, "```")
	m, err := codemap.Load(model(t), folder(t, map[string]string{"shown.yaml": text, "words.yaml": "version:" + words}))
	require.NoError(t, err)
	for _, c := range []struct{ raw, status, want string }{
		{"HUB", "", "transit.arrived_facility"}, {"HUB", "Done", "delivered.delivered"}, {"LATE", "Snow on the road", "exc.weather"}, {"LATE", "", "exc.carrier_delay"},
	} {
		code, version, _ := m.Lookup("my-old-feed", "", c.raw, c.status, "")
		require.Equal(t, []string{c.want, "my-feed/2026-05"}, []string{code, version}, "%s %s", c.raw, c.status)
	}
	code, version, _ := m.Lookup("my-feed", "", "", "", "Left with a friendly neighbour")
	require.Equal(t, []string{"delivered.neighbour", "words/2026-05"}, []string{code, version})
}

func sourceAt(t *testing.T, m *codemap.Maps, name string) int {
	t.Helper()
	for i, s := range m.Sources() {
		if s.Name == name {
			return i
		}
	}
	require.Fail(t, "no map", name)
	return 0
}

func TestLoadRefuses(t *testing.T) {
	const head = "source: mine\nversion: \"1\"\n"
	for text, want := range map[string]string{
		"":                                 "the file is empty",
		"sorce: mine\n":                    "line 1: there is no key sorce (did you mean source?)",
		"source: mine\ncodes: {A: b}\n":    "it has no version",
		"version: x\n":                     "neither a source nor a dialect",
		head + "dialect: d\n":              "neither a source nor a dialect, or both",
		head:                               "it maps nothing",
		head + "codes:\n  A: ofd.uot\n":    `line 4: A: the code "ofd.uot" is not in the status model (did you mean ofd.out?)`,
		head + "statuses:\n  A: nothing\n": `line 4: A: the code "nothing" is not in the status model`,
		head + "codes:\n  A: ofd.out\n  A: ofd.out\n":                            "line 5: A stands in line 4 already",
		head + "codes:\n  A: ofd.out\n  ' a': ofd.out\n":                         "line 5:  a differs from A in line 4 by the case",
		head + "codes:\n  ' ': ofd.out\n":                                        "line 4: the code is empty",
		head + "codes: {A: ofd.out}\ndecisive: [B]\n":                            `decisive names "B"`,
		head + "names: [My Feed]\ncodes: {A: ofd.out}\n":                         `the name "My Feed" is not canonical`,
		head + "names: [ups, shippo]\ncodes: {A: ofd.out}\n":                     `the name "shippo" is that of the map`,
		head + "codes: {A: ofd.out}\nremarks: [{code: B}]\n":                     `remarks: "B" is none of its codes`,
		head + "codes: {A: ofd.out}\nremarks: [{code: A}]\n":                     `remarks of A: the code "" is not`,
		head + "codes: {A: ofd.out}\nremarks: [{code: A, to: ofd.out}]\n":        "remarks of A: words is missing",
		"dialect: d\nversion: x\nstatuses: {A: ofd.out}\n":                       "has the keys dialect, version and codes only",
		"dialect: d\nversion: x\ncodes: {ofd.out: A B}\n":                        "the code pending.registered is missing, which stands for all of the status PENDING",
		"dialect: d\nversion: x\ncodes:\n  ofd.out: A\n":                         `line 4: ofd.out is to have a status and a detail, with a blank between; it has "A"`,
		"dialect: d\nversion: x\ncodes:\n  ofd.uot: A B\n":                       `line 4: the code "ofd.uot" is not in the status model (did you mean ofd.out?)`,
		"version: x\nlines: [{to: ofd.uot, words: [a]}]\n":                       `lines: the line 1, to ofd.uot: the code "ofd.uot" is not in the status model (did you mean ofd.out?)`,
		"version: x\nlines: [{to: ofd.out}]\n":                                   "words is missing",
		"version: x\nlines: [{to: ofd.out, words: [<no>]}]\n":                    "there is no group <no>",
		"version: x\ngroups: {no: ['?']}\nlines: [{to: ofd.out, words: [a]}]\n":  `groups: no: the phrase "?" has no word`,
		"version: x\nlines: [{to: ofd.out, words: ['a ..']}]\n":                  "or none behind its last ..",
		"version: x\nlines: [{to: ofd.out, words: ['a .. b .. c .. d .. e']}]\n": "has more than 3 times ..",
		"version: x\nlines: [{to: ofd.out, words: [a]}]\nsource: s\n":            "stand in a file of their own",
		"lines: [{to: ofd.out, words: [a]}]\n":                                   "it has no version",
		"source: words\nversion: x\ncodes: {A: ofd.out}\n":                       `the name "words" is that of the words`,
	} {
		_, err := codemap.Load(model(t), folder(t, map[string]string{"mine.yaml": text}))
		require.ErrorContains(t, err, want, text)
	}
	const good = head + "codes: {A: ofd.out}\n"
	_, err := codemap.Load(model(t), folder(t, map[string]string{"a.yaml": good, "b.yaml": good}))
	require.ErrorContains(t, err, "a.yaml")
	require.ErrorContains(t, err, "the source mine has a map in ")
	const words = "version: x\nlines: [{to: ofd.out, words: [a]}]\n"
	_, err = codemap.Load(model(t), folder(t, map[string]string{"a.yaml": words, "b.yaml": words}))
	require.ErrorContains(t, err, "there are words in ")
	_, err = codemap.Load(model(t), folder(t, map[string]string{"a.txt": good}))
	require.ErrorContains(t, err, "no file in it ends in .yaml or .yml")
	_, err = codemap.Load(model(t), filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// No text makes reading a map fail otherwise than by an error.
func FuzzLoad(f *testing.F) {
	f.Add("source: a\nversion: b\nstatuses: {x: ofd.out}\ncodes: {y: exc.weather}\nremarks: [{code: y, words: [z], to: ofd.out}]\n", "Y", "z")
	f.Add("version: b\ngroups: {g: [q]}\nlines: [{to: ofd.out, words: ['x .. y*'], without: [<g>]}]\n", "x a y", "")
	f.Add("dialect: a\nversion: b\ncodes: {ofd.out: A B}\n", "", "")
	f.Fuzz(func(t *testing.T, text, raw, status string) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(text), 0o600))
		m, err := codemap.Load(model(t), dir)
		if err != nil {
			return
		}
		for _, s := range m.Sources() {
			code, _, ok := m.Lookup(s.Name, "royal-mail", raw, status, "")
			require.Equal(t, ok, model(t).Code(code) != nil)
		}
	})
}
