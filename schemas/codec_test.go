package schemas

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func mustCodecs(t testing.TB) *Codecs {
	t.Helper()
	c, err := NewCodecs()
	require.NoError(t, err)
	return c
}

var sampleEvent = CarrierEvent{
	Carrier: "royal-mail", TrackingNumber: "AB123456785GB", Source: "royal-mail-push",
	SourceKind: SourceCarrierPush, Code: "transit.picked_up", RawCode: "EVPPA",
	OccurredAt: time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC), OccurredPrecision: PrecisionSecond,
	OccurredConfidence: ConfidenceGiven, ReceivedAt: new(time.Date(2026, 5, 4, 10, 0, 7, 0, time.UTC)),
	Location: &Location{City: "Leeds", Country: "GB"}, Leg: LegForward,
}

func TestAvroRoundTrip(t *testing.T) {
	c := mustCodecs(t).CarrierEvent
	data, err := c.Encode(&sampleEvent)
	require.NoError(t, err)
	require.Equal(t, []byte{0xC3, 0x01}, data[:2])
	got, err := c.Decode(data)
	require.NoError(t, err)
	require.Equal(t, &sampleEvent, got)
}

// Other libraries leave logical types out of the canonical form, as the
// specification says: what they write is read too. The fingerprints are those of
// avsc, for JavaScript.
func TestReadsFingerprintsOfOthers(t *testing.T) {
	codecs, err := NewCodecs()
	require.NoError(t, err)
	written, err := codecs.CarrierEvent.Encode(&CarrierEvent{
		Carrier: "ups", TrackingNumber: "1Z", SourceKind: SourcePoll, OccurredPrecision: PrecisionDay, OccurredConfidence: ConfidenceGiven, Leg: LegReturn,
	})
	require.NoError(t, err)
	foreign, err := hex.DecodeString("c3013c6f8e1c741df7ac")
	require.NoError(t, err)
	require.NotEqual(t, foreign, written[:soeSize])
	read, err := codecs.CarrierEvent.Decode(append(foreign, written[soeSize:]...))
	require.NoError(t, err)
	require.Equal(t, "1Z", read.TrackingNumber)
}

// The fingerprint of "int" as the Avro project's own schema-tests.txt has it.
func TestFingerprintIsCRC64Avro(t *testing.T) {
	s, err := parseAvro(`"int"`)
	require.NoError(t, err)
	require.Equal(t, uint64(0x7275d51a3f395c8f), s.fingerprint)
}

func TestJSONAndAvroGiveTheSameValue(t *testing.T) {
	c := mustCodecs(t).CarrierEvent
	got, err := c.Decode([]byte(`{
		"carrier": "royal-mail", "tracking_number": "AB123456785GB", "source": "royal-mail-push",
		"code": "transit.picked_up", "raw_code": "EVPPA",
		"occurred_at": "2026-05-04T12:00:00+02:00", "received_at": 1777888807000,
		"location": {"city": "Leeds", "country": "GB"}}`))
	require.NoError(t, err)
	require.Equal(t, &sampleEvent, got)
}

func TestJSONFaultsNameTheField(t *testing.T) {
	tests := []struct{ name, json, field, problem string }{
		{"missing", `{"carrier":"x","occurred_at":0}`, "tracking_number", "required"},
		{"misspelt", `{"carrier":"x","tracking_number":"1","occurred_at":0,"receivedat":1}`, "receivedat", "no such field"},
		{"bad time", `{"carrier":"x","tracking_number":"1","occurred_at":"yesterday"}`, "occurred_at", "RFC 3339"},
		{"fraction of a millisecond", `{"carrier":"x","tracking_number":"1","occurred_at":1.5}`, "occurred_at", "whole number"},
		{"year out of range", `{"carrier":"x","tracking_number":"1","occurred_at":999999999999999}`, "occurred_at", "out of range"},
		{"bad enum", `{"carrier":"x","tracking_number":"1","occurred_at":0,"leg":"up"}`, "leg", "forward, return, exchange"},
		{"wrong type", `{"carrier":7,"tracking_number":"1","occurred_at":0}`, "carrier", "a string is wanted, not a number"},
		{"nested", `{"carrier":"x","tracking_number":"1","occurred_at":0,"location":{"city":[]}}`, "location.city", "a string"},
		{"too large", `{"carrier":"x","tracking_number":"1","occurred_at":0,"ordinal":3000000000}`, "ordinal", "whole number"},
		{"null where none may be", `{"carrier":null,"tracking_number":"1","occurred_at":0}`, "carrier", "not null"},
	}
	c := mustCodecs(t).CarrierEvent
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.Decode([]byte(tt.json))
			var fault *DecodeError
			require.ErrorAs(t, err, &fault)
			require.Equal(t, tt.field, fault.Field)
			require.Contains(t, fault.Problem, tt.problem)
		})
	}
}

func TestUnreadableBytesAreTypedErrors(t *testing.T) {
	c := mustCodecs(t).CarrierEvent
	good, err := c.Encode(&sampleEvent)
	require.NoError(t, err)
	tests := []struct {
		name    string
		data    []byte
		problem string
	}{
		{"empty", nil, "empty"},
		{"cut header", good[:5], "cut off"},
		{"cut body", good[:len(good)-3], "malformed"},
		{"bytes behind", append(append([]byte{}, good...), 1), "follow the end"},
		{"unknown fingerprint", append([]byte{0xC3, 1, 1, 2, 3, 4, 5, 6, 7, 8}, good[10:]...), "0102030405060708"},
		{"registry framing", []byte{0, 0, 0, 0, 1, 2}, "schema registry"},
		{"text", []byte("hello"), "0x68"},
		{"broken JSON", []byte(`{"carrier":`), "malformed"},
		{"two objects", []byte(`{}{}`), "follows the end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.Decode(tt.data)
			var fault *DecodeError
			require.ErrorAs(t, err, &fault)
			require.Contains(t, fault.Problem, tt.problem)
		})
	}
}

// Rule BACKWARD_TRANSITIVE: the newest schema reads all that was ever written.
func TestNewestReadsEveryPublishedVersion(t *testing.T) {
	files, err := Versions()
	require.NoError(t, err)
	for record, versions := range files {
		for reader := range versions {
			for writer := 0; writer <= reader; writer++ {
				r, err := parseAvro(versions[reader])
				require.NoError(t, err, record)
				w, err := parseAvro(versions[writer])
				require.NoError(t, err, record)
				_, err = resolveAvro(r, w)
				require.NoError(t, err, "%s: version %d does not read version %d", record, reader+1, writer+1)
			}
		}
	}
}

const pointV1 = `{"type":"record","name":"Point","fields":[{"name":"x","type":"int"}]}`

type point struct {
	X     int    `avro:"x" json:"x"`
	Label string `avro:"label" json:"label"`
}

func TestOldVersionIsReadWithDefaults(t *testing.T) {
	const v2 = `{"type":"record","name":"Point","fields":[{"name":"x","type":"int"},{"name":"label","type":"string","default":"none"}]}`
	old, err := NewPrivateCodec[point]("Point", pointV1)
	require.NoError(t, err)
	data, err := old.Encode(&point{X: 7})
	require.NoError(t, err)
	both, err := NewPrivateCodec[point]("Point", pointV1, v2)
	require.NoError(t, err)
	got, err := both.Decode(data)
	require.NoError(t, err)
	require.Equal(t, &point{X: 7, Label: "none"}, got)
}

func TestIncompatibleVersionIsRefused(t *testing.T) {
	const noDefault = `{"type":"record","name":"Point","fields":[{"name":"x","type":"int"},{"name":"label","type":"string"}]}`
	_, err := NewPrivateCodec[point]("Point", pointV1, noDefault)
	require.ErrorContains(t, err, "resolving version 1 of Point")
}

// The golden files pin the bytes of version 1 for ever: a reader of this build
// must read what was written on the day of publication.
func TestPublishedBytesStayReadable(t *testing.T) {
	c := mustCodecs(t).CarrierEvent
	path := filepath.Join("testdata", "carrier_event.v1.hex")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	data, err := hex.DecodeString(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	got, err := c.Decode(data)
	require.NoError(t, err)
	require.Equal(t, &sampleEvent, got)
}

func FuzzDecode(f *testing.F) {
	codecs := mustCodecs(f)
	good, err := codecs.CarrierEvent.Encode(&sampleEvent)
	require.NoError(f, err)
	shipment, err := codecs.Shipment.Encode(&Shipment{Leg: LegForward, DeliveredPrecision: PrecisionDay, Registrations: []RegistrationState{{Tenant: "t"}}})
	require.NoError(f, err)
	for _, seed := range [][]byte{good, shipment, good[:20], []byte(`{"carrier":"x","tracking_number":"1","occurred_at":0}`), {0, 0, 0, 0, 1}, nil} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		event, err := codecs.CarrierEvent.Decode(data)
		requireValueOrTypedError(t, event != nil, err)
		parcel, err := codecs.Shipment.Decode(data)
		requireValueOrTypedError(t, parcel != nil, err)
		endpoint, err := codecs.WebhookEndpoint.Decode(data)
		requireValueOrTypedError(t, endpoint != nil, err)
	})
}

func requireValueOrTypedError(t *testing.T, value bool, err error) {
	var fault *DecodeError
	if value == (err != nil) || err != nil && !errors.As(err, &fault) {
		t.Fatalf("value %v with error %v", value, err)
	}
}
