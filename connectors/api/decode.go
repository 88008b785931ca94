package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"waybill/schemas/yamlfile"
)

// maxBodyBytes bounds the body of a request to most routes.
const maxBodyBytes = 64 << 10

// readBody reads a request's JSON object into the fields of into that names
// lists, by their names in JSON, and returns those that were there. A null leaves
// a field as into has it, its default. No body is an empty object where optional
// is set.
func (c *call) readBody(into any, names []string, optional bool) (present []string, err error) {
	data, err := readBytes(c.Request)
	if err != nil || len(data) == 0 && optional {
		return nil, err
	}
	if err := checkContentType(c.Request); err != nil {
		return nil, err
	}
	c.body = data
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil || object == nil {
		return nil, brokenJSON(data, err)
	}
	fields := reflect.ValueOf(into).Elem()
	for part, field := range fields.Fields() {
		name, _, _ := strings.Cut(part.Tag.Get("json"), ",")
		value, there := object[name]
		if !there || !slices.Contains(names, name) {
			continue
		}
		delete(object, name)
		if err := json.Unmarshal(value, field.Addr().Interface()); err != nil {
			return nil, wrong(name, "%s is %s; %s is wanted", name, told(value), wanted(part.Type))
		}
		present = append(present, name)
	}
	if len(object) > 0 {
		return nil, unknown("field", slices.Min(slices.Collect(maps.Keys(object))), names)
	}
	return present, nil
}

// unknown refuses a name that is none of those known.
func unknown(what, name string, known []string) *problemError {
	hint := yamlfile.DidYouMean(name, known)
	if hint == "" {
		hint = "; there are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
	}
	return wrong(name, "there is no %s %q%s", what, name, hint)
}

func readBytes(r *http.Request) ([]byte, error) {
	data, err := io.ReadAll(r.Body)
	if large, is := errors.AsType[*http.MaxBytesError](err); is {
		return nil, problem(http.StatusRequestEntityTooLarge, "the body has more than %d bytes", large.Limit)
	}
	if err != nil {
		return nil, problem(http.StatusBadRequest, "the body did not come in whole")
	}
	if !utf8.Valid(data) {
		return nil, problem(http.StatusBadRequest, "the body is not UTF-8")
	}
	return data, nil
}

// checkContentType wants JSON. A merge patch (RFC 7396) is how PATCH is meant.
func checkContentType(r *http.Request) error {
	given := r.Header.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(given)
	if err == nil && (kind == "application/json" || kind == "application/merge-patch+json" && r.Method == http.MethodPatch) {
		return nil
	}
	return problem(http.StatusUnsupportedMediaType, "the Content-Type is %q; application/json is wanted", given)
}

// brokenJSON says what is wrong with a body that is not one JSON object, and
// where.
func brokenJSON(data []byte, err error) *problemError {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && len(bytes.TrimSpace(data)) > 0 {
		before := data[:min(int(syntax.Offset), len(data))]
		line := bytes.Count(before, []byte("\n")) + 1
		column := len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
		return problem(http.StatusBadRequest, "the body is not JSON: line %d, column %d: %s", line, column, syntax)
	}
	return problem(http.StatusBadRequest, "the body is %s; an object is wanted", told(data))
}

// told names the kind of a JSON value.
func told(value []byte) string {
	value = bytes.TrimSpace(value)
	if len(value) == 0 {
		return "empty"
	}
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "a list of something else"
	case '"':
		return "a text"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "the number " + string(value[:min(len(value), 40)])
}

// wanted names the JSON value that a field takes.
func wanted(t reflect.Type) string {
	if t == reflect.TypeFor[time.Time]() {
		return "a time such as 2026-12-24T18:00:00Z"
	}
	switch t.Kind() { //nolint:exhaustive // other kinds are in no body
	case reflect.Slice:
		return "a list, each of it " + wanted(t.Elem())
	case reflect.Map:
		return "an object, each value of it " + wanted(t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	default:
		return "a text"
	}
}
