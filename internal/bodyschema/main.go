package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
)

// sources are the files that the types of bodies, and all that they hold, are
// declared in.
func sources() []string {
	return []string{"webhook.go", "notice.go", "test.go", "shipment.go", "../../../schemas/types_gen.go"}
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "bodyschema:", err)
		os.Exit(1)
	}
}

// run writes the schema of the type root, which a body is, to path.
func run(root, path string) error {
	types := make(map[string]*ast.TypeSpec)
	for _, name := range sources() {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return fmt.Errorf("reading the types: %w", err)
		}
		collect(file, types)
	}
	w := writer{types: types, defs: make(map[string]object)}
	schema, err := w.record(root)
	if err != nil {
		return err
	}
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["$id"] = "urn:waybill:" + strings.ToLower(root) + ":v1"
	schema["title"] = root
	schema["$defs"] = w.defs
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the schema: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil { //nolint:gosec // a page for everyone
		return fmt.Errorf("writing the schema: %w", err)
	}
	return nil
}

// collect takes the structs of a file; the first of a name counts.
func collect(file *ast.File, into map[string]*ast.TypeSpec) {
	for _, d := range file.Decls {
		general, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range general.Specs {
			if t, ok := s.(*ast.TypeSpec); ok && into[t.Name.Name] == nil {
				if t.Doc == nil {
					t.Doc = general.Doc
				}
				into[t.Name.Name] = t
			}
		}
	}
}

type object map[string]any

// writer turns types into schemas; defs are those that others refer to.
type writer struct {
	types map[string]*ast.TypeSpec
	defs  map[string]object
}

// record gives the schema of a struct. Fields that may be left out are those
// with omitempty; others may come with a newer Waybill.
func (w *writer) record(name string) (object, error) {
	spec := w.types[name]
	if spec == nil {
		return nil, fmt.Errorf("the type %s is in none of %s", name, strings.Join(sources(), ", "))
	}
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("the type %s is no struct", name)
	}
	properties, required := object{}, []string{}
	for _, f := range fields.Fields.List {
		tag, options, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
		if tag == "-" {
			continue
		}
		schema, err := w.of(f.Type)
		if err != nil {
			return nil, fmt.Errorf("the field %s of %s: %w", tag, name, err)
		}
		if text := words(f.Doc); text != "" {
			schema["description"] = text
		}
		properties[tag] = schema
		if !strings.Contains(options, "omitempty") {
			required = append(required, tag)
		}
	}
	schema := object{"type": "object", "properties": properties, "required": required}
	if text := words(spec.Doc); text != "" {
		schema["description"] = text
	}
	return schema, nil
}

// of gives the schema of a field's type.
func (w *writer) of(t ast.Expr) (object, error) {
	switch t := t.(type) {
	case *ast.StarExpr:
		inner, err := w.of(t.X)
		if err != nil {
			return nil, err
		}
		return nullable(inner), nil
	case *ast.ArrayType:
		items, err := w.of(t.Elt)
		return object{"type": "array", "items": items}, err
	case *ast.MapType:
		values, err := w.of(t.Value)
		return object{"type": "object", "additionalProperties": values}, err
	case *ast.SelectorExpr:
		if t.Sel.Name == "Time" {
			return object{"type": "string", "format": "date-time"}, nil
		}
		return w.reference(t.Sel.Name)
	case *ast.Ident:
		switch t.Name {
		case "string":
			return object{"type": "string"}, nil
		case "bool":
			return object{"type": "boolean"}, nil
		case "int", "int64":
			return object{"type": "integer"}, nil
		}
		return w.reference(t.Name)
	}
	return nil, fmt.Errorf("a %T has no form in a schema", t)
}

func (w *writer) reference(name string) (object, error) {
	if w.defs[name] == nil {
		w.defs[name] = object{} // it may refer to itself
		def, err := w.record(name)
		if err != nil {
			return nil, err
		}
		w.defs[name] = def
	}
	return object{"$ref": "#/$defs/" + name}, nil
}

func nullable(schema object) object {
	if kind, ok := schema["type"].(string); ok {
		schema["type"] = []string{kind, "null"}
		return schema
	}
	return object{"anyOf": []object{schema, {"type": "null"}}}
}

// words are a comment's, in one line.
func words(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }
