package body

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// text is JSON that is being written: by each method a field, whose name it is
// given with all that stands between it and the value before. It writes what
// encoding/json writes, without looking at types.
type text []byte

func (t *text) raw(part string) { *t = append(*t, part...) }

func (t *text) string(name, s string) {
	t.raw(name)
	t.quote(s)
}

// quote writes a text. One with letters that have to be escaped is rare, and
// left to encoding/json.
func (t *text) quote(s string) {
	if !plain(s) {
		*t = append(*t, toJSON(s)...)
		return
	}
	*t = append(append(append(*t, '"'), s...), '"')
}

// plain tells whether a text stands in JSON as it is.
func plain(s string) bool {
	ascii := true
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return false
		} else if c >= utf8.RuneSelf {
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
}

// optional writes a text, or null.
func (t *text) optional(name string, s *string) {
	if s == nil {
		t.null(name)
		return
	}
	t.string(name, *s)
}

func (t *text) null(name string) {
	t.raw(name)
	t.raw("null")
}

func (t *text) strings(name string, list []string) {
	if list == nil {
		t.null(name)
		return
	}
	t.raw(name)
	t.raw("[")
	for i, s := range list {
		if i > 0 {
			t.raw(",")
		}
		t.quote(s)
	}
	t.raw("]")
}

// pairs writes a map, sorted by its keys.
func (t *text) pairs(name string, m map[string]string) {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	t.raw(name)
	for i, key := range keys {
		t.raw([]string{"{", ","}[min(i, 1)])
		t.quote(key)
		t.string(":", m[key])
	}
	t.raw("}")
}

func (t *text) bool(name string, v bool) {
	t.raw(name)
	*t = strconv.AppendBool(*t, v)
}

func (t *text) int(name string, v int64) {
	t.raw(name)
	*t = strconv.AppendInt(*t, v, 10)
}

// seconds writes a number, or null.
func (t *text) seconds(name string, v *int64) {
	if v == nil {
		t.null(name)
		return
	}
	t.int(name, *v)
}

func (t *text) time(name string, v time.Time) {
	t.raw(name)
	*t = append(v.AppendFormat(append(*t, '"'), time.RFC3339Nano), '"')
}

// instant writes a time, or null.
func (t *text) instant(name string, v *time.Time) {
	if v == nil {
		t.null(name)
		return
	}
	t.time(name, *v)
}

// object writes what v points to, or null.
func object[T any](t *text, name string, v *T, write func(*text, *T)) {
	if v == nil {
		t.null(name)
		return
	}
	t.raw(name)
	write(t, v)
}

// list writes items, or null.
func list[T any](t *text, name string, items []T, write func(*text, *T)) {
	if items == nil {
		t.null(name)
		return
	}
	t.raw(name)
	t.raw("[")
	for i := range items {
		if i > 0 {
			t.raw(",")
		}
		write(t, &items[i])
	}
	t.raw("]")
}
