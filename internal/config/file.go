package config

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// entry is a key of the settings file.
type entry struct {
	line  int
	items []string // of a list, or one
	list  bool
	null  bool
}

// file is a settings file. Keys are the names of flags; a nested key is joined
// to its parent by a dash, so that
//
//	kafka:
//	  brokers: [one:9092, two:9092]
//
// is --kafka-brokers.
type file struct {
	path     string
	entries  map[string]entry
	problems SettingsError
}

// openFile reads a settings file. What is wrong with single keys is gathered;
// an error is what makes the whole unreadable.
func openFile(path string) (*file, error) {
	f := &file{path: path, entries: make(map[string]entry)}
	text, err := os.Open(path)
	if err != nil {
		return f, fmt.Errorf("opening the settings file (--config): %w", err)
	}
	defer text.Close() //nolint:errcheck // it was only read
	decoder := yaml.NewDecoder(text)
	var document yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return f, nil
	} else if err != nil {
		return f, fmt.Errorf("reading the settings file %s: %w", path, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return f, fmt.Errorf("reading the settings file %s: it has more than one document; put all settings in one", path)
	}
	root := document.Content[0]
	switch {
	case root.Kind == yaml.ScalarNode && root.Tag == "!!null":
	case root.Kind != yaml.MappingNode:
		return f, fmt.Errorf("reading the settings file %s: it holds no keys with values, such as 'data: /var/lib/waybill'", path)
	default:
		f.flatten("", root)
	}
	return f, nil
}

// flatten gathers the keys of a mapping and of those below it.
func (f *file) flatten(parent string, mapping *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		for value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		name := key.Value
		if parent != "" {
			name = parent + "-" + name
		}
		if value.Kind == yaml.MappingNode && len(value.Content) > 0 {
			f.flatten(name, value)
			continue
		}
		if first, twice := f.entries[name]; twice {
			f.wrongf(name, key.Line, "is set in line %d already; keep one of them", first.line)
			continue
		}
		f.entries[name] = f.entry(name, key.Line, value)
	}
}

func (f *file) entry(name string, line int, value *yaml.Node) entry {
	e := entry{line: line}
	switch value.Kind {
	case yaml.SequenceNode:
		e.list = true
		for _, item := range value.Content {
			if item.Kind != yaml.ScalarNode {
				f.wrongf(name, item.Line, "holds a list or keys as an item; items are single values")
				continue
			}
			e.items = append(e.items, item.Value)
		}
	case yaml.ScalarNode:
		e.items, e.null = []string{value.Value}, value.Tag == "!!null"
	default:
		e.null = true
	}
	return e
}

func (f *file) wrongf(name string, line int, format string, args ...any) {
	at := f.at(line)
	f.problems = append(f.problems, Problem{Setting: name, Source: at, Message: at + ": " + name + " " + fmt.Sprintf(format, args...)})
}

// at names a line of the file.
func (f *file) at(line int) string { return fmt.Sprintf("%s:%d", f.path, line) }

// text gives a setting's value as it would stand on a command line.
func (f *file) text(flag *kong.Flag) (value string, line int, ok bool) {
	e, ok := f.entries[flag.Name]
	if !ok {
		return "", 0, false
	}
	switch {
	case e.null:
		f.wrongf(flag.Name, e.line, `has no value; write "" for an empty one, or take the line out`)
		return "", 0, false
	case !flag.IsSlice() && e.list:
		f.wrongf(flag.Name, e.line, "is a list; it must be %s", kindOf(flag))
		return "", 0, false
	case flag.IsSlice() && e.list:
		return kong.JoinEscaped(e.items, flag.Tag.Sep), e.line, true
	}
	return e.items[0], e.line, true
}
