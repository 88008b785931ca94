package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"waybill/schemas"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	files, err := schemas.Versions()
	if err != nil {
		return err
	}
	var page strings.Builder
	page.WriteString("<!-- Written by go generate from schemas/. Do not edit. -->\n\n# Topics and records\n\n")
	page.WriteString("Times are UTC, in milliseconds. Every value starts with `C3 01` (Avro single-object encoding), with `{` (JSON of the same fields; times as RFC 3339 or epoch milliseconds) or, with a [schema registry](registry.md), with `00` (Confluent framing). A field without a default is required.\n\n")
	writeTopics(&page)
	for _, file := range slices.Sorted(maps.Keys(files)) {
		versions := files[file]
		var r record
		if err := json.Unmarshal([]byte(versions[len(versions)-1]), &r); err != nil {
			return fmt.Errorf("reading the schema of %s: %w", file, err)
		}
		writeRecord(&page, r, fmt.Sprintf("## %s\n\nVersion %d. ", r.Name, len(versions)))
	}
	text := strings.ReplaceAll(page.String(), "key <", "key &lt;")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // a page for everyone
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}

func writeTopics(page *strings.Builder) {
	page.WriteString("| topic | kept | cleanup | partitions |\n| --- | --- | --- | --- |\n")
	for _, t := range schemas.Topics() {
		kept, cleanup, partitions := "for ever", "delete", "as set"
		if t.Retention > 0 {
			kept = fmt.Sprintf("%d d", int(t.Retention/(24*time.Hour)))
		}
		if t.Compacted {
			cleanup = "compact"
			if t.Retention > 0 {
				cleanup = "compact and delete"
			}
		}
		if t.Group != schemas.GroupAlone {
			partitions = "the same for all of " + string(t.Group)
		}
		fmt.Fprintf(page, "| `%s` | %s | %s | %s |\n", t.Name, kept, cleanup, partitions)
	}
	page.WriteString("\n")
}

// record is as much of an Avro record schema as the page shows.
type record struct {
	Name   string  `json:"name"`
	Doc    string  `json:"doc"`
	Fields []field `json:"fields"`
}

type field struct {
	Name    string          `json:"name"`
	Doc     string          `json:"doc"`
	Type    any             `json:"type"`
	Default json.RawMessage `json:"default"`
}

func writeRecord(page *strings.Builder, r record, heading string) {
	page.WriteString(heading + r.Doc + "\n\n| field | type | default | meaning |\n| --- | --- | --- | --- |\n")
	var nested []record
	for _, f := range r.Fields {
		fallback := "required"
		if f.Default != nil {
			fallback = "`" + string(f.Default) + "`"
		}
		fmt.Fprintf(page, "| `%s` | %s | %s | %s |\n", f.Name, typeName(f.Type, &nested), fallback, f.Doc)
	}
	page.WriteString("\n")
	for _, n := range nested {
		writeRecord(page, n, "### "+r.Name+": "+n.Name+"\n\n")
	}
}

// typeName says a type in words and collects the records that it holds.
func typeName(t any, nested *[]record) string {
	switch t := t.(type) {
	case string:
		return t
	case []any: // a union of null and one type
		return typeName(t[1], nested) + " or null"
	case map[string]any:
		return complexName(t, nested)
	}
	return fmt.Sprint(t)
}

func complexName(t map[string]any, nested *[]record) string {
	switch t["type"] {
	case "array":
		return "array of " + typeName(t["items"], nested)
	case "map":
		return "map of " + typeName(t["values"], nested)
	case "enum":
		symbols, _ := t["symbols"].([]any)
		names := make([]string, len(symbols))
		for i, symbol := range symbols {
			names[i] = fmt.Sprint(symbol)
		}
		return strings.Join(names, ", ")
	case "record":
		var r record
		text, err := json.Marshal(t)
		if err == nil && json.Unmarshal(text, &r) == nil {
			*nested = append(*nested, r)
		}
		return r.Name
	}
	if logical, ok := t["logicalType"].(string); ok {
		return logical
	}
	return fmt.Sprint(t["type"])
}
