package replay_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/replay"
)

func TestNDJSONRoundTrip(t *testing.T) {
	records := loadSCMS(t).Records[:1000]
	var file bytes.Buffer
	require.NoError(t, replay.WriteNDJSON(&file, records))
	b, err := replay.Load(options(t, ""), replay.BytesInput("f", file.Bytes()))
	require.NoError(t, err)
	require.Empty(t, b.Refused)
	require.Equal(t, records, b.Records)
}

const (
	ownRegistration = `{"topic": "registrations", "arrival": "2026-05-04T10:00:00.1239Z", "value": {"tenant": "acme", "carrier": "SIM", "tracking_number": "SA 123 456 785 ZZ"}}`
	ownEvent        = `{"topic": "carrier-events", "value": {"carrier": "sim", "tracking_number": "SA123456785ZZ", "code": "ofd.out", "occurred_at": "2026-05-04T11:00:00+02:00", "received_at": 1777885200000}}`
)

func TestNDJSONLines(t *testing.T) {
	o := options(t, "")
	o.Tenant = "other"
	records := load(t, o, "\ufeff"+ownEvent+"\r\n\n"+ownRegistration)
	require.Len(t, records, 2)
	require.Equal(t, "sim:SA123456785ZZ", records[0].Key)
	require.Equal(t, utc("2026-05-04T09:00:00Z"), records[0].Arrival, "without an arrival the receipt counts")
	require.Equal(t, utc("2026-05-04T09:00:00Z"), records[0].Event.OccurredAt)
	require.Equal(t, records[0].Key, records[1].Key)
	require.Equal(t, utc("2026-05-04T10:00:00.123Z"), records[1].Arrival, "whole milliseconds, as Kafka has them")
	require.Equal(t, "other", records[1].Registration.Tenant)
}

func TestNDJSONComesInNow(t *testing.T) {
	o := options(t, "")
	o.Arrival = utc("2026-05-04T12:00:00Z")
	const silent = `{"topic": "registrations", "value": {"tenant": "acme", "carrier": "sim", "tracking_number": "SA123456785ZZ"}}`
	records := load(t, o, silent+"\n"+ownEvent+"\n"+ownRegistration)
	require.Len(t, records, 3)
	require.Equal(t, utc("2026-05-04T09:00:00Z"), records[0].Arrival, "what the value says goes before")
	require.Equal(t, utc("2026-05-04T10:00:00.123Z"), records[1].Arrival)
	require.Equal(t, o.Arrival, records[2].Arrival)
}

func TestNDJSONRefusesLines(t *testing.T) {
	for line, want := range map[string]string{
		`{`:    "the line is no {",
		`[]`:   "the line is no {",
		`null`: `the topic is ""`,
		`{"topic": "carrier-events", "arrrival": "2026-05-04T10:00:00Z", "value": {}}`:                                                                                       `unknown field "arrrival"`,
		`{"topic": "decisions", "value": {}}`:                                                                                                                                `the topic is "decisions"; registrations or carrier-events is wanted`,
		`{"topic": "registrations", "value": {}} {}`:                                                                                                                         "text follows",
		`{"topic": "registrations"}`:                                                                                                                                         "the value is empty",
		`{"topic": "registrations", "arrival": "2026-05-04T10:00:00Z", "value": {"tenant": "a", "carrier": "sim"}}`:                                                          "field tracking_number: it is required and missing",
		`{"topic": "registrations", "value": {"tenant": "a", "carrier": "sim", "tracking_number": "1"}}`:                                                                     "neither arrival nor the value",
		`{"topic": "registrations", "arrival": "1969-05-04T10:00:00Z", "value": {"tenant": "a", "carrier": "sim", "tracking_number": "1"}}`:                                  "outside the years 1970 to 2199",
		`{"topic": "carrier-events", "arrival": "2026-05-04T10:00:00Z", "value": {"carrier": "sim", "tracking_number": "1", "occurred_at": "2999-05-04T10:00:00Z"}}`:         "outside the years 1970 to 2199",
		`{"topic": "carrier-events", "arrival": "2026-05-04T10:00:00Z", "value": {"carrier": "a:b", "tracking_number": "1", "occurred_at": 0}}`:                              "holds a colon",
		ownRegistration + strings.Repeat(" ", 2<<20):                                                                                                                         "the line is longer than 2097152 bytes",
		`{"topic": "registrations", "arrival": "2026-05-04T10:00:00Z", "value": {"tenant": "` + strings.Repeat("a", 1<<20) + `", "carrier": "sim", "tracking_number": "1"}}`: "1047552 are allowed",
	} {
		name := line[:min(len(line), 60)]
		b, err := replay.Load(options(t, ""), replay.BytesInput("f", []byte(ownEvent+"\n"+line+"\n"+ownRegistration+"\n")))
		require.NoError(t, err, name)
		require.Len(t, b.Records, 2, "the other lines go on: %s", name)
		require.Equal(t, 3, b.Rows)
		require.Len(t, b.Refused, 1, name)
		require.Equal(t, 2, b.Refused[0].Line)
		require.Contains(t, b.Refused[0].String(), want, name)
	}
}
