package api

import (
	"bytes"
	"compress/gzip"
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

	"github.com/go-json-experiment/json/jsontext"

	"waybill/schemas/yamlfile"
)

// maxBodyBytes bounds the body of a request to most routes.
const maxBodyBytes = 64 << 10

// readBody reads a request's JSON object into the fields of into that names
// lists, by their names in JSON, and returns those that were there. A null leaves
// a field as into has it, its default. No body is an empty object where optional
// is set.
func (c *call) readBody(into any, names []string, optional bool) (present []string, err error) {
	data, err := c.readBytes()
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
	if err := onceEach(data); err != nil {
		return nil, err
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

// onceEach refuses JSON in which a name is there twice: whoever looks through
// requests before us may take the one, and we the other.
func onceEach(data []byte) error {
	if _, err := jsontext.NewDecoder(bytes.NewReader(data)).ReadValue(); err != nil {
		return ofSyntax(data, err)
	}
	return nil
}

// unknown refuses a name that is none of those known.
func unknown(what, name string, known []string) *problemError {
	name = cut(name)
	hint := yamlfile.DidYouMean(name, known)
	if hint == "" {
		hint = "; there are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
	}
	return wrong(name, "there is no %s %q%s", what, name, hint)
}

// readBytes reads the body, unpacked. No more is read than the route allows,
// and no more is unpacked.
func (c *call) readBytes() ([]byte, error) {
	body, err := c.unpacked()
	if err != nil {
		return nil, err
	}
	var data bytes.Buffer
	data.Grow(int(min(max(c.ContentLength, 0), firstBytes)) + bytes.MinRead)
	_, err = data.ReadFrom(io.LimitReader(&metered{body, c}, c.limit+1))
	if errors.Is(err, errNoRoom) {
		return nil, comeAgain(c, problem(http.StatusTooManyRequests, "there is no room for more bodies at the moment; send fewer at a time, or ask again in a moment"))
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large || int64(data.Len()) > c.limit {
		return nil, problem(http.StatusRequestEntityTooLarge, "the body has more than %d bytes", c.limit)
	}
	if err != nil {
		return nil, problem(http.StatusBadRequest, "the body did not come in whole")
	}
	if !utf8.Valid(data.Bytes()) {
		return nil, problem(http.StatusBadRequest, "the body is not UTF-8")
	}
	return data.Bytes(), nil
}

// unpacked gives the body as it was before it was packed.
func (c *call) unpacked() (io.Reader, error) {
	switch encoding := c.Header.Get("Content-Encoding"); strings.ToLower(encoding) {
	case "", "identity":
		return c.Body, nil
	case "gzip":
		plain, err := gzip.NewReader(c.Body)
		if err != nil {
			return nil, wrong("Content-Encoding", "the body is not gzip: %v", err)
		}
		return plain, nil
	default:
		p := problem(http.StatusUnsupportedMediaType, "the Content-Encoding is %q; gzip is read, or none", encoding)
		p.Field = "Content-Encoding"
		return nil, p
	}
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
		line, column := lineAt(data, syntax.Offset)
		return problem(http.StatusBadRequest, "the body is not JSON: line %d, column %d: %s", line, column, syntax)
	}
	return problem(http.StatusBadRequest, "the body is %s; an object is wanted", told(data))
}

// maxTold is how much of what somebody sent is told back, bytes.
const maxTold = 100

// cut shortens what is told back.
func cut(text string) string {
	if len(text) <= maxTold {
		return text
	}
	return strings.ToValidUTF8(text[:maxTold], "") + "…"
}

// lineAt gives the line and the column before an offset, as people count them.
func lineAt(data []byte, offset int64) (line, column int) {
	before := data[:min(int(offset), len(data))]
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
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
