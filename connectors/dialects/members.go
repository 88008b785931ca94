package dialects

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// members are those that a struct reads of an object, as its tags say: the plan
// of it.
type members struct {
	byName map[string]*member
	folded map[string]*member // those for which letter case does not count
	lost   bool               // there are names that only the JSON package tells apart
}

type member struct {
	index []int
	read  plan
}

func planStruct(t reflect.Type) plan {
	m := &members{make(map[string]*member), make(map[string]*member), false}
	m.add(t, nil)
	if m.lost {
		return giveUp
	}
	return m.read
}

// add adds the members of a struct, which is embedded there.
func (m *members) add(t reflect.Type, embedded []int) {
	for f := range t.Fields() {
		index := append(slices.Clip(embedded), f.Index...)
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case option == "inline", f.Anonymous && name == "":
			if m.lost = m.lost || f.Type.Kind() != reflect.Struct; !m.lost {
				m.add(f.Type, index)
			}
		case f.IsExported():
			added := &member{index, planOf(f.Type)}
			name = cmp.Or(name, f.Name)
			if m.put(m.byName, name, added); option == "case:ignore" {
				m.put(m.folded, string(appendFolded(nil, []byte(name))), added)
			}
		}
	}
}

// put puts a member under a name, which is that of the outermost one.
func (m *members) put(names map[string]*member, name string, added *member) {
	known := names[name]
	switch {
	case known == nil || len(known.index) > len(added.index):
		names[name] = added
	case len(known.index) == len(added.index):
		m.lost = true
	}
}

// appendFolded leaves letter case, dashes and underscores out of a name of ASCII.
func appendFolded(dst, name []byte) []byte {
	for _, b := range name {
		switch {
		case b == '_', b == '-':
		case 'a' <= b && b <= 'z':
			dst = append(dst, b-('a'-'A'))
		default:
			dst = append(dst, b)
		}
	}
	return dst
}

// find finds the member of a name; nil is none.
func (m *members) find(name []byte) (of *member, ok bool) {
	if of = m.byName[string(name)]; of != nil || len(m.folded) == 0 {
		return of, true
	}
	for _, b := range name {
		if b >= utf8.RuneSelf {
			return nil, false // other letters may be the same too
		}
	}
	var buffer [maxFolded]byte
	return m.folded[string(appendFolded(buffer[:0], name))], true
}

// maxFolded is how long a name may be for no memory to be allocated.
const maxFolded = 32

func (m *members) read(c *cursor, into reflect.Value) bool {
	if c.peek() == 'n' {
		into.SetZero()
		return c.skip()
	}
	if !c.open('{') {
		return false
	}
	for first := true; ; first = false {
		more, ok := c.more('}', first)
		if !more {
			return ok
		}
		name, ok := c.name()
		if !ok {
			return false
		}
		switch of, ok := m.find(name); {
		case !ok:
			return false
		case of == nil:
			ok = c.skip()
			if !ok {
				return false
			}
		case !of.read(c, of.in(into)):
			return false
		}
	}
}

// in finds the member in its struct.
func (of *member) in(into reflect.Value) reflect.Value {
	for _, i := range of.index {
		into = into.Field(i)
	}
	return into
}
