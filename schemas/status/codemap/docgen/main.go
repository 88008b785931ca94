package main

import (
	_ "embed"
	"fmt"
	"os"
	"slices"
	"strings"

	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

//go:embed intro.md
var intro string

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	model, err := status.Default()
	if err != nil {
		return err
	}
	maps, err := codemap.Default(model)
	if err != nil {
		return err
	}
	var page strings.Builder
	page.WriteString("<!-- Written by go generate from schemas/status. Do not edit. -->\n\n" + intro)
	writeMaps(&page, maps)
	writeStatuses(&page, model)
	for _, s := range model.Statuses() {
		writeCodes(&page, model, maps, s)
	}
	if err := os.WriteFile(path, []byte(strings.TrimRight(page.String(), "\n")+"\n"), 0o644); err != nil { //nolint:gosec // a page for everyone
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}

func writeMaps(page *strings.Builder, maps *codemap.Maps) {
	page.WriteString("## The maps\n\n| map in | also named | version | codes | statuses |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range maps.Sources() {
		fmt.Fprintf(page, "| `%s` | %s | `%s` | %d | %d |\n", s.Name, quoted(s.Names), s.Version, len(s.Codes), len(s.Statuses))
	}
	fmt.Fprintf(page, "\n| words | version | lines |\n| --- | --- | --- |\n| `%s` | `%s` | %d |\n", codemap.WordsName, maps.Words().Version, len(maps.Words().Lines))
	page.WriteString("\n| map out | version |\n| --- | --- |\n")
	for _, d := range maps.Dialects() {
		fmt.Fprintf(page, "| `%s` | `%s` |\n", d.Name, d.Version)
	}
	page.WriteString("\n")
}

func writeStatuses(page *strings.Builder, model *status.Model) {
	fmt.Fprintf(page, "## The model\n\nVersion %s: %d main statuses, %d codes. Flags: M worth a notification, S starts the clock, X stops the clock, ",
		model.Version(), len(model.Statuses()), len(model.Codes()))
	page.WriteString("T ends the parcel's life, A somebody has to act, F a failed attempt, P a physical scan. Severity: 0 information, 1 watch, 2 act.\n\n")
	page.WriteString("| main status | rank | terminal | of | an event that says no more is |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range model.Statuses() {
		terminal, of := "", "parcel"
		if s.Terminal {
			terminal = "yes"
		}
		if s.OfRegistration {
			of = "registration"
		}
		fmt.Fprintf(page, "| `%s` | %d | %s | %s | `%s` |\n", s.Name, s.Rank, terminal, of, s.Fallback.Name)
	}
	page.WriteString("\n")
}

func writeCodes(page *strings.Builder, model *status.Model, maps *codemap.Maps, s *status.Status) {
	fmt.Fprintf(page, "### %s\n\n| code | flags | party | severity | meaning | in | out |\n| --- | --- | --- | --- | --- | --- | --- |\n", s.Name)
	for _, c := range model.Codes() {
		if c.Status == s {
			fmt.Fprintf(page, "| `%s` | %s | %s | %d | %s | %s | %s |\n", c.Name, c.Flags(), c.Party, c.Severity, c.Meaning, in(maps, c.Name), out(maps, c.Name))
		}
	}
	page.WriteString("\n")
}

// in lists who calls a code what.
func in(maps *codemap.Maps, code string) string {
	var list []string
	for _, s := range maps.Sources() {
		var words []string
		for _, line := range s.Codes {
			if line.Value == code {
				words = append(words, line.Key)
			}
		}
		for _, line := range s.Statuses {
			if line.Value == code && !slices.Contains(words, line.Key) {
				words = append(words, line.Key)
			}
		}
		if len(words) > 0 {
			list = append(list, s.Name+" "+quoted(words))
		}
	}
	return strings.Join(list, "; ")
}

func out(maps *codemap.Maps, code string) string {
	var list []string
	for _, d := range maps.Dialects() {
		word := d.Word(code)
		list = append(list, fmt.Sprintf("%s `%s` `%s`", d.Name, word.Status, word.Detail))
	}
	return strings.Join(list, "; ")
}

func quoted(words []string) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = "`" + w + "`"
	}
	return strings.Join(list, " ")
}
