package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"waybill/internal/config"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run(folder string) error {
	var s config.Settings
	if _, err := kong.New(&s, s.Options()...); err != nil {
		return fmt.Errorf("building the settings: %w", err)
	}
	values := s.Values()
	for name, text := range map[string]string{"settings.md": page(values), "waybill.yaml": example(values)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil { //nolint:gosec // pages for everyone
			return fmt.Errorf("writing the pages of settings: %w", err)
		}
	}
	return nil
}

const introduction = `<!-- Written by go generate from internal/config. Do not edit. -->

# Settings

A value comes from a YAML file (` + "`--config FILE`" + `), then the environment, then flags; the last wins. Each has one name: that of
its flag without the dashes in front. ` + "`waybill config check`" + ` prints what is in effect and where each value comes from, and says all
that is wrong at once; its exit code is then 2.

* **File**: the name is the key, and a dash may be a level: ` + "`kafka-brokers`" + `, or ` + "`brokers`" + ` below ` + "`kafka`" + `. A list is a YAML list. An
  unknown key is refused with the nearest name, and so are a key that is there twice and one without a value.
  [waybill.yaml](waybill.yaml) has all keys with their defaults.
* **Environment**: ` + "`WAYBILL_`" + ` and the name in capitals, with underscores. Items of a list have commas between. An empty variable is an
  empty value; where a value cannot be empty, such as a number, it counts as not set. A variable that begins with ` + "`WAYBILL_`" + ` and that
  nothing reads is warned of.
* **Secrets** can also be read from a file, which the setting of the same name with ` + "`-file`" + ` at its end names. The file holds the secret
  alone, in one line; the line's end is cut. Only one of the two may be set. They are masked wherever settings are shown.
* **Durations** are numbers with units: ` + "`90s`, `30m`, `72h`" + `, or several: ` + "`1h30m`" + `. **Paths** go from the working directory, and ` + "`~`" + ` is your home.
  Files and folders that are named are looked for at the start.

A command's own flags, which ` + "`waybill COMMAND --help`" + ` lists, come from the command line alone, unless its help names a variable.
`

// page is the reference: settings by group, a table each.
func page(values []config.Value) string {
	var b strings.Builder
	b.WriteString(introduction)
	var order []string
	groups := make(map[string][]config.Value)
	for _, v := range values {
		if v.Group == "" {
			v.Group = "General"
		}
		if _, seen := groups[v.Group]; !seen {
			order = append(order, v.Group)
		}
		groups[v.Group] = append(groups[v.Group], v)
	}
	for _, group := range order {
		fmt.Fprintf(&b, "\n## %s\n\n| setting | default | allowed | what it is | why change it |\n| --- | --- | --- | --- | --- |\n", group)
		for _, v := range groups[group] {
			fmt.Fprintf(&b, "| `--%s`<br>`%s` | %s | %s | %s | %s |\n", v.Name, v.Env, code(v.Default), cell(v.Allowed), cell(v.Help), cell(v.Reason))
		}
	}
	return b.String()
}

// code sets a default; none is set in words.
func code(text string) string {
	if text == "" {
		return "none"
	}
	return "`" + text + "`"
}

// cell keeps a text from ending its cell or from being read as HTML.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "_", `\_`, "*", `\*`).Replace(text)
}

// example is a settings file in which every setting stands, commented out.
func example(values []config.Value) string {
	var b strings.Builder
	b.WriteString("# Settings of Waybill, each with its default. Written by go generate; docs/settings.md says more.\n" +
		"# Take the # away from what you change.\n")
	group := ""
	for _, v := range values {
		if v.Name == "config" {
			continue
		}
		if v.Group != group {
			group = v.Group
			fmt.Fprintf(&b, "\n# %s\n", group)
		}
		fmt.Fprintf(&b, "\n%s# Allowed: %s.\n#%s: %s\n", comment(v.Help), v.Allowed, v.Name, scalar(v.Default))
	}
	return b.String()
}

// commentWidth is where lines of comments end, in columns.
const commentWidth = 110

func comment(text string) string {
	var b strings.Builder
	line := "#"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > commentWidth {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	return b.String() + line + "\n"
}

// scalar is a default as YAML.
func scalar(text string) string {
	if text == "" || strings.ContainsAny(text, ":#") {
		return `"` + text + `"`
	}
	return text
}
