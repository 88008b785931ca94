package schemas

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hamba/avro/v2"
)

// maxForeignParts bounds a schema of others: its types, counted wherever they
// are used.
const maxForeignParts = 10_000

// foreignAvro gives the schema that reads what was written under a schema of
// somebody else, as plain reads it. Beside what resolveAvro refuses, it refuses
// times in another unit, which are the same long to the library, and schemas
// under which a few bytes would be work without an end.
func foreignAvro(reader, writer *avroSchema) (*avroSchema, error) {
	if _, err := (measures{}).of(writer.schema); err != nil {
		return nil, err
	}
	if err := sameUnits(reader.schema, writer.schema); err != nil {
		return nil, err
	}
	return resolveAvro(reader, writer)
}

// extent is how large a type is: its parts, and the least bytes of a value.
type extent struct{ parts, least int }

// measures holds the extents of records; of one that is being measured, none.
type measures map[*avro.RecordSchema]*extent

func (m measures) of(s avro.Schema) (extent, error) {
	switch s := referred(s).(type) {
	case *avro.RecordSchema:
		return m.ofRecord(s)
	case *avro.ArraySchema:
		items, err := m.of(s.Items())
		if err == nil && items.least == 0 {
			err = errors.New("it has an array whose items take no bytes")
		}
		return extent{items.parts + 1, 1}, err
	case *avro.MapSchema:
		values, err := m.of(s.Values())
		return extent{values.parts + 1, 1}, err
	case *avro.UnionSchema:
		whole := extent{1, 1}
		for _, branch := range s.Types() {
			part, err := m.of(branch)
			if err != nil {
				return extent{}, err
			}
			whole.parts += part.parts
		}
		return whole, nil
	case *avro.NullSchema:
		return extent{1, 0}, nil
	case *avro.FixedSchema:
		return extent{1, s.Size()}, nil
	}
	return extent{1, 1}, nil
}

func (m measures) ofRecord(s *avro.RecordSchema) (extent, error) {
	if done, begun := m[s]; begun {
		if done == nil {
			return extent{}, fmt.Errorf("the record %s holds itself", s.FullName())
		}
		return *done, nil
	}
	m[s] = nil
	whole := extent{parts: 1}
	for _, f := range s.Fields() {
		part, err := m.of(f.Type())
		if err != nil {
			return extent{}, err
		}
		whole.parts += part.parts
		whole.least += part.least
		if whole.parts > maxForeignParts {
			return extent{}, fmt.Errorf("it has more than %d parts", maxForeignParts)
		}
	}
	m[s] = &whole
	return whole, nil
}

// sameUnits compares what both name a unit of; a writer that names none is taken
// at its word.
func sameUnits(reader, writer avro.Schema) error {
	reader, writer = referred(reader), referred(writer)
	for _, union := range []avro.Schema{reader, writer} {
		if u, ok := union.(*avro.UnionSchema); ok {
			return sameBranches(u, reader, writer)
		}
	}
	switch r := reader.(type) {
	case *avro.ArraySchema:
		if w, ok := writer.(*avro.ArraySchema); ok {
			return sameUnits(r.Items(), w.Items())
		}
	case *avro.MapSchema:
		if w, ok := writer.(*avro.MapSchema); ok {
			return sameUnits(r.Values(), w.Values())
		}
	case *avro.RecordSchema:
		if w, ok := writer.(*avro.RecordSchema); ok {
			return sameFields(r, w)
		}
	case *avro.PrimitiveSchema:
		w, ok := writer.(*avro.PrimitiveSchema)
		if ok && r.Logical() != nil && w.Logical() != nil && r.Logical().Type() != w.Logical().Type() {
			return fmt.Errorf("it is %s, and %s is wanted", w.Logical().Type(), r.Logical().Type())
		}
	}
	return nil
}

func sameBranches(union *avro.UnionSchema, reader, writer avro.Schema) error {
	for _, branch := range union.Types() {
		r, w := branch, writer
		if union != reader {
			r, w = reader, branch
		}
		if err := sameUnits(r, w); err != nil {
			return err
		}
	}
	return nil
}

func sameFields(reader, writer *avro.RecordSchema) error {
	for _, r := range reader.Fields() {
		for _, w := range writer.Fields() {
			if r.Name() != w.Name() && !slices.Contains(r.Aliases(), w.Name()) {
				continue
			}
			if err := sameUnits(r.Type(), w.Type()); err != nil {
				return fmt.Errorf("field %s: %w", w.Name(), err)
			}
		}
	}
	return nil
}

// referred follows the name of a type that was defined before.
func referred(s avro.Schema) avro.Schema {
	if ref, ok := s.(*avro.RefSchema); ok {
		return ref.Schema()
	}
	return s
}

// plain reads a body into what parsed JSON of it would be. The library reads
// into Go types only where both sides agree on what may be null.
func (s *avroSchema) plain(data []byte) (any, error) {
	var v any
	if err := s.unmarshal(data, &v); err != nil {
		return nil, err
	}
	return plainValue(s.schema, v)
}

func plainValue(schema avro.Schema, v any) (any, error) {
	switch s := referred(schema).(type) {
	case *avro.UnionSchema:
		return plainUnion(s, v)
	case *avro.RecordSchema:
		return plainRecord(s, v)
	case *avro.ArraySchema:
		given, _ := v.([]any)
		whole := make([]any, len(given))
		for i, item := range given {
			value, err := plainValue(s.Items(), item)
			if err != nil {
				return nil, err
			}
			whole[i] = value
		}
		return whole, nil
	case *avro.MapSchema:
		given, _ := v.(map[string]any)
		whole := make(map[string]any, len(given))
		for key, item := range given {
			value, err := plainValue(s.Values(), item)
			if err != nil {
				return nil, err
			}
			whole[key] = value
		}
		return whole, nil
	}
	return plainScalar(v)
}

func plainRecord(s *avro.RecordSchema, v any) (any, error) {
	given, _ := v.(map[string]any)
	whole := make(map[string]any, len(given))
	for _, f := range s.Fields() {
		field, there := given[f.Name()]
		if !there { // the reader does not know it
			continue
		}
		value, err := plainValue(f.Type(), field)
		if err != nil {
			return nil, err
		}
		whole[f.Name()] = value
	}
	return whole, nil
}

// plainUnion takes off the name of the branch, which the library puts around
// the values of some unions.
func plainUnion(s *avro.UnionSchema, v any) (any, error) {
	named, ok := v.(map[string]any)
	if !ok {
		return plainScalar(v)
	}
	for _, branch := range s.Types() {
		if value, is := named[branchName(branch)]; is {
			return plainValue(branch, value)
		}
	}
	return nil, errors.New("a value is of no branch of its union")
}

func branchName(s avro.Schema) string {
	switch s := referred(s).(type) {
	case avro.NamedSchema:
		return s.FullName()
	case *avro.PrimitiveSchema:
		if s.Logical() != nil {
			return string(s.Type()) + "." + string(s.Logical().Type())
		}
	}
	return string(referred(s).Type())
}

func plainScalar(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string:
		return v, nil
	case int:
		return json.Number(strconv.Itoa(v)), nil
	case int64:
		return json.Number(strconv.FormatInt(v, 10)), nil
	case float32:
		return json.Number(strconv.FormatFloat(float64(v), 'g', -1, 32)), nil
	case float64:
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64)), nil
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), nil
	case []byte:
		return base64.StdEncoding.EncodeToString(v), nil
	}
	return nil, fmt.Errorf("a %T has no place in a record", v)
}
