package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// decodeJSON reads the JSON form: the schema's fields by name, timestamps as
// RFC 3339 or epoch milliseconds, defaults as in the schema. A field that the
// schema does not have is refused, for it is most likely a misspelt one.
func (c *Codec[T]) decodeJSON(data []byte) (*T, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var raw any
	if err := d.Decode(&raw); err != nil {
		return nil, c.fail("the JSON is malformed: " + err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, c.fail("text follows the end of the JSON object")
	}
	return c.fromPlain(raw)
}

// fromPlain makes a value of parsed JSON, or of what avroSchema.plain gives.
func (c *Codec[T]) fromPlain(raw any) (*T, error) {
	whole, err := c.newest.normalizeJSON(raw)
	if err != nil {
		if fault, ok := errors.AsType[*fieldError](err); ok {
			return nil, &DecodeError{Record: c.name, Field: fault.path, Problem: fault.problem}
		}
		return nil, c.fail(err.Error())
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return nil, c.fail("writing the normalized JSON: " + err.Error())
	}
	v := new(T)
	if err := json.Unmarshal(text, v); err != nil {
		return nil, c.fail("the JSON does not fit: " + err.Error())
	}
	return v, nil
}

// fieldError is a fault at a field, whose path grows on the way up.
type fieldError struct{ path, problem string }

func (e *fieldError) Error() string { return e.path + ": " + e.problem }

func atField(name string, err error) error {
	if inner, ok := errors.AsType[*fieldError](err); ok {
		sep := "."
		if inner.path == "" || inner.path[0] == '[' {
			sep = ""
		}
		return &fieldError{path: name + sep + inner.path, problem: inner.problem}
	}
	return &fieldError{path: name, problem: err.Error()}
}

// jsonTime reads RFC 3339 text or epoch milliseconds and gives RFC 3339 text
// in UTC, cut to milliseconds as Avro holds them.
func jsonTime(v any) (any, error) {
	switch t := v.(type) {
	case string:
		at, err := time.Parse(time.RFC3339Nano, t)
		if err != nil {
			return nil, fmt.Errorf("%q is no RFC 3339 time such as 2026-05-04T10:00:00Z", t)
		}
		return checkedTime(at)
	case json.Number:
		ms, err := strconv.ParseInt(t.String(), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is no whole number of milliseconds since 1970", t)
		}
		return checkedTime(time.UnixMilli(ms))
	}
	return nil, fmt.Errorf("a time is RFC 3339 text or epoch milliseconds, not %s", jsonKind(v))
}

func checkedTime(at time.Time) (any, error) {
	at = at.UTC().Truncate(time.Millisecond)
	if at.Year() < 1 || at.Year() > 9999 {
		return nil, fmt.Errorf("the year %d is out of range", at.Year())
	}
	return at.Format(time.RFC3339Nano), nil
}

// jsonKind names the kind of a JSON value in an error.
func jsonKind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case []any:
		return "an array"
	}
	return "an object"
}
