package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/alecthomas/kong"
)

// unknown refuses keys that are no setting, with the nearest name.
func (f *file) unknown(app *kong.Application) SettingsError {
	names := settingNames(app)
	var found SettingsError
	for _, key := range slices.Sorted(maps.Keys(f.entries)) {
		e := f.entries[key]
		isGroup := func(name string) bool { return strings.HasPrefix(name, key+"-") }
		if slices.Contains(names, key) || e.null && slices.ContainsFunc(names, isGroup) {
			continue
		}
		at := f.at(e.line)
		found = append(found, Problem{Setting: key, Source: at, Message: fmt.Sprintf("%s: %s", at, f.mistaken(app, key, names))})
	}
	return found
}

// mistaken says what may be meant by a key that is no setting.
func (f *file) mistaken(app *kong.Application, key string, names []string) string {
	for _, flag := range app.Flags {
		if strings.HasPrefix(key, flag.Name+"-") && !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, flag.Name+"-") }) {
			return fmt.Sprintf("%s has keys below it; it must be %s", flag.Name, kindOf(flag))
		}
	}
	return fmt.Sprintf("unknown key %q; did you mean %q?", key, nearest(key, names))
}

// settingNames are the names of all settings that a file can hold.
func settingNames(app *kong.Application) []string {
	var names []string
	for _, flag := range app.Flags {
		if flag != app.HelpFlag && flag.Name != "config" {
			names = append(names, flag.Name)
		}
	}
	return names
}

func nearest(name string, names []string) string {
	return slices.MinFunc(names, func(a, b string) int {
		return levenshtein.Distance(name, a, nil) - levenshtein.Distance(name, b, nil)
	})
}
