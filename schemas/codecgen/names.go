package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
)

// structs are the Go types of the records: the Go name of each field by its
// Avro name, by the Go name of the type.
type structs map[string]map[string]string

// goNames reads the types that avrogen wrote.
func goNames(path string) (structs, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("reading the Go types: %w", err)
	}
	all := structs{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		s, ok := spec.Type.(*ast.StructType)
		if !ok {
			return true
		}
		fields := map[string]string{}
		for _, f := range s.Fields.List {
			tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`"))
			fields[tag.Get("avro")] = f.Names[0].Name
		}
		all[spec.Name.Name] = fields
		return true
	})
	return all, nil
}

// find gives the Go type of a record. Its name differs from the schema's in
// initialisms: EtaChange is ETAChange.
func (s structs) find(record string) (name string, fields map[string]string, err error) {
	for name, fields := range s {
		if strings.EqualFold(name, record) {
			return name, fields, nil
		}
	}
	return "", nil, fmt.Errorf("the record %s has no Go type", record)
}
