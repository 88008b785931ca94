package dialects_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
)

// Payloads that are none are refused by every dialect, with a reason and
// without a panic.
func TestHostile(t *testing.T) {
	bomb := `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;&y;</a>`
	for name, payload := range map[string]string{
		"nothing":         "",
		"null":            "null",
		"list":            "[]",
		"lists":           "[[],[[]]]",
		"object":          "{}",
		"text":            `"x"`,
		"not whole":       `{"data":{"tracking_number":"1"`,
		"deep objects":    strings.Repeat(`{"data":`, 100_000),
		"deep lists":      strings.Repeat("[", 1_000_000),
		"deep XML":        strings.Repeat("<a>", 100_000),
		"deep in a text":  `{"data":"` + strings.Repeat("[", 100_000) + `"}`,
		"huge number":     `{"data":` + strings.Repeat("9", 1_000_000) + `}`,
		"huge exponent":   `{"data":1e999999999,"carrier":-1e999999999}`,
		"broken UTF-8":    "{\"data\":\"\xff\xfe\xc0\xaf\",\"\xff\":1}",
		"zero bytes":      strings.Repeat("\x00", 1000),
		"mark":            "\ufeff{}",
		"entities":        bomb,
		"outer entities":  `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`,
		"character set":   `<?xml version="1.0" encoding="x-none"?><a/>`,
		"too large":       `{"a":"` + strings.Repeat("x", dialects.MaxPayloadBytes) + `"}`,
		"many attributes": "<a " + strings.Repeat(`b="c" `, 10_000) + "/>",
	} {
		t.Run(name, func(t *testing.T) {
			for _, d := range append(dialects.Names(), dialects.Auto) {
				reading, err := dialects.Parse(d, []byte(payload), options(t))
				check(t, reading, err)
				if err == nil {
					require.Empty(t, reading.Events, d)
				}
			}
		})
	}
}

// Whatever stands in the place of one value of a payload, nothing else is lost:
// at most the event it is of, and never without a word.
func TestEachValueReplaced(t *testing.T) {
	others := []any{nil, true, json.Number("7"), "x", []any{}, []any{"x"}, map[string]any{"x": 1}, "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", strings.Repeat("y", 10_000)}
	for name, payload := range samples(t) {
		d := dialects.Named(filepath.Dir(name))
		if d == nil || !json.Valid(payload) {
			continue
		}
		whole, err := d.Parse(payload, options(t))
		if err != nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			var tree any
			require.NoError(t, json.Unmarshal(payload, &tree))
			values, visited := 0, 0
			each(tree, 0, func(bool, func(any), any) { values++ })
			each(tree, 0, func(inEvent bool, set func(any), was any) {
				defer set(was)
				if visited++; visited%(1+values/15) != 0 {
					return // of a large payload some
				}
				for _, other := range others {
					set(other)
					changed, err := json.Marshal(tree)
					require.NoError(t, err)
					reading, err := d.Parse(changed, options(t))
					check(t, reading, err)
					same(t, d, changed, reading, err)
					if err != nil || len(reading.Events) >= len(whole.Events) {
						continue
					}
					if other == nil && !inEvent {
						continue // what is not there may well be missing
					}
					require.NotEmpty(t, reading.Failures, "an event is lost without a word by %v in the place of %v", other, was)
					if inEvent && ours(d) {
						require.Len(t, reading.Events, len(whole.Events)-1, "%v in the place of %v", other, was)
					}
				}
			})
		})
	}
}

// ours tells the dialects of platforms, which read all lists member by member.
func ours(d *dialects.Dialect) bool { return d.Platform() && d.Name != "waybill" }

// each hands over each value that is no object or list: how to set it, and
// whether it is in a member of a list that has no lists of objects itself.
func each(v any, lists int, visit func(inEvent bool, set func(any), was any)) {
	enter := func(inner any, lists int, set func(any)) {
		switch inner.(type) {
		case map[string]any, []any:
			each(inner, lists, visit)
		default:
			visit(lists > 0, set, inner)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		if hasLists(v) {
			lists = 0
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			enter(v[k], lists, func(to any) { v[k] = to })
		}
	case []any:
		for i := range v {
			enter(v[i], lists+1, func(to any) { v[i] = to })
		}
	}
}

// hasLists tells whether there is a list of objects in an object.
func hasLists(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			if hasLists(inner) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(inner any) bool { _, ok := inner.(map[string]any); return ok })
	}
	return false
}

// A name that stands twice has its last value, as sources' own readers have it.
func TestDuplicateNames(t *testing.T) {
	reading, err := dialects.Parse("shippo", []byte(`{"data":{"carrier":"usps","carrier":"ups","tracking_number":"1Z1",
		"tracking_history":[{"status":"TRANSIT","status_date":"2026-05-01T10:00:00Z"}],
		"tracking_history":[{"status":"UNKNOWN","status":"DELIVERED","status_date":"2026-05-02T10:00:00Z"}]}}`), options(t))
	require.NoError(t, err)
	require.Len(t, reading.Events, 1)
	require.Equal(t, []string{"ups", "DELIVERED"}, []string{reading.Events[0].Carrier, reading.Events[0].RawStatus})
}

// The number of events is bounded, and what is left out is said.
func TestTooManyEvents(t *testing.T) {
	many := `{"data":{"carrier":"ups","tracking_number":"1Z1","tracking_history":[` + strings.Repeat(`{"status":"TRANSIT","status_date":"2026-05-01T10:00:00Z"},`, 100_000) + `{}]}}`
	reading, err := dialects.Parse("shippo", []byte(many), options(t))
	require.NoError(t, err)
	require.Len(t, reading.Events, 10_000)
	require.Len(t, reading.Failures, 1)
	require.Contains(t, reading.Failures[0].Description, "the others are left out")

	var parcels []string
	for i := range 30 {
		parcels = append(parcels, fmt.Sprintf(`{"object":"Tracker","tracking_code":"%d","carrier":"ups","tracking_details":[%s{}]}`, i,
			strings.Repeat(`{"status":"in_transit","datetime":"2026-05-01T10:00:00Z"},`, 5_000)))
	}
	reading, err = dialects.Parse("easypost", []byte(`{"trackers":[`+strings.Join(parcels, ",")+`]}`), options(t))
	require.NoError(t, err)
	require.Len(t, reading.Events, 100_000)
	require.Contains(t, reading.Failures[len(reading.Failures)-1].Description, "left out")

	for _, of := range []string{"[]", "{}"} {
		reading, err = dialects.Parse("easypost", []byte(`{"trackers":[`+strings.Repeat(of+",", 300_000)+`{}]}`), options(t))
		require.NoError(t, err)
		require.Len(t, reading.Failures, 10_000)
	}
	_, err = dialects.Parse("usps", []byte(`<TrackResponse>`+strings.Repeat(`<TrackInfo/>`, 500_000)+`</TrackResponse>`), options(t))
	require.ErrorContains(t, err, "malformed: it has more than 500000 elements")
}
