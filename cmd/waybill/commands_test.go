package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page of commands is made from what help is made from. `go test
// ./cmd/waybill -run TestCommandsPage -rewrite` writes it anew.
func TestCommandsPage(t *testing.T) {
	page := filepath.Join(projectRoot, "docs", "commands.md")
	text := commandsPage(everyCommand(t))
	if *rewrite {
		require.NoError(t, os.WriteFile(page, []byte(text), 0o600))
	}
	have, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, text, string(have))
}

const commandsIntroduction = `<!-- Written by a test from the command line itself (cmd/waybill/commands_test.go). Do not edit. -->

# Commands

The [settings](settings.md), such as ` + "`--kafka-brokers`" + `, go with every command. ` + "`--format json`" + ` prints JSON. Long work shows its rate, share and
time left on a terminal, and plain lines elsewhere. ` + "`waybill completion`" + ` makes a shell complete what follows.

| exit code | means |
| --- | --- |
| 0 | done |
| 1 | failed; the line on standard error says what was being done, why it failed, and what to do |
| 2 | wrong use: another command line, setting or file of settings mends it |
`

func commandsPage(nodes []*kong.Node) string {
	var b strings.Builder
	b.WriteString(commandsIntroduction)
	for _, node := range nodes[0].Leaves(true) {
		fmt.Fprintf(&b, "\n## waybill %s\n\n%s\n\n```\n%s\n```\n", node.Path(), node.Help, strings.TrimSuffix("waybill "+node.Summary(), " [flags]"))
		var rows strings.Builder
		for _, argument := range node.Positional {
			fmt.Fprintf(&rows, "| `<%s>` | %s | %s |\n", argument.Name, orNone(argument.Default), inCell(argument.Help))
		}
		for _, flag := range node.Flags {
			if !flag.Hidden {
				fmt.Fprintf(&rows, "| `%s` | %s | %s |\n", strings.SplitN(flag.String(), "=", 2)[0], orNone(flag.Default), inCell(kong.DefaultHelpValueFormatter(flag.Value)))
			}
		}
		if rows.Len() > 0 {
			b.WriteString("\n| argument, flag | default | |\n| --- | --- | --- |\n" + rows.String())
		}
		b.WriteString("\n")
		for line := range strings.Lines(strings.TrimSpace(node.Detail)) {
			if !strings.HasPrefix(line, "    ") { // an example
				line = strings.ReplaceAll(line, "<", "&lt;")
			}
			b.WriteString(line)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func orNone(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func inCell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`).Replace(text)
}

// Wrong use ends with 2, whatever the command, and says where to read on.
func TestWrongUseOfEveryCommandEndsWith2(t *testing.T) {
	for _, node := range everyCommand(t) {
		args := append(strings.Fields(node.Path()), "--no-such-flag")
		require.Equal(t, exitWrongUse, run(args), node.FullPath())
		parser, err := newParser(&cli{})
		require.NoError(t, err)
		_, err = parser.Parse(args)
		require.ErrorContains(t, err, "unknown flag --no-such-flag", node.FullPath())
		require.Equal(t, "Run `"+node.FullPath()+" --help`.", readOn(err))
	}
}

// What prints an answer prints it as JSON too. The rest says why not.
func TestEveryCommandSpeaksJSON(t *testing.T) {
	silent := map[string]string{
		"waybill completion": "prints a script",
	}
	for _, node := range everyCommand(t)[0].Leaves(true) {
		if silent[node.FullPath()] != "" {
			continue
		}
		has := slices.ContainsFunc(node.Flags, func(flag *kong.Flag) bool {
			return flag.Name == "format" && slices.Contains(flag.EnumSlice(), "json")
		})
		assert.True(t, has, "%s has no --format json", node.FullPath())
	}
}
