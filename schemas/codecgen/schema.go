package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
)

// contract is all records and enums that the schemas define. One that is
// defined in several files must be the same in all of them.
type contract struct {
	names   structs
	records map[string]*record
	enums   map[string]*enum
}

type record struct {
	name   string // of the Go type
	fields []field
}

type field struct {
	name string // of the Go field
	of   *shape
}

type enum struct {
	name    string
	symbols []string
}

// shape is a type: a primitive by its Avro name, time, or a kind with a part.
type shape struct {
	kind   string
	part   *shape // of an array, a map or an optional
	record *record
	enum   *enum
}

// definition is a type of an .avsc that is written as an object.
type definition struct {
	Type        string   `json:"type"`
	Name        string   `json:"name"`
	LogicalType string   `json:"logicalType"`
	Symbols     []string `json:"symbols"`
	Items       any      `json:"items"`
	Values      any      `json:"values"`
	Fields      []struct {
		Name string `json:"name"`
		Type any    `json:"type"`
	} `json:"fields"`
}

func (c *contract) readFile(path string) (*record, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var d definition
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	s, err := c.define(d)
	if err != nil {
		return nil, err
	}
	if s.record == nil {
		return nil, fmt.Errorf("it defines a %s, not a record", d.Type)
	}
	return s.record, nil
}

// read understands a type in any of its three forms: a name, a union, or a
// definition.
func (c *contract) read(raw any) (*shape, error) {
	switch t := raw.(type) {
	case string:
		return c.named(t)
	case []any:
		if len(t) != 2 || t[0] != "null" {
			return nil, fmt.Errorf("the union %v is not of null and one type", t)
		}
		part, err := c.read(t[1])
		return &shape{kind: "optional", part: part}, err
	case map[string]any:
		text, err := json.Marshal(t)
		if err != nil {
			return nil, err
		}
		var d definition
		if err := json.Unmarshal(text, &d); err != nil {
			return nil, err
		}
		return c.define(d)
	}
	return nil, fmt.Errorf("%v is no type", raw)
}

func (c *contract) named(name string) (*shape, error) {
	switch name {
	case "string", "bytes", "boolean", "int", "long", "double":
		return &shape{kind: name}, nil
	}
	if r := c.records[name]; r != nil {
		return &shape{kind: "record", record: r}, nil
	}
	if e := c.enums[name]; e != nil {
		return &shape{kind: "enum", enum: e}, nil
	}
	return nil, fmt.Errorf("the type %q is not known here", name)
}

func (c *contract) define(d definition) (*shape, error) {
	switch {
	case d.Type == "array", d.Type == "map":
		of := d.Items
		if d.Type == "map" {
			of = d.Values
		}
		part, err := c.read(of)
		if err == nil && !holdable(part, d.Type) {
			err = fmt.Errorf("%s of %s is not supported", d.Type, part.kind)
		}
		return &shape{kind: d.Type, part: part}, err
	case d.Type == "enum":
		e := &enum{name: d.Name, symbols: d.Symbols}
		if before := c.enums[d.Name]; before != nil && !reflect.DeepEqual(before, e) {
			return nil, fmt.Errorf("the enum %s is defined otherwise elsewhere", d.Name)
		}
		c.enums[d.Name] = e
		return &shape{kind: "enum", enum: e}, nil
	case d.Type == "record":
		return c.defineRecord(d)
	case d.LogicalType == "timestamp-millis":
		return &shape{kind: "time"}, nil
	case d.LogicalType != "":
		return nil, fmt.Errorf("the logical type %s is not supported", d.LogicalType)
	}
	return c.named(d.Type)
}

// holdable tells whether an array or a map may hold a shape: what the contract
// has had need of so far.
func holdable(part *shape, in string) bool {
	switch part.kind {
	case "record":
		return in == "array"
	case "string", "enum", "bytes", "boolean", "int", "long", "double":
		return true
	}
	return false
}

func (c *contract) defineRecord(d definition) (*shape, error) {
	name, fields, err := c.names.find(d.Name)
	if err != nil {
		return nil, err
	}
	r := &record{name: name}
	for _, f := range d.Fields {
		of, err := c.read(f.Type)
		if err != nil {
			return nil, fmt.Errorf("field %s of %s: %w", f.Name, d.Name, err)
		}
		if fields[f.Name] == "" {
			return nil, fmt.Errorf("field %s of %s is not in the Go types", f.Name, d.Name)
		}
		r.fields = append(r.fields, field{name: fields[f.Name], of: of})
	}
	if before := c.records[d.Name]; before != nil && !reflect.DeepEqual(before, r) {
		return nil, fmt.Errorf("the record %s is defined otherwise elsewhere", d.Name)
	}
	c.records[d.Name] = r
	return &shape{kind: "record", record: r}, nil
}
