package dialects

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// loose decodes JSON in which values may be of another type than they should:
// each costs what it belongs to, and nothing else. A wrong value in a member of
// a many costs that member, unless it has lists itself of which something could
// be read; elsewhere it counts as missing. All of them become failures.
type loose struct {
	options json.Options // that read the types of value.go with it

	wrong   []misfit
	misfits int // in the member that is being read, but not in its lists
	kept    int // members of all lists that could be read
	members int // and all of them
}

// maxMembers bounds the members of a payload's lists: a small payload can have
// so many that what is made of them is large.
const maxMembers = 200_000

// misfit is a value of a wrong type.
type misfit struct {
	at      jsontext.Pointer
	problem string
}

// typeError says that something else stands where a text was wanted.
type typeError struct {
	want string
	kind jsontext.Kind
}

func wrongType(want string, kind jsontext.Kind) error { return &typeError{want, kind} }

func (e *typeError) Error() string {
	return fmt.Sprintf("%s stands where %s is wanted", kindName(e.kind), e.want)
}

func kindName(kind jsontext.Kind) string {
	switch kind {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a text"
	case '0':
		return "a number"
	default:
		return "true or false"
	}
}

// listed is a many of any type.
type listed interface {
	readList(d *jsontext.Decoder, l *loose) error
	readPlain(c *cursor, member plan) bool
}

// newLoose makes one. Its options come to know the types that are read with it,
// which to find out takes longer than a small payload does.
func newLoose() *loose {
	l := &loose{}
	l.options = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, t *text) error { return l.leaf(d, t.read(d)) }),
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, f *flag) error { return l.leaf(d, f.read(d)) }),
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, many listed) error { return many.readList(d, l) }),
	)))
	return l
}

// forget begins anew.
func (l *loose) forget() { *l = loose{options: l.options} }

// leaf notes a value that was read and is not of its type.
func (l *loose) leaf(d *jsontext.Decoder, err error) error {
	if misfit, ok := errors.AsType[*typeError](err); ok {
		l.note(d.StackPointer(), misfit.Error())
		l.misfits++
		return nil
	}
	return err
}

// member reads a member of a list, and tells whether it is of use.
func (l *loose) member(d *jsontext.Decoder, into any) (keep bool, err error) {
	outer, before := l.misfits, l.kept
	l.misfits = 0
	defer func() { l.misfits = outer }()
	if l.members++; l.members > maxMembers {
		if l.members == maxMembers+1 {
			l.note(d.StackPointer(), fmt.Sprintf("the lists of a payload may have %d members; the others are left out", maxMembers))
		}
		return false, d.SkipValue()
	}
	kind, depth := d.PeekKind(), d.StackDepth()
	_, length := d.StackIndex(depth)
	err = json.UnmarshalDecode(d, into)
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		at := semantic.JSONPointer
		if err := passOver(d, depth, length); err != nil {
			return false, err
		}
		l.note(at, misfitOf(semantic, kind))
		return false, nil
	}
	if err != nil || l.misfits > 0 && l.kept == before {
		return false, err
	}
	l.kept++
	return true, nil
}

// passOver reads on to the end of a value that was begun at a depth, behind so
// many others of its list.
func passOver(d *jsontext.Decoder, depth int, length int64) error {
	for {
		now := d.StackDepth()
		if _, n := d.StackIndex(now); now == depth {
			if n > length {
				return nil
			}
			return d.SkipValue()
		}
		if _, err := d.ReadToken(); err != nil {
			return err
		}
	}
}

func misfitOf(err *json.SemanticError, member jsontext.Kind) string {
	if err.Err != nil {
		return err.Err.Error()
	}
	kind := err.JSONKind
	if kind == 0 {
		kind = member
	}
	return wrongType("an object", kind).Error()
}

// forgive forgets the misfits in a value that is of no interest.
func (l *loose) forgive(in jsontext.Pointer) {
	l.wrong = slices.DeleteFunc(l.wrong, func(m misfit) bool { return in.Contains(m.at) })
}

// note adds a misfit, within bounds.
func (l *loose) note(at jsontext.Pointer, problem string) {
	if len(l.wrong) < maxFailures {
		l.wrong = append(l.wrong, misfit{at, problem})
	}
}

// path writes a pointer as people do: data.events[3].code.
func path(p jsontext.Pointer) string {
	var out strings.Builder
	for token := range p.Tokens() {
		if _, err := strconv.ParseUint(token, 10, 32); err == nil && out.Len() > 0 {
			out.WriteString("[" + token + "]")
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('.')
		}
		out.WriteString(token)
	}
	return out.String()
}
