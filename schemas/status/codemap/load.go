package codemap

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"waybill/schemas/status"
	"waybill/schemas/yamlfile"
)

//go:embed in/*.yaml out/*.yaml words.yaml
var builtIn embed.FS

// originBuiltIn is the Origin of maps that this build carries.
const originBuiltIn = "built in"

// Maps are all maps, in and out. They do not change once they are read and are
// safe for concurrent use. Make them with Default or Load.
type Maps struct {
	sources  []*Source  // by name
	dialects []*Dialect // by name
	byName   map[string]*Source
	words    *Words
}

// file is the form of a map's file: of a source, of a dialect, or of words.
type file struct {
	Source       string         `yaml:"source"`
	Dialect      string         `yaml:"dialect"`
	Version      string         `yaml:"version"`
	Names        []string       `yaml:"names"`
	CarrierCodes bool           `yaml:"carrier_codes"`
	Statuses     yamlfile.Pairs `yaml:"statuses"`
	Decisive     []string       `yaml:"decisive"`
	Codes        yamlfile.Pairs `yaml:"codes"`
	Remarks      []remarkLine   `yaml:"remarks"`

	Groups map[string][]string `yaml:"groups"`
	Lines  []wordLineText      `yaml:"lines"`
}

// Default reads the maps that this build carries.
func Default(model *status.Model) (*Maps, error) { return Load(model, "") }

// Load reads the maps of a folder, whose files end in .yaml or .yml, and then
// those that this build carries: a map of the folder takes the place of the
// built-in one of the same source or dialect, and words that of the built-in
// words. Without a folder ("") only the
// built-in maps count. The error names the file, the line, and what was
// probably meant.
func Load(model *status.Model, folder string) (*Maps, error) {
	l := loader{model: model, sources: make(map[string]*Source), dialects: make(map[string]*Dialect)}
	if folder != "" {
		if err := l.readFolder(folder); err != nil {
			return nil, err
		}
	}
	for _, pattern := range []string{"in/*.yaml", "out/*.yaml", "words.yaml"} {
		names, err := fs.Glob(builtIn, pattern)
		if err != nil {
			return nil, fmt.Errorf("listing the built-in maps: %w", err)
		}
		for _, name := range names {
			if err := l.read(builtIn, name, originBuiltIn); err != nil {
				return nil, fmt.Errorf("reading the built-in map %s: %w", name, err)
			}
		}
	}
	return l.maps()
}

// loader collects maps.
type loader struct {
	model    *status.Model
	sources  map[string]*Source
	dialects map[string]*Dialect
	words    *Words
}

func (l *loader) readFolder(folder string) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("reading the folder of maps: %w", err)
	}
	from, found := os.DirFS(folder), 0
	for _, f := range files {
		if ext := filepath.Ext(f.Name()); f.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		path := filepath.Join(folder, f.Name())
		if err := l.read(from, f.Name(), path); err != nil {
			return fmt.Errorf("reading the map %s: %w", path, err)
		}
		found++
	}
	if found == 0 {
		return fmt.Errorf("reading the folder of maps %s: no file in it ends in .yaml or .yml", folder)
	}
	return nil
}

// read takes one file in, unless it is built in and the user has one in its
// place. origin says to people where it lies.
func (l *loader) read(from fs.FS, name, origin string) error {
	data, err := fs.ReadFile(from, name)
	if err != nil {
		return err
	}
	var f file
	if err := yamlfile.Decode(data, &f); err != nil {
		return err
	}
	if f.Version == "" {
		return errors.New("it has no version, which every event that it maps bears")
	}
	if len(f.Lines) > 0 {
		return l.readWords(&f, string(data), origin)
	}
	source, dialect := l.sources[f.Source], l.dialects[f.Dialect]
	switch {
	case (f.Source == "") == (f.Dialect == ""):
		return errors.New("it names neither a source nor a dialect, or both, and has no lines of words; a map is one of the three")
	case origin == originBuiltIn && (source != nil || dialect != nil):
		return nil
	case source != nil:
		return fmt.Errorf("the source %s has a map in %s already", source.Name, source.Origin)
	case dialect != nil:
		return fmt.Errorf("the dialect %s has a map in %s already", dialect.Name, dialect.Origin)
	case f.Dialect != "":
		l.dialects[f.Dialect], err = newDialect(l.model, &f, origin)
		if err == nil {
			l.dialects[f.Dialect].File = string(data)
		}
		return err
	}
	l.sources[f.Source], err = newSource(l.model, &f, origin)
	if err == nil {
		l.sources[f.Source].File = string(data)
	}
	return err
}

// readWords takes words in, unless they are built in and the user has some in
// their place.
func (l *loader) readWords(f *file, text, origin string) error {
	switch {
	case f.Source != "" || f.Dialect != "" || len(f.Codes)+len(f.Statuses) > 0:
		return errors.New("lines of words stand in a file of their own, with the keys version, groups and lines only")
	case l.words != nil && origin == originBuiltIn:
		return nil
	case l.words != nil:
		return fmt.Errorf("there are words in %s already", l.words.Origin)
	}
	words, err := newWords(l.model, f, origin)
	if err != nil {
		return err
	}
	words.File, l.words = text, words
	return nil
}

// maps puts together what was read.
func (l *loader) maps() (*Maps, error) {
	m := &Maps{byName: make(map[string]*Source), words: l.words}
	for _, name := range slices.Sorted(maps.Keys(l.sources)) {
		s := l.sources[name]
		m.sources = append(m.sources, s)
		for _, n := range append([]string{s.Name}, s.Names...) {
			if other := m.byName[n]; other != nil {
				return nil, fmt.Errorf("reading the maps: the name %q is that of the map %s (%s) and of the map %s (%s)",
					n, other.Name, other.Origin, s.Name, s.Origin)
			}
			m.byName[n] = s
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.dialects)) {
		m.dialects = append(m.dialects, l.dialects[name])
	}
	return m, nil
}

// Sources returns the maps in, by name. The caller must not change them.
func (m *Maps) Sources() []*Source { return m.sources }

// Words returns what carriers' own words mean.
func (m *Maps) Words() *Words { return m.words }

// Has tells whether there is a map in of that name, or words.
func (m *Maps) Has(name string) bool { return m.byName[name] != nil || name == WordsName }

// Dialects returns the maps out, by name. The caller must not change them.
func (m *Maps) Dialects() []*Dialect { return m.dialects }

// Dialect returns the map out of a dialect, or nil.
func (m *Maps) Dialect(name string) *Dialect {
	for _, d := range m.dialects {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// Versions returns the versions of the maps in, such as shippo/1, by name, with
// that of the words at the end, and of the maps out.
func (m *Maps) Versions() (in, out []string) {
	for _, s := range m.sources {
		in = append(in, s.Version)
	}
	for _, d := range m.dialects {
		out = append(out, d.Version)
	}
	return append(in, m.words.Version), out
}
