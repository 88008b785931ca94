package dialects

import (
	"bytes"
	"reflect"
	"sync"

	"github.com/go-json-experiment/json"
)

// plan is how a cursor reads a value of one type of the dialects', which it sets.
// It gives what the JSON package would, and gives up where that would have
// something to say. It is made of the type's tags, once.
type plan func(c *cursor, into reflect.Value) bool

var plans sync.Map // of plans, by reflect.Type

func planOf(t reflect.Type) plan {
	if made, ok := plans.Load(t); ok {
		return made.(plan) //nolint:forcetypeassert // nothing else is stored
	}
	made := makePlan(t)
	plans.Store(t, made)
	return made
}

func makePlan(t reflect.Type) plan {
	switch into := reflect.PointerTo(t); {
	case t == reflect.TypeFor[text]():
		return planText
	case t == reflect.TypeFor[flag]():
		return planFlag
	case into.Implements(reflect.TypeFor[listed]()):
		member := later(t.Elem())
		return func(c *cursor, into reflect.Value) bool {
			many, ok := reflect.TypeAssert[listed](into.Addr())
			return ok && many.readPlain(c, member)
		}
	case into.Implements(reflect.TypeFor[json.UnmarshalerFrom]()):
		return giveUp
	case t.Kind() == reflect.Pointer:
		return planPointer(t.Elem())
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		return planMap(t)
	case t.Kind() == reflect.Struct:
		return planStruct(t)
	default:
		return giveUp
	}
}

// later is the plan of a type that may hold the one that it is part of.
func later(t reflect.Type) plan {
	made := sync.OnceValue(func() plan { return planOf(t) })
	return func(c *cursor, into reflect.Value) bool { return made()(c, into) }
}

// giveUp is the plan for what only the JSON package reads.
func giveUp(*cursor, reflect.Value) bool { return false }

func planText(c *cursor, into reflect.Value) bool {
	written, null, ok := c.leaf()
	if ok && !null {
		into.SetString(c.keep(written))
	}
	return ok
}

func planFlag(c *cursor, into reflect.Value) bool {
	written, _, ok := c.leaf()
	if ok && isTrue(string(written)) {
		into.SetBool(true)
	}
	return ok
}

// leaf reads what a text may be.
func (c *cursor) leaf() (written []byte, null, ok bool) {
	if c.peek() == '"' {
		written, ok = c.string()
		return bytes.TrimSpace(written), false, ok
	}
	null = c.peek() == 'n'
	if written, ok = c.bare(); null {
		written = nil
	}
	return written, null, ok
}

func planPointer(to reflect.Type) plan {
	inner := later(to)
	return func(c *cursor, into reflect.Value) bool {
		if c.peek() == 'n' {
			into.SetZero()
			return c.skip()
		}
		if into.IsNil() {
			into.Set(reflect.New(to))
		}
		return inner(c, into.Elem())
	}
}

func planMap(t reflect.Type) plan {
	inner := later(t.Elem())
	return func(c *cursor, into reflect.Value) bool {
		if c.peek() == 'n' {
			into.SetZero()
			return c.skip()
		}
		if !c.open('{') {
			return false
		}
		if !into.IsNil() {
			return false // it is there twice
		}
		into.Set(reflect.MakeMap(t))
		for first := true; ; first = false {
			more, ok := c.more('}', first)
			if !more {
				return ok
			}
			name, ok := c.name()
			key, value := reflect.ValueOf(string(name)), reflect.New(t.Elem()).Elem()
			if !ok || into.MapIndex(key).IsValid() || !inner(c, value) {
				return false
			}
			into.SetMapIndex(key, value)
		}
	}
}
