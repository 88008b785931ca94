package config

import (
	"reflect"
	"strconv"
	"strings"
	"time"
)

// bounds are the values that a setting may have, from its tag range: values and
// spans with commas between. Either end of a span may be left out, which leaves
// it open, and > or < before it takes it out:
//
//	range:"1..10000"  range:"0,120..36500"  range:">0..<1"  range:"0s.."
type bounds []span

type span struct{ least, most end }

// end is an end of a span. Durations are in nanoseconds.
type end struct {
	text     string // as in the tag; empty: open
	value    float64
	excluded bool
}

// parseBounds reads the tag of a setting of a kind.
func parseBounds(tag string, kind reflect.Type) (bounds, error) {
	var b bounds
	for part := range strings.SplitSeq(tag, ",") {
		low, high, isSpan := strings.Cut(part, "..")
		if !isSpan {
			high = low
		}
		least, err := parseEnd(low, ">", kind)
		if err != nil {
			return nil, err
		}
		most, err := parseEnd(high, "<", kind)
		if err != nil {
			return nil, err
		}
		b = append(b, span{least, most})
	}
	return b, nil
}

func parseEnd(text, without string, kind reflect.Type) (end, error) {
	e := end{text: strings.TrimPrefix(text, without)}
	e.excluded = e.text != text
	if e.text == "" {
		return e, nil
	}
	if kind == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(e.text)
		e.value = float64(d)
		return e, err
	}
	value, err := strconv.ParseFloat(e.text, 64)
	e.value = value
	return e, err
}

// hold tells whether a number lies in them.
func (b bounds) hold(number float64) bool {
	for _, s := range b {
		low := s.least.text == "" || number > s.least.value || number == s.least.value && !s.least.excluded
		high := s.most.text == "" || number < s.most.value || number == s.most.value && !s.most.excluded
		if low && high {
			return true
		}
	}
	return false
}

// String says them in words, without the unit: "0 or 120 to 36500".
func (b bounds) String() string {
	words := make([]string, len(b))
	for i, s := range b {
		words[i] = s.String()
	}
	return strings.Join(words, " or ")
}

func (s span) String() string {
	least, most := s.least.text, s.most.text
	switch {
	case least == "" && most == "":
		return "any"
	case least == most:
		return least
	case most == "":
		return least + " or more"
	case least == "":
		return most + " or less"
	case s.least.excluded && s.most.excluded:
		return "above " + least + " and below " + most
	case s.least.excluded:
		return "above " + least + ", at most " + most
	}
	return least + " to " + most
}

// numberOf is a setting's value as bounds compare it. ok is false for settings
// that are no numbers.
func numberOf(value reflect.Value) (number float64, ok bool) {
	if value.Type() == reflect.TypeFor[time.Duration]() || value.Type().PkgPath() == "" && value.CanInt() {
		return float64(value.Int()), true
	}
	if value.CanFloat() {
		return value.Float(), true
	}
	return 0, false
}
