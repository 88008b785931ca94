package main

import (
	"bytes"
	"fmt"
)

// writeTop writes what a codec is made of: how a whole body is written and
// read.
func writeTop(page *bytes.Buffer, r *record) {
	fmt.Fprintf(page, `
func append%[1]s(dst []byte, v *%[1]s) ([]byte, error) {
	w := writer{buf: dst}
	write%[1]s(&w, v)
	return w.buf, w.err
}

func parse%[1]s(data []byte, v *%[1]s) error {
	r := newReader(data)
	read%[1]s(&r, v)
	return r.end()
}
`, r.name)
}

func writeRecord(page *bytes.Buffer, r *record) {
	fmt.Fprintf(page, "\nfunc write%[1]s(w *writer, v *%[1]s) {\n", r.name)
	for _, f := range r.fields {
		page.WriteString(writes(f.of, "v."+f.name))
	}
	fmt.Fprintf(page, "}\n\nfunc read%[1]s(r *reader, v *%[1]s) {\n", r.name)
	for _, f := range r.fields {
		page.WriteString(reads(f.of, "v."+f.name))
	}
	page.WriteString("}\n")
}

// writeEnum writes an enum by its place among the symbols.
func writeEnum(page *bytes.Buffer, e *enum) {
	fmt.Fprintf(page, "\nfunc write%s(w *writer, symbol string) {\nswitch symbol {\n", e.name)
	for i, symbol := range e.symbols {
		fmt.Fprintf(page, "case %q:\nw.long(%d)\n", symbol, i)
	}
	fmt.Fprintf(page, "default:\nw.unknown(%q, symbol)\n}\n}\n", e.name)
	fmt.Fprintf(page, "\nfunc read%s(r *reader) string {\nswitch r.long() {\n", e.name)
	for i, symbol := range e.symbols {
		fmt.Fprintf(page, "case %d:\nreturn %q\n", i, symbol)
	}
	page.WriteString("}\nr.fail()\nreturn \"\"\n}\n")
}

// writes gives the statements that write an expression of a shape.
func writes(s *shape, of string) string {
	switch s.kind {
	case "record":
		return fmt.Sprintf("write%s(w, &%s)\n", s.record.name, of)
	case "enum":
		return fmt.Sprintf("write%s(w, %s)\n", s.enum.name, of)
	case "array":
		return fmt.Sprintf("w.block(len(%[1]s))\nfor i := range %[1]s {\n%[2]s}\nw.endBlock(len(%[1]s))\n", of, writes(s.part, of+"[i]"))
	case "map":
		return fmt.Sprintf("w.block(len(%[1]s))\nfor _, key := range sortedKeys(%[1]s) {\nw.string(key)\n%[2]s}\nw.endBlock(len(%[1]s))\n", of, writes(s.part, of+"[key]"))
	case "optional":
		there := writes(s.part, "*"+of)
		if s.part.kind == "record" {
			there = fmt.Sprintf("write%s(w, %s)\n", s.part.record.name, of)
		}
		return fmt.Sprintf("if w.present(%s != nil) {\n%s}\n", of, there)
	}
	return fmt.Sprintf("w.%s(%s)\n", method(s), of)
}

// reads gives the statements that read a shape into an expression.
func reads(s *shape, into string) string {
	switch s.kind {
	case "record":
		return fmt.Sprintf("read%s(r, &%s)\n", s.record.name, into)
	case "array":
		return fmt.Sprintf("%s = []%s{}\n", into, goType(s.part)) + readBlocks(into, readItem(s.part, into))
	case "map":
		return fmt.Sprintf("%s = map[string]%s{}\n", into, goType(s.part)) +
			readBlocks(into, fmt.Sprintf("key := r.string()\n%s[key] = %s\n", into, value(s.part)))
	case "optional":
		if s.part.kind == "record" {
			return fmt.Sprintf("if r.present() {\n%[1]s = new(%[2]s)\nread%[2]s(r, %[1]s)\n}\n", into, s.part.record.name)
		}
		return fmt.Sprintf("if r.present() {\n%s = new(%s)\n}\n", into, value(s.part))
	}
	return into + " = " + value(s) + "\n"
}

func readBlocks(into, item string) string {
	return fmt.Sprintf("for n := r.block(0); n > 0; n = r.block(len(%s)) {\nfor ; n > 0 && r.err == nil; n-- {\n%s}\n}\n", into, item)
}

func readItem(s *shape, list string) string {
	if s.kind == "record" {
		return fmt.Sprintf("%[1]s = append(%[1]s, %[2]s{})\nread%[2]s(r, &%[1]s[len(%[1]s)-1])\n", list, s.record.name)
	}
	return fmt.Sprintf("%[1]s = append(%[1]s, %[2]s)\n", list, value(s))
}

// value gives the expression that reads what is no record and has no parts.
func value(s *shape) string {
	if s.kind == "enum" {
		return "read" + s.enum.name + "(r)"
	}
	return "r." + method(s) + "()"
}

// method names the method of writer and reader for what has no parts.
func method(s *shape) string {
	if s.kind == "boolean" {
		return "bool"
	}
	return s.kind
}

// goType names the Go type of what an array or a map holds.
func goType(s *shape) string {
	switch s.kind {
	case "record":
		return s.record.name
	case "enum":
		return "string"
	case "bytes":
		return "[]byte"
	case "boolean":
		return "bool"
	case "long":
		return "int64"
	case "double":
		return "float64"
	}
	return s.kind // string, int
}
