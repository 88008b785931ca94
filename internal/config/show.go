package config

import (
	"fmt"
	"slices"

	"github.com/alecthomas/kong"
)

// Value is the effective value of one setting.
type Value struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default string `json:"default"`
	Env     string `json:"env"`
	Help    string `json:"help"`
}

// Effective lists every shared setting with its value, secrets masked.
func Effective(app *kong.Application) []Value {
	var values []Value
	for _, flag := range app.Flags {
		if slices.Contains([]string{"help", "config", "version"}, flag.Name) {
			continue
		}
		v := Value{Name: flag.Name, Value: fmt.Sprint(flag.Target.Interface()), Default: flag.Default, Help: flag.Help}
		if len(flag.Envs) > 0 {
			v.Env = flag.Envs[0]
		}
		if flag.Tag.Has("secret") && v.Value != "" {
			v.Value = "(set)"
		}
		values = append(values, v)
	}
	return values
}
