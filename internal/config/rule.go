package config

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// refuses tells whether a setting's value is not one that it may have, and
// which it must have instead. Its tags range and form say so.
func refuses(flag *kong.Flag) (must string, wrong bool) {
	if number, ok := numberOf(flag.Target); ok && flag.Tag.Has("range") {
		allowed, err := parseBounds(flag.Tag.Get("range"), flag.Target.Type())
		if err != nil {
			return fmt.Sprintf("cannot be checked: its range cannot be read (%v)", err), true
		}
		return "must be " + withUnit(allowed.String(), flag.Tag.Get("unit")), !allowed.hold(number)
	}
	form := flag.Tag.Get("form")
	for _, text := range texts(flag.Target) {
		if !hasForm(form, text) {
			return "must be " + wordsOf(form), true
		}
	}
	return "", false
}

func withUnit(text, unit string) string {
	if unit == "" {
		return text
	}
	return text + " " + unit
}

// CheckDisk says of every file and folder that a setting names whether it is
// what it must be. Commands that work with all of them ask at their start.
func (s *Settings) CheckDisk() error {
	var found SettingsError
	for _, flag := range s.from.model.Flags {
		if flag.Target.Kind() != reflect.String {
			continue
		}
		if err := onDisk(flag.Tag.Get("form"), flag.Target.String()); err != nil {
			origin := s.from.origins[flag]
			found = append(found, Problem{Setting: flag.Name, Source: origin, Message: fmt.Sprintf("--%s names %s%s, %v", flag.Name, flag.Target, in(origin), err)})
		}
	}
	if len(found) > 0 {
		return found
	}
	return nil
}

// shown is a value as it would stand on a command line, secrets masked.
func shown(value reflect.Value) string {
	if d, ok := reflect.TypeAssert[time.Duration](value); ok {
		return short(d)
	}
	if value.Kind() != reflect.Slice {
		return redacted(fmt.Sprint(value.Interface()))
	}
	items := make([]string, value.Len())
	for i := range items {
		items[i] = redacted(fmt.Sprint(value.Index(i).Interface()))
	}
	return strings.Join(items, ",")
}

// redacted masks the password in a URL, which should not be there.
func redacted(text string) string {
	if u, err := url.Parse(text); err == nil && u.User != nil {
		return u.Redacted()
	}
	return text
}
