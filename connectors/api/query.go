package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// query reads the parameters of a URL. What is wrong with them is told by done,
// the first of it.
type query struct {
	values url.Values
	known  []string
	fault  error
}

func queryOf(r *http.Request) *query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &query{values: values}
	if err != nil {
		q.fault = problem(http.StatusBadRequest, "the part of the URL after ? cannot be read: %v", err)
	}
	return q
}

// text reads a parameter that may be given once, empty if it is not.
func (q *query) text(name string) string {
	q.known = append(q.known, name)
	given := q.values[name]
	if len(given) > 1 {
		q.blame(wrong(name, "%s is given %d times", name, len(given)))
	}
	return q.values.Get(name)
}

// list reads a parameter that may be given several times, and hold several
// values with commas between them.
func (q *query) list(name string) []string {
	q.known = append(q.known, name)
	var all []string
	for _, given := range q.values[name] {
		all = append(all, strings.FieldsFunc(given, func(r rune) bool { return r == ',' })...)
	}
	return all
}

// number reads a whole number from low to high.
func (q *query) number(name string, otherwise, low, high int) int {
	text := q.text(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		q.blame(wrong(name, "%s is %q; it may be a whole number from %d to %d", name, text, low, high))
	}
	return n
}

// time reads a time, the zero time if it is not given.
func (q *query) time(name string) time.Time {
	text := q.text(name)
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		q.blame(wrong(name, "%s is %q; a time such as 2026-12-24T18:00:00Z is wanted (a + in it is written %%2B)", name, text))
	}
	return at
}

// oneOf reads a parameter that may be one of a few words.
func (q *query) oneOf(name string, words ...string) string {
	text := q.text(name)
	if text != "" && !slices.Contains(words, text) {
		q.blame(wrong(name, "%s is %q; it may be %s", name, text, strings.Join(words, ", ")))
	}
	return text
}

func (q *query) blame(p *problemError) {
	if q.fault == nil {
		q.fault = p
	}
}

// done returns what is wrong, parameters that were not asked for among it.
func (q *query) done() error {
	for name := range q.values {
		if !slices.Contains(q.known, name) {
			q.blame(unknown("parameter", name, q.known))
		}
	}
	return q.fault
}
