package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/knowledge"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

type mapsCmd struct {
	List  mapsListCmd  `cmd:"" help:"List the code maps with their versions."`
	Show  mapsShowCmd  `cmd:"" help:"Show what one map makes of each code."`
	Check mapsCheckCmd `cmd:"" help:"Check a status model, maps and carriers of your own, without starting anything."`
}

type mapsListCmd struct{ formatFlag }

func (*mapsListCmd) Help() string {
	return `Example:

    waybill maps list
    waybill maps list --maps my-maps`
}

// mapLine is a map in the list.
type mapLine struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"` // in, out or words
	Version  string   `json:"version"`
	Codes    int      `json:"codes"`
	Statuses int      `json:"statuses"`
	Names    []string `json:"names"`
	Origin   string   `json:"origin"`
}

func (c *mapsListCmd) Run(g *globals) error {
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	lines := mapLines(knows)
	if c.json() {
		return printJSON(map[string]any{"model": knows.Model.Version(), "codes": len(knows.Model.Codes()), "maps": lines})
	}
	fmt.Printf("status model %s, %d codes\n", knows.Model.Version(), len(knows.Model.Codes()))
	t := newTable(os.Stdout, "name", "kind", "version", "codes", "statuses", "also named", "origin")
	for _, l := range lines {
		t.AppendRow(table.Row{l.Name, l.Kind, l.Version, l.Codes, l.Statuses, strings.Join(l.Names, ", "), l.Origin})
	}
	t.Render()
	return nil
}

func mapLines(knows *knowledge.Knowledge) []mapLine {
	var lines []mapLine
	for _, s := range knows.Maps.Sources() {
		lines = append(lines, mapLine{s.Name, "in", s.Version, len(s.Codes), len(s.Statuses), list(s.Names), s.Origin})
	}
	words := knows.Maps.Words()
	lines = append(lines, mapLine{codemap.WordsName, "words", words.Version, len(words.Lines), 0, []string{}, words.Origin})
	for _, d := range knows.Maps.Dialects() {
		lines = append(lines, mapLine{d.Name, "out", d.Version, len(knows.Model.Codes()), 0, []string{}, d.Origin})
	}
	return lines
}

type mapsShowCmd struct {
	formatFlag
	Name string `arg:"" help:"Name of a source, of a dialect, or words, as waybill maps list has it."`
	Out  bool   `help:"The map out of a dialect, where a source has the same name."`
	File bool   `help:"Print the map's file, to begin one of your own with."`
}

func (*mapsShowCmd) Help() string {
	return `Example:

    waybill maps show easypost
    waybill maps show shippo --out --format json
    waybill maps show words
    waybill maps show easypost --file > my-maps/easypost.yaml`
}

// wordLine is a line of a map: what stands on the left means what stands on
// the right.
type wordLine struct {
	Kind  string `json:"kind"` // code, status or words
	Word  string `json:"word"`
	Means string `json:"means"`
}

func (c *mapsShowCmd) Run(g *globals) error {
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	version, file, lines, err := c.words(knows)
	if err != nil {
		return wrongUseError{err}
	}
	if c.File {
		fmt.Print(file)
		return nil
	}
	if c.json() {
		return printJSON(map[string]any{"name": c.Name, "version": version, "lines": lines})
	}
	fmt.Println("map", version)
	t := newTable(os.Stdout, "kind", "word", "means")
	for _, l := range lines {
		t.AppendRow(table.Row{l.Kind, l.Word, l.Means})
	}
	t.Render()
	return nil
}

func (c *mapsShowCmd) words(knows *knowledge.Knowledge) (version, file string, lines []wordLine, err error) {
	var names []string
	for _, s := range knows.Maps.Sources() {
		names = append(names, s.Name)
		if c.Out || s.Name != c.Name && !slices.Contains(s.Names, c.Name) {
			continue
		}
		for _, p := range s.Statuses {
			lines = append(lines, wordLine{"status", p.Key, p.Value})
		}
		for _, p := range s.Codes {
			lines = append(lines, wordLine{"code", p.Key, p.Value})
		}
		return s.Version, s.File, lines, nil
	}
	if c.Name == codemap.WordsName {
		words := knows.Maps.Words()
		for _, p := range words.Lines {
			lines = append(lines, wordLine{"words", p.Key, p.Value})
		}
		return words.Version, words.File, lines, nil
	}
	d := knows.Maps.Dialect(c.Name)
	if d == nil {
		names = append(names, codemap.WordsName)
		for _, d := range knows.Maps.Dialects() {
			names = append(names, d.Name+" --out")
		}
		return "", "", nil, fmt.Errorf("there is no map %q; there are %s", c.Name, strings.Join(names, ", "))
	}
	for _, code := range knows.Model.Codes() {
		word := d.Word(code.Name)
		lines = append(lines, wordLine{"code", code.Name, word.Status + " " + word.Detail})
	}
	return d.Version, d.File, lines, nil
}

type mapsCheckCmd struct{ formatFlag }

func (*mapsCheckCmd) Help() string {
	return `Reads what --model, --maps and --carriers name as an instance does at its start. The exit code is 1 when an instance would
not start with it. Codes that a built-in map has and yours of the same source has not are named: they would be unmapped.

Example:

    waybill maps check --maps my-maps
    waybill maps check --model my-model.yaml --carriers my-carriers.yaml --format json`
}

func (c *mapsCheckCmd) Run(g *globals) error {
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	missing, err := lost(knows)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(map[string]any{
			"model": knows.Model.Version(), "maps": mapLines(knows), "carriers": knows.Carriers.Len(), "missing": list(missing),
		})
	}
	fmt.Printf("status model %s with %d codes, %d maps, %d carriers: no mistake found\n",
		knows.Model.Version(), len(knows.Model.Codes()), len(mapLines(knows)), knows.Carriers.Len())
	for _, m := range missing {
		fmt.Printf("warning: the map of %s (%s) lacks %s, which the built-in one has\n", m.Source, m.Origin, strings.Join(m.Words, ", "))
	}
	return nil
}

// lostWords are words that a built-in map has and the user's in its place has
// not.
type lostWords struct {
	Source string   `json:"source"`
	Origin string   `json:"origin"`
	Words  []string `json:"words"`
}

func lost(knows *knowledge.Knowledge) ([]lostWords, error) {
	model, err := status.Default()
	if err != nil {
		return nil, err
	}
	builtIn, err := codemap.Default(model)
	if err != nil {
		return nil, err
	}
	var found []lostWords
	for _, s := range knows.Maps.Sources() {
		for _, b := range builtIn.Sources() {
			if b.Name != s.Name {
				continue
			}
			if words := b.NotIn(s); len(words) > 0 {
				found = append(found, lostWords{s.Name, s.Origin, words})
			}
		}
	}
	return found, nil
}
