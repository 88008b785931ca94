package yamlfile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/schemas/yamlfile"
)

type form struct {
	Name  string         `yaml:"name"`
	Lines yamlfile.Pairs `yaml:"lines"`
	Below []struct {
		Colour string `yaml:"colour"`
	} `yaml:"below"`

	made int // not of the file
}

func TestDecode(t *testing.T) {
	var f form
	require.NoError(t, yamlfile.Decode([]byte("name: n\nlines:\n  b: 1\n  a: 02\nbelow: [{colour: red}]\n"), &f))
	require.Equal(t, yamlfile.Pairs{{Key: "b", Value: "1", Line: 3}, {Key: "a", Value: "02", Line: 4}}, f.Lines)
	require.Equal(t, "red", f.Below[0].Colour)
	require.Zero(t, f.made)
}

func TestDecodeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "the file is empty",
		"name: n\n---\nname: m\n":      "a second document follows the first",
		"nane: n\n":                    "line 1: there is no key nane (did you mean name?)",
		"zzzzzz: n\n":                  "line 1: there is no key zzzzzz; the keys here are name, lines, below",
		"below:\n  - {color: red}\n":   "line 2: there is no key color (did you mean colour?)",
		"name: &a n\n":                 "line 1: anchors and aliases are not read here",
		"lines: [a]\n":                 "line 1: lines of the form key: value are wanted here",
		"lines:\n  a: [b]\n":           "line 2: the value of a is not one text",
		"lines:\n  a: b\n  a: c\n":     "line 3: a stands in line 2 already",
		"name: [\n":                    "did not find expected",
		"lines:\n  a: b\n  ? [c]\n: d": "did not find expected",
	} {
		require.ErrorContains(t, yamlfile.Decode([]byte(text), &form{}), want, text)
	}
}

func TestDidYouMean(t *testing.T) {
	names := []string{"transit.moving", "exc.weather"}
	require.Equal(t, " (did you mean exc.weather?)", yamlfile.DidYouMean("exc.wether", names))
	require.Empty(t, yamlfile.DidYouMean("delivered", names))
}
