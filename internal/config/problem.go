package config

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with the settings.
type Problem struct {
	Setting string `json:"setting"` // its name, or the key that is none
	Source  string `json:"source"`  // where it was set: a file and line, a variable, flag
	Message string `json:"message"` // what is wrong, and what to do
}

func (p Problem) String() string { return p.Message }

// SettingsError is all that is wrong with the settings.
type SettingsError []Problem

// Error lists them, one a line.
func (p SettingsError) Error() string {
	if len(p) == 1 {
		return p[0].Message
	}
	lines := []string{fmt.Sprintf("%d settings are wrong:", len(p))}
	for _, problem := range p {
		lines = append(lines, "  "+problem.Message)
	}
	return strings.Join(lines, "\n")
}
