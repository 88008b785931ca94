package config

import (
	"cmp"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Value is a setting: what it is, and which value it has.
type Value struct {
	Name    string `json:"name"`
	Value   string `json:"value"`  // secrets masked
	Source  string `json:"source"` // default, flag, a variable, or the line of a file
	Default string `json:"default"`
	Unit    string `json:"unit,omitempty"`
	Allowed string `json:"allowed"` // the values that it may have
	Env     string `json:"env"`
	Help    string `json:"help"`
	Reason  string `json:"reason"` // why one would change it
	Group   string `json:"-"`
}

// Values lists every setting, in the order of the help.
func (s *Settings) Values() []Value {
	var values []Value
	for _, flag := range s.from.model.Flags {
		if flag == s.from.model.HelpFlag {
			continue
		}
		v := Value{
			Name: flag.Name, Value: shown(flag.Target), Source: s.from.origins[flag], Default: tidy(flag), Unit: flag.Tag.Get("unit"),
			Allowed: allowed(flag), Env: variable(flag.Name), Help: flag.Tag.Help, Reason: flag.Tag.Get("why"),
		}
		if v.Source == "" {
			v.Source = fromDefault
		}
		if flag.Group != nil {
			v.Group = flag.Group.Title
		}
		values = append(values, v)
	}
	return values
}

// tidy is a setting's default, as its value would be shown.
func tidy(flag *kong.Flag) string {
	if flag.IsBool() {
		return cmp.Or(flag.Default, "false")
	}
	if d, err := time.ParseDuration(flag.Default); err == nil && flag.Target.Type() == reflect.TypeFor[time.Duration]() {
		return short(d)
	}
	return flag.Default
}

// allowed says in words which values a setting may have.
func allowed(flag *kong.Flag) string {
	if words := wordsOf(flag.Tag.Get("form")); words != "" {
		if flag.IsSlice() {
			return "a list, each " + words
		}
		return words
	}
	if tag := flag.Tag.Get("range"); tag != "" {
		if b, err := parseBounds(tag, flag.Target.Type()); err == nil {
			return withUnit(b.String(), flag.Tag.Get("unit"))
		}
	}
	return kindOf(flag)
}

// helpOf is what the help says of a setting: what it is, why one would change
// it, and the range of numbers.
func helpOf(flag *kong.Flag) string {
	said := []string{flag.Tag.Help}
	if why := flag.Tag.Get("why"); why != "" {
		said = append(said, "Why: "+why)
	}
	if flag.Tag.Has("range") {
		said = append(said, "Range: "+allowed(flag)+".")
	}
	return strings.Join(said, " ")
}

// short writes a duration without what is nought: 2h, not 2h0m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
