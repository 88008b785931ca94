package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// formatFlag is the --format of commands that print text or JSON.
type formatFlag struct {
	Format string `help:"text or json." enum:"text,json" default:"text"`
}

func (f formatFlag) json() bool { return f.Format == "json" }

// list gives an empty list for none, which JSON would call null.
func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}

// printJSON prints one value as indented JSON.
func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("printing JSON: %w", err)
	}
	return nil
}

// printLine prints one value as a line of JSON.
func printLine(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("printing JSON: %w", err)
	}
	return nil
}
