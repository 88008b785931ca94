package schemas

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hamba/avro/v2"
)

// normalizeJSON checks a parsed JSON value against the schema and fills in
// defaults, so that encoding/json can do the rest.
func (s *avroSchema) normalizeJSON(v any) (any, error) { return normalize(s.schema, v) }

func normalize(schema avro.Schema, v any) (any, error) {
	switch s := schema.(type) {
	case *avro.RecordSchema:
		return normalizeRecord(s, v)
	case *avro.RefSchema:
		return normalize(s.Schema(), v)
	case *avro.UnionSchema:
		return normalizeUnion(s, v)
	case *avro.ArraySchema:
		return normalizeArray(s, v)
	case *avro.MapSchema:
		return normalizeMap(s, v)
	case *avro.EnumSchema:
		text, ok := v.(string)
		if !ok || !slices.Contains(s.Symbols(), text) {
			return nil, fmt.Errorf("%v is none of %s", v, strings.Join(s.Symbols(), ", "))
		}
		return text, nil
	case *avro.PrimitiveSchema:
		return normalizePrimitive(s, v)
	}
	return nil, fmt.Errorf("the schema type %s has no JSON form", schema.Type())
}

func normalizeRecord(s *avro.RecordSchema, v any) (any, error) {
	given, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("an object is wanted, not %s", jsonKind(v))
	}
	whole := make(map[string]any, len(s.Fields()))
	for _, f := range s.Fields() {
		value, present := given[f.Name()]
		if !present {
			if !f.HasDefault() {
				return nil, atField(f.Name(), errors.New("it is required and missing"))
			}
			whole[f.Name()] = f.Default()
			continue
		}
		fixed, err := normalize(f.Type(), value)
		if err != nil {
			return nil, atField(f.Name(), err)
		}
		whole[f.Name()] = fixed
	}
	for name := range given {
		if _, known := whole[name]; !known {
			return nil, atField(name, fmt.Errorf("there is no such field; did you mean %s?", nearestField(s, name)))
		}
	}
	return whole, nil
}

// nearestField is the field whose name is most like a wrong one.
func nearestField(s *avro.RecordSchema, wrong string) string {
	return slices.MinFunc(s.Fields(), func(a, b *avro.Field) int {
		return levenshtein.Distance(wrong, a.Name(), nil) - levenshtein.Distance(wrong, b.Name(), nil)
	}).Name()
}

// normalizeUnion serves the only unions that the contract has: null or a type.
func normalizeUnion(s *avro.UnionSchema, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	for _, t := range s.Types() {
		if t.Type() != avro.Null {
			return normalize(t, v)
		}
	}
	return nil, fmt.Errorf("null is wanted, not %s", jsonKind(v))
}

func normalizeArray(s *avro.ArraySchema, v any) (any, error) {
	given, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("an array is wanted, not %s", jsonKind(v))
	}
	if len(given) > maxArrayItems {
		return nil, fmt.Errorf("it has %d items; %d are allowed", len(given), maxArrayItems)
	}
	whole := make([]any, len(given))
	for i, item := range given {
		fixed, err := normalize(s.Items(), item)
		if err != nil {
			return nil, atField("["+strconv.Itoa(i)+"]", err)
		}
		whole[i] = fixed
	}
	return whole, nil
}

func normalizeMap(s *avro.MapSchema, v any) (any, error) {
	given, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("an object is wanted, not %s", jsonKind(v))
	}
	whole := make(map[string]any, len(given))
	for key, item := range given {
		fixed, err := normalize(s.Values(), item)
		if err != nil {
			return nil, atField(key, err)
		}
		whole[key] = fixed
	}
	return whole, nil
}

func normalizePrimitive(s *avro.PrimitiveSchema, v any) (any, error) {
	if s.Logical() != nil && s.Logical().Type() == avro.TimestampMillis {
		return jsonTime(v)
	}
	switch s.Type() {
	case avro.String, avro.Bytes: // bytes are base64 text, as encoding/json has them
		if text, ok := v.(string); ok {
			return text, nil
		}
		return nil, fmt.Errorf("a string is wanted, not %s", jsonKind(v))
	case avro.Boolean:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, fmt.Errorf("true or false is wanted, not %s", jsonKind(v))
	case avro.Int:
		return wholeNumber(v, math.MinInt32, math.MaxInt32)
	case avro.Long:
		return wholeNumber(v, math.MinInt64, math.MaxInt64)
	case avro.Float, avro.Double:
		if n, ok := v.(json.Number); ok {
			return n, nil
		}
		return nil, fmt.Errorf("a number is wanted, not %s", jsonKind(v))
	}
	return nil, fmt.Errorf("the schema type %s has no JSON form", s.Type())
}

func wholeNumber(v any, low, high int64) (any, error) {
	n, ok := v.(json.Number)
	if !ok {
		return nil, fmt.Errorf("a whole number is wanted, not %s", jsonKind(v))
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil || i < low || i > high {
		return nil, fmt.Errorf("%s is no whole number from %d to %d", n, low, high)
	}
	return i, nil
}
