package config

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// Load reads a YAML file of settings for kong.Configuration. Keys are the
// names of flags; a nested key is joined to its parent by a dash, so that
//
//	kafka:
//	  brokers: [one:9092, two:9092]
//
// is --kafka-brokers.
func Load(r io.Reader) (kong.Resolver, error) {
	var tree map[string]any
	if err := yaml.NewDecoder(r).Decode(&tree); err != nil && err != io.EOF { //nolint:errorlint // io.EOF is never wrapped here: an empty file
		return nil, fmt.Errorf("reading the settings file: %w", err)
	}
	values := make(map[string]any)
	flatten("", tree, values)
	return file{values}, nil
}

// file resolves flags from a settings file.
type file struct{ values map[string]any }

func flatten(parent string, tree map[string]any, into map[string]any) {
	for key, value := range tree {
		name := key
		if parent != "" {
			name = parent + "-" + key
		}
		if below, ok := value.(map[string]any); ok {
			flatten(name, below, into)
			continue
		}
		into[name] = value
	}
}

// Validate refuses keys that are no setting, with the nearest name.
func (f file) Validate(app *kong.Application) error {
	var names []string
	for _, flag := range app.Flags {
		names = append(names, flag.Name)
	}
	for key := range f.values {
		if slices.Contains(names, key) {
			continue
		}
		nearest := slices.MinFunc(names, func(a, b string) int {
			return levenshtein.Distance(key, a, nil) - levenshtein.Distance(key, b, nil)
		})
		return fmt.Errorf("the settings file has the unknown key %q; did you mean %q?", key, nearest)
	}
	return nil
}

// Resolve gives a flag's value from the file, unless the environment sets it.
func (f file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, env := range flag.Envs {
		if _, set := os.LookupEnv(env); set {
			return nil, nil
		}
	}
	value, ok := f.values[flag.Name]
	if !ok {
		return nil, nil
	}
	if list, ok := value.([]any); ok {
		items := make([]string, len(list))
		for i, item := range list {
			items[i] = fmt.Sprint(item)
		}
		return strings.Join(items, ","), nil
	}
	return fmt.Sprint(value), nil
}
