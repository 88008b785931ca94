package dialects

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds how deeply a payload nests.
const maxDepth = 64

// json reads the payload into a value of a dialect: names are matched exactly,
// what it does not know is passed over. Where a source repeats a name, the last
// one counts, and bytes that are no UTF-8 become U+FFFD, as sources' own readers
// have it. Values of a wrong type cost no more than they must (loose).
//
// Most payloads have none: they are read in one pass (plan). What that cannot
// read is read anew, by the JSON package, which knows what is wrong with it.
func (r *reader) json(into any) error {
	if !r.thorough && r.readPlain(reflect.ValueOf(into).Elem()) {
		return nil
	}
	r.thorough = true
	if err := checkDepth(r.payload); err != nil {
		return err
	}
	err := json.Unmarshal(r.payload, into, r.loose.options)
	r.out.Events = slices.Grow(r.out.Events, min(r.loose.kept, maxEvents))
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return &PayloadError{Dialect: r.dialect.Name, Kind: Malformed, Problem: fmt.Sprintf("it is not JSON: byte %d: %v", syntax.ByteOffset, syntax.Err)}
	}
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		return &PayloadError{Dialect: r.dialect.Name, Kind: WrongDialect, Problem: fmt.Sprintf("at %s: %s", where(semantic.JSONPointer), misfitOf(semantic, 0))}
	}
	return err
}

// readPlain reads a payload in which nothing is wrong. Where it returns false into
// is as it was: zero.
func (r *reader) readPlain(into reflect.Value) bool {
	c := &r.plain
	c.text = r.payload
	if !planOf(into.Type())(c, into) || c.peek() != 0 || c.at < len(c.text) {
		into.SetZero()
		return false
	}
	r.out.Events = slices.Grow(r.out.Events, min(c.members, maxEvents))
	return true
}

func where(pointer jsontext.Pointer) string {
	if pointer == "" {
		return "the top"
	}
	return path(pointer)
}

// checkDepth refuses what nests too deeply, before anything is made of it.
func checkDepth(payload []byte) error {
	depth := 0
	for i := 0; i < len(payload); i++ {
		switch payload[i] {
		case '"':
			i = endOfText(payload, i)
		case '{', '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("it nests deeper than %d levels at byte %d", maxDepth, i)
			}
		case '}', ']':
			depth--
		}
	}
	return nil
}

// endOfText finds the end of the text that begins at a byte.
func endOfText(payload []byte, begin int) int {
	for end := begin + 1; ; end++ {
		next := bytes.IndexByte(payload[end:], '"')
		if next < 0 {
			return len(payload)
		}
		end += next
		escapes := 0
		for payload[end-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return end
		}
	}
}

// isXML tells XML from JSON by how it begins.
func isXML(payload []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(payload, "\ufeff \t\r\n"), []byte("<"))
}
