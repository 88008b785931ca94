package replay_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
	"waybill/connectors/replay"
)

const arrived = "2026-05-04T09:00:00Z"

// track is a payload of Shippo with one event.
func track(number, at string) string {
	return fmt.Sprintf(`{"carrier": "usps", "tracking_number": %q, "address_to": null, "tracking_history": [{"status": "TRANSIT", "status_date": %q}]}`, number, at)
}

func payloadOptions(t testing.TB, dialect string) replay.LoadOptions {
	o := options(t, "")
	o.Dialect, o.Arrival = dialect, utc(arrived)
	return o
}

// A payload, several in a list, and one a line: with blanks, line ends of other
// systems, a byte order mark, and packed.
func TestPayloadsOfAFile(t *testing.T) {
	a, b := track("1", "2026-05-03T09:00:00Z"), track("2", "2026-05-03T10:00:00Z")
	pretty := strings.ReplaceAll(a, ", ", ",\n ")
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(a + "\n" + b))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	long := strings.Repeat(" ", 100_000)
	for name, c := range map[string]struct {
		text    string
		numbers string
	}{
		"one":                {a, "1"},
		"over several lines": {"\n\n" + pretty + "\n", "1"},
		"a line each":        {a + "\n" + b + "\n", "1 2"},
		"with blank lines":   {"\r\n" + a + "\r\n\r\n" + b, "1 2"},
		"long lines":         {a[:1] + long + a[1:] + "\n" + b, "1 2"},
		"a list":             {"[" + a + ",\n" + b + "]", "1 2"},
		"a list on a line":   {"[" + a + "]", "1"},
		"byte order mark":    {"\xef\xbb\xbf" + a + "\n" + b, "1 2"},
		"packed":             {packed.String(), "1 2"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, dialect := range []string{"shippo", dialects.Auto} {
				var numbers []string
				for _, r := range load(t, payloadOptions(t, dialect), c.text) {
					numbers = append(numbers, r.Event.TrackingNumber)
					require.Equal(t, "shippo-file", r.Event.Source)
					require.Equal(t, utc(arrived), r.Arrival)
				}
				require.Equal(t, c.numbers, strings.Join(numbers, " "))
			}
		})
	}
}

// A payload in an envelope says itself where it came from and when.
func TestEnvelopes(t *testing.T) {
	text := `{"source": "shippo", "received_at": "2026-05-05T00:00:00.5Z", "payload": ` + track("1", "2026-05-03T09:00:00Z") + `}`
	records := load(t, payloadOptions(t, dialects.Auto), text)
	require.Len(t, records, 1)
	require.Equal(t, utc("2026-05-05T00:00:00.5Z"), records[0].Arrival)
}

// What is broken is named, and the others go on.
func TestBrokenPayloads(t *testing.T) {
	a := track("1", "2026-05-03T09:00:00Z")
	for name, c := range map[string]struct{ text, problem string }{
		"a broken line":     {a + "\n{\"carrier\": \n" + a, "malformed"},
		"another dialect":   {a + "\n{\"hello\": 1}\n" + a, "dialect"},
		"a list with a gap": {"[" + a + ", 7, " + a + "]", "wrong_dialect"},
		"an event":          {a + "\n" + track("1", "yesterday") + "\n" + a, `the time "yesterday"`},
		"a long line":       {a + "\n{" + strings.Repeat(" ", dialects.MaxPayloadBytes) + "}\n" + a, "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := replay.Load(payloadOptions(t, "shippo"), replay.BytesInput("test", []byte(c.text)))
			require.NoError(t, err)
			require.Len(t, b.Records, 2)
			require.Equal(t, 3, b.Rows)
			require.Len(t, b.Refused, 1)
			require.Contains(t, b.Refused[0].String(), c.problem)
			require.Equal(t, 2, b.Refused[0].Line)
		})
	}
	for name, c := range map[string]struct{ text, problem string }{
		"empty":         {"", "empty"},
		"blank":         {" \n ", "empty"},
		"UTF-16":        {"\xff\xfe{\x00", "UTF-16"},
		"half a gzip":   {"\x1f\x8b\x08\x00\x00", "EOF"},
		"half a list":   {"[" + a + ", " + a[:40], "payload 2 of the list"},
		"not a payload": {"hello", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := replay.Load(payloadOptions(t, "shippo"), replay.BytesInput("test", []byte(c.text)))
			if c.problem == "" {
				require.NoError(t, err)
				require.Len(t, b.Refused, 1)
				return
			}
			require.ErrorContains(t, err, c.problem)
		})
	}
}

// A payload needs a time at which it came in: a replay has none of its own.
func TestPayloadsWithoutArrival(t *testing.T) {
	o := payloadOptions(t, "shippo")
	o.Arrival = time.Time{}
	b, err := replay.Load(o, replay.BytesInput("test", []byte(track("1", "2026-05-03T09:00:00Z"))))
	require.NoError(t, err)
	require.Len(t, b.Refused, 1)
	require.Contains(t, b.Refused[0].Problem, "when it came in")
}

// What the source could not tell is counted, and refuses nothing.
func TestFailuresAreCounted(t *testing.T) {
	b, err := replay.Load(payloadOptions(t, "shippo"), replay.BytesInput("test", []byte(`{"detail": "Carrier is not supported."}`)))
	require.NoError(t, err)
	require.Empty(t, b.Refused)
	require.Len(t, b.Failures, 1)
	require.Equal(t, dialects.ReasonBadRequest, b.Failures[0].Reason)
}
