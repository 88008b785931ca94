package dialects_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
	"waybill/schemas"
)

const ownEvent = `{"carrier":"Royal Mail","tracking_number":"AB123456785GB","code":"transit.picked_up","status":"IN_TRANSIT","raw_code":"EVPPA","occurred_at":"2026-05-01T10:00:00+01:00","location":{"city":"Leeds"},"eta_date":"2026-05-03"}`

// Our own events keep what they say, and get what they leave out.
func TestWaybill(t *testing.T) {
	reading, err := dialects.Parse(dialects.Auto, []byte(ownEvent), options(t))
	require.NoError(t, err)
	require.Empty(t, reading.Failures)
	require.Len(t, reading.Events, 1)
	e := reading.Events[0]
	require.Equal(t, []string{"royal-mail", "AB123456785GB", "transit.picked_up", "IN_TRANSIT", "EVPPA", "waybill-push", schemas.SourceCarrierPush},
		[]string{e.Carrier, e.TrackingNumber, e.Code, e.Status, e.RawCode, e.Source, e.SourceKind})
	require.Equal(t, time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC), e.OccurredAt)
	require.Equal(t, received, *e.ReceivedAt)
	require.Equal(t, "2026-05-03", *e.ETADate)
	require.Equal(t, "Leeds", e.Location.City)
}

func TestWaybillForms(t *testing.T) {
	other := strings.Replace(ownEvent, `"occurred_at"`, `"source":"wms","source_kind":"poll","received_at":"2026-05-01T11:00:00Z","ordinal":2,"occurred_at"`, 1)
	for name, payload := range map[string]string{
		"list":  "[" + ownEvent + "," + other + "]",
		"lines": "\ufeff" + ownEvent + "\r\n\n" + other + "\n",
		"file":  ownEvent + "\n" + other,
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			o.Way = dialects.File
			reading, err := dialects.Parse("ndjson", []byte(payload), o)
			require.NoError(t, err)
			require.Empty(t, reading.Failures)
			require.Len(t, reading.Events, 2)
			first, second := reading.Events[0], reading.Events[1]
			require.Equal(t, []string{"waybill-file", schemas.SourceFile, "wms", schemas.SourcePoll}, []string{first.Source, first.SourceKind, second.Source, second.SourceKind})
			require.Equal(t, 2, second.Ordinal, "it says so itself")
			require.Equal(t, time.Date(2026, 5, 1, 11, 0, 0, 0, time.UTC), *second.ReceivedAt)
		})
	}
}

// One bad event costs itself, and says where it stands.
func TestWaybillBadEvents(t *testing.T) {
	for name, c := range map[string]struct{ payload, where, problem string }{
		"misspelt":   {"[" + ownEvent + `,{"carrier":"ups","tracking_number":"1","occurred_at":"2026-05-01T10:00:00Z","desription":"x"}]`, "[1]", "desription"},
		"no time":    {ownEvent + "\n" + `{"carrier":"ups","tracking_number":"1"}`, "line 2", "occurred_at"},
		"not JSON":   {ownEvent + "\n" + `{"carrier":`, "line 2", "JSON"},
		"year":       {ownEvent + "\n" + `{"carrier":"ups","tracking_number":"1","occurred_at":"0001-01-01T10:00:00Z"}`, "line 2", "years"},
		"no number":  {ownEvent + "\n" + `{"carrier":"ups","tracking_number":"","occurred_at":"2026-05-01T10:00:00Z"}`, "line 2", "number"},
		"wrong type": {"[" + ownEvent + `,7]`, "[1]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			reading, err := dialects.Parse("waybill", []byte(c.payload), options(t))
			require.NoError(t, err)
			require.Len(t, reading.Events, 1)
			require.Len(t, reading.Failures, 1)
			require.Equal(t, dialects.ReasonBadEvent, reading.Failures[0].Reason)
			require.Equal(t, c.where, reading.Failures[0].Where)
			require.Contains(t, reading.Failures[0].Description, c.problem)
		})
	}
}

// Broken lines do not add up to a payload that nests too deeply, and more lines
// than a payload may have are left out.
func TestWaybillManyLines(t *testing.T) {
	reading, err := dialects.Parse("waybill", []byte(strings.Repeat("{[\n", 100)+ownEvent), options(t))
	require.NoError(t, err)
	require.Len(t, reading.Events, 1)
	require.Len(t, reading.Failures, 100)

	reading, err = dialects.Parse("waybill", []byte(ownEvent+"\n"+strings.Repeat("x\n", 100_000)+ownEvent), options(t))
	require.NoError(t, err)
	require.Len(t, reading.Events, 1)
}

func TestWaybillRefuses(t *testing.T) {
	for payload, kind := range map[string]string{
		"":                               dialects.Malformed,
		"{":                              dialects.Malformed,
		`[{"carrier":"ups"`:              dialects.Malformed,
		"hello\nworld":                   dialects.WrongDialect,
		`{"event":"track_updated"}`:      dialects.WrongDialect,
		"<a/>":                           dialects.WrongDialect,
		strings.Repeat("[", 80):          dialects.Malformed,
		`[{"a":1},{"b":2}]`:              dialects.WrongDialect,
		ownEvent[:len(ownEvent)-1] + `,`: dialects.Malformed,
	} {
		_, err := dialects.Parse("waybill", []byte(payload), options(t))
		var problem *dialects.PayloadError
		require.ErrorAs(t, err, &problem, payload)
		require.Equal(t, kind, problem.Kind, payload)
	}
}
