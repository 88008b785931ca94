package main

import (
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// completeCommand is the hidden first argument with which a shell's script asks
// what may come next. It is no command of the grammar, for it must answer
// whatever the settings are.
const completeCommand = "__complete"

//go:embed completion
var completionScripts embed.FS

type completionCmd struct {
	Shell string `arg:"" help:"bash, zsh or fish." enum:"bash,zsh,fish"`
}

func (*completionCmd) Help() string {
	return `Commands, flags and their choices are completed; where there is nothing to choose, files are.

Examples:

    waybill completion bash > /etc/bash_completion.d/waybill
    waybill completion zsh > _waybill     # in a folder of $fpath
    waybill completion fish > ~/.config/fish/completions/waybill.fish`
}

func (c *completionCmd) Run() error {
	script, err := completionScripts.ReadFile("completion/waybill." + c.Shell)
	if err != nil {
		return fmt.Errorf("reading the script for %s: %w", c.Shell, err)
	}
	_, err = fmt.Print(string(script))
	return err
}

// runComplete prints what may stand in place of the last of the words of a
// command line, one a line.
func runComplete(out io.Writer, words []string) int {
	parser, err := newParser(&cli{})
	if err != nil {
		return exitFailed
	}
	for _, candidate := range complete(parser.Model.Node, words) {
		fmt.Fprintln(out, candidate)
	}
	return exitDone
}

// complete returns what may stand in place of the last word.
func complete(command *kong.Node, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	var takes *kong.Flag // the flag whose value comes next
	args := 0
	last := len(words) - 1
	for _, word := range words[:last] {
		switch {
		case word == "=": // bash parts --flag=value so
		case takes != nil:
			takes = nil
		case strings.HasPrefix(word, "-"):
			takes = takesValue(command, word)
		case childOf(command, word) != nil:
			command = childOf(command, word)
		default:
			args++
		}
	}
	var candidates []string
	name, _, hasValue := strings.Cut(words[last], "=")
	switch word := words[last]; {
	case takes != nil:
		candidates = choices(takes.Value)
	case hasValue && takesValue(command, name) != nil:
		for _, choice := range choices(takesValue(command, name).Value) {
			candidates = append(candidates, name+"="+choice)
		}
	case strings.HasPrefix(word, "-"):
		candidates = flagsOf(command, word)
	case args < len(command.Positional):
		candidates = choices(command.Positional[args])
	default:
		for _, child := range command.Children {
			candidates = append(candidates, child.Name)
		}
	}
	return slices.DeleteFunc(candidates, func(candidate string) bool { return !strings.HasPrefix(candidate, words[last]) })
}

func childOf(command *kong.Node, name string) *kong.Node {
	i := slices.IndexFunc(command.Children, func(child *kong.Node) bool { return child.Name == name && !child.Hidden })
	if i < 0 {
		return nil
	}
	return command.Children[i]
}

// takesValue returns the flag that a word names, if its value is the next word.
func takesValue(command *kong.Node, word string) *kong.Flag {
	for _, group := range command.AllFlags(true) {
		for _, flag := range group {
			if "--"+flag.Name == word && !flag.IsBool() {
				return flag
			}
		}
	}
	return nil
}

// flagsOf are a command's own flags, and once more than the dashes is written
// the settings too, which would bury them.
func flagsOf(command *kong.Node, word string) []string {
	var names []string
	for _, group := range command.AllFlags(true) {
		for _, flag := range group {
			isSetting := !slices.Contains(command.Flags, flag)
			if !isSetting || strings.Trim(word, "-") != "" || flag.Name == "help" || flag.Name == "config" {
				names = append(names, "--"+flag.Name)
			}
		}
	}
	return names
}

// choices are the values that a flag or an argument may have, none where that
// is open.
func choices(value *kong.Value) []string {
	switch {
	case value.Enum != "":
		return value.EnumSlice()
	case value.IsBool():
		return []string{"true", "false"}
	}
	return nil
}
