package dialects_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
)

// big are payloads of one parcel, by dialect, and how many lists of events each
// has.
func big(t testing.TB) map[string][]byte {
	t.Helper()
	found := make(map[string][]byte)
	for dialect, form := range map[string]string{
		"shippo": "track_updated", "shipengine": "api_track", "easypost": "tracker_updated", "aftership": "tracking_update",
		"17track": "tracking_updated", "trackingmore": "v4_webhook", "clickpost": "polled", "intersoft": "events",
	} {
		payload, err := os.ReadFile(filepath.Join("testdata", "forms", dialect, form+".json"))
		require.NoError(t, err)
		found[dialect] = payload
	}
	return found
}

// grown repeats the members of the innermost lists of objects of a payload.
func grown(t testing.TB, payload []byte, times int) []byte {
	t.Helper()
	var tree any
	require.NoError(t, json.Unmarshal(payload, &tree))
	grow(tree, times)
	payload, err := json.Marshal(tree)
	require.NoError(t, err)
	return payload
}

func grow(v any, times int) {
	object, ok := v.(map[string]any)
	if !ok {
		return
	}
	for name, inner := range object {
		list, ok := inner.([]any)
		if !ok || len(list) == 0 {
			grow(inner, times)
			continue
		}
		if first, ok := list[0].(map[string]any); !ok || hasLists(first) {
			for _, member := range list {
				grow(member, times)
			}
			continue
		}
		var more []any
		for range times {
			more = append(more, list...)
		}
		object[name] = more
	}
}

// What a payload costs grows as it does.
func TestCostIsLinear(t *testing.T) {
	o := options(t)
	for dialect, payload := range big(t) {
		cost := func(times int) float64 {
			payload := grown(t, payload, times)
			return testing.AllocsPerRun(3, func() {
				_, err := dialects.Parse(dialect, payload, o)
				require.NoError(t, err)
			})
		}
		few, many := cost(50), cost(500)
		require.Less(t, many, 11*few, "%s: a payload ten times as long must not cost much more than ten times as much", dialect)
	}
}

// Webhooks with the whole history of a parcel, some fifty events.
func BenchmarkParse(b *testing.B) {
	o := options(b)
	for dialect, payload := range big(b) {
		payload := grown(b, payload, 20)
		b.Run(dialect, func(b *testing.B) {
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := dialects.Parse(dialect, payload, o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// One event, as most webhooks have little more.
func BenchmarkParseSmall(b *testing.B) {
	o := options(b)
	payload := big(b)["clickpost"]
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := dialects.Parse("clickpost", payload, o); err != nil {
			b.Fatal(err)
		}
	}
}
