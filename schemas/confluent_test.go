package schemas

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shelf is a registry whose schemas lie in a map; no texts: not answered yet.
type shelf map[uint32][]string

func (s shelf) Schema(id uint32) ([]string, error) {
	texts, known := s[id]
	switch {
	case !known:
		return nil, fmt.Errorf("the schema registry has no schema %d", id)
	case texts == nil:
		return nil, &NotYetError{ID: id, Cause: errors.New("the line is cut")}
	}
	return texts, nil
}

func framed(id uint32, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{confluentMagic}, id), body...)
}

// written is a value that a program with a schema of its own has written.
func written(t *testing.T, schema string, v any) []byte {
	t.Helper()
	s, err := parseAvro(schema)
	require.NoError(t, err)
	body, err := s.appendTo(nil, v)
	require.NoError(t, err)
	return body
}

// What others write under schemas of their own comes out in our form, as the
// Avro specification has it ("Schema Resolution").
func TestSchemasOfOthers(t *testing.T) {
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	base := CarrierEvent{
		Carrier: "royal-mail", TrackingNumber: "AB1", SourceKind: SourceCarrierPush, OccurredAt: at,
		OccurredPrecision: PrecisionSecond, OccurredConfidence: ConfidenceGiven, Leg: LegForward,
	}
	with := func(change func(*CarrierEvent)) CarrierEvent {
		e := base
		change(&e)
		return e
	}
	const (
		carrier  = `{"name":"carrier","type":"string"}`
		number   = `{"name":"tracking_number","type":"string"}`
		occurred = `{"name":"occurred_at","type":{"type":"long","logicalType":"timestamp-millis"}}`
	)
	values := map[string]any{"carrier": "royal-mail", "tracking_number": "AB1", "occurred_at": at}
	tests := []struct {
		name, record, fields string
		more                 map[string]any
		want                 CarrierEvent
		problem              string
	}{
		{name: "only what is required", fields: carrier + "," + number + "," + occurred, want: base},
		{name: "in another order", fields: occurred + "," + number + "," + carrier, want: base},
		{name: "in a namespace of its own", record: `"namespace":"com.shop",`, fields: carrier + "," + number + "," + occurred, want: base},
		{
			name: "fields that we do not know", fields: `{"name":"warehouse","type":{"type":"record","name":"W","fields":[{"name":"id","type":"long"},{"name":"bins","type":{"type":"map","values":"string"}}]}},` + carrier + "," + number + "," + occurred + `,{"name":"mass","type":["null","double"]}`,
			more: map[string]any{"warehouse": map[string]any{"id": int64(7), "bins": map[string]string{"a": "b"}}, "mass": 2.5}, want: base,
		},
		{
			name: "a plain text where null may be", fields: carrier + "," + number + "," + occurred + `,{"name":"eta_date","type":"string"}`,
			more: map[string]any{"eta_date": "2026-05-06"}, want: with(func(e *CarrierEvent) { e.ETADate = new("2026-05-06") }),
		},
		{
			name: "null first or last", fields: carrier + "," + number + "," + occurred + `,{"name":"eta_date","type":["string","null"]}`,
			more: map[string]any{"eta_date": new("2026-05-06")}, want: with(func(e *CarrierEvent) { e.ETADate = new("2026-05-06") }),
		},
		{
			name: "times without a unit are milliseconds", fields: carrier + "," + number + `,{"name":"occurred_at","type":"long"}`,
			more: map[string]any{"occurred_at": at.UnixMilli()}, want: base,
		},
		{
			name: "an enum of fewer symbols in another order", fields: carrier + "," + number + "," + occurred + `,{"name":"source_kind","type":{"type":"enum","name":"SourceKind","symbols":["poll","carrier_push"]}}`,
			more: map[string]any{"source_kind": "poll"}, want: with(func(e *CarrierEvent) { e.SourceKind = SourcePoll }),
		},
		{
			name: "part of a record", fields: carrier + "," + number + "," + occurred + `,{"name":"location","type":["null",{"type":"record","name":"Location","fields":[{"name":"country","type":"string"},{"name":"city","type":"string"}]}]}`,
			more: map[string]any{"location": map[string]any{"Location": map[string]any{"country": "GB", "city": "Leeds"}}}, want: with(func(e *CarrierEvent) { e.Location = &Location{City: "Leeds", Country: "GB"} }),
		},
		{
			name: "a record where null may be", fields: carrier + "," + number + "," + occurred + `,{"name":"location","type":{"type":"record","name":"Location","fields":[{"name":"country","type":"string"}]}}`,
			more: map[string]any{"location": map[string]any{"country": "GB"}}, want: with(func(e *CarrierEvent) { e.Location = &Location{Country: "GB"} }),
		},
		{name: "a record that holds itself", fields: carrier + "," + number + "," + occurred + `,{"name":"before","type":["null","CarrierEvent"]}`, problem: "the record CarrierEvent holds itself"},
		{name: "items of no bytes", fields: carrier + "," + number + "," + occurred + `,{"name":"x","type":{"type":"array","items":"null"}}`, problem: "items take no bytes"},
		{name: "a schema that grows without an end", fields: carrier + "," + number + "," + occurred + "," + tower(20), problem: "more than 10000 parts"},
		{name: "microseconds", fields: carrier + "," + number + `,{"name":"occurred_at","type":{"type":"long","logicalType":"timestamp-micros"}}`, problem: "field occurred_at: it is timestamp-micros, and timestamp-millis is wanted"},
		{name: "a day where a time is wanted", fields: carrier + "," + number + `,{"name":"occurred_at","type":["null",{"type":"int","logicalType":"date"}]}`, problem: "schema 9 of the schema registry is not compatible"},
		{name: "without what is required", fields: carrier + "," + occurred, problem: "reader field tracking_number is missing"},
		{name: "of another type", fields: carrier + "," + occurred + `,{"name":"tracking_number","type":"long"}`, problem: "schema 9 of the schema registry is not compatible with version 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			schema := `{"type":"record","name":"CarrierEvent",` + tt.record + `"fields":[` + tt.fields + `]}`
			codecs, err := Confluent{Registry: shelf{9: {schema}}}.NewCodecs()
			require.NoError(t, err)
			if tt.problem != "" {
				_, err := codecs.CarrierEvent.Decode(framed(9, []byte{0}))
				var fault *DecodeError
				require.ErrorAs(t, err, &fault)
				require.Contains(t, fault.Problem, tt.problem)
				return
			}
			value := maps.Clone(values)
			maps.Copy(value, tt.more)
			got, err := codecs.CarrierEvent.Decode(framed(9, written(t, schema, value)))
			require.NoError(t, err)
			require.Equal(t, &tt.want, got)
		})
	}
}

// tower is a field of a type that holds another twice, that another twice, and
// so on.
func tower(floors int) string {
	whole := `"null"`
	for n := range floors {
		whole = fmt.Sprintf(`{"type":"record","name":"F%d","fields":[{"name":"a","type":%s},{"name":"b","type":%s}]}`, n, whole, lower(n))
	}
	return `{"name":"tower","type":` + whole + `}`
}

func lower(n int) string {
	if n == 0 {
		return `"null"`
	}
	return fmt.Sprintf(`"F%d"`, n-1)
}

// Aliases and promoted types, which no schema of the contract has need of yet.
func TestAliasesAndPromotions(t *testing.T) {
	const ours = `{"type":"record","name":"Measure","fields":[
		{"name":"grams","type":"long","aliases":["weight"]},{"name":"length","type":"double"},{"name":"note","type":"string","default":"none"}]}`
	type measure struct {
		Grams  int64   `avro:"grams" json:"grams"`
		Length float64 `avro:"length" json:"length"`
		Note   string  `avro:"note" json:"note"`
	}
	const theirs = `{"type":"record","name":"Measure","fields":[
		{"name":"length","type":"int"},{"name":"note","type":"bytes"},{"name":"weight","type":"int"}]}`
	c, err := NewPrivateCodec[measure]("Measure", ours)
	require.NoError(t, err)
	c.meet(Confluent{Registry: shelf{1: {theirs}}})
	got, err := c.Decode(framed(1, written(t, theirs, map[string]any{"length": 3, "note": []byte("x"), "weight": 900})))
	require.NoError(t, err)
	require.Equal(t, &measure{Grams: 900, Length: 3, Note: "x"}, got)
}

// A schema may refer to others, which come before it.
func TestSchemaThatRefersToAnother(t *testing.T) {
	const place = `{"type":"record","name":"Location","namespace":"com.shop","fields":[{"name":"city","type":"string"}]}`
	const event = `{"type":"record","name":"CarrierEvent","namespace":"com.shop","fields":[{"name":"carrier","type":"string"},{"name":"tracking_number","type":"string"},{"name":"occurred_at","type":"long"},{"name":"location","type":"Location"}]}`
	codecs, err := Confluent{Registry: shelf{4: {place, event}}}.NewCodecs()
	require.NoError(t, err)
	body := []byte{2, 'x', 2, '1', 0, 10, 'L', 'e', 'e', 'd', 's'}
	got, err := codecs.CarrierEvent.Decode(framed(4, body))
	require.NoError(t, err)
	require.Equal(t, "Leeds", got.Location.City)
}

// Every published version under an id of its own is read as it is in
// single-object encoding.
func TestPublishedVersionsInConfluentFraming(t *testing.T) {
	files, err := Versions()
	require.NoError(t, err)
	ids := shelf{}
	for i, text := range files["carrier_event"] {
		ids[uint32(i+1)] = []string{text}
	}
	codecs, err := Confluent{Registry: ids}.NewCodecs()
	require.NoError(t, err)
	for id, texts := range ids {
		got, err := codecs.CarrierEvent.Decode(framed(id, written(t, texts[0], &sampleEvent)))
		require.NoError(t, err)
		require.Equal(t, &sampleEvent, got)
	}
}

func TestWritingInConfluentFraming(t *testing.T) {
	codecs, err := Confluent{IDs: map[string]uint32{"CarrierEvent": 70000}, Registry: shelf{}}.NewCodecs()
	require.NoError(t, err)
	data, err := codecs.CarrierEvent.Encode(&sampleEvent)
	require.NoError(t, err)
	require.Equal(t, []byte{0, 0, 1, 0x11, 0x70}, data[:confluentSize])
	got, err := codecs.CarrierEvent.Decode(data)
	require.NoError(t, err, "its own id needs no registry")
	require.Equal(t, &sampleEvent, got)

	shipment, err := codecs.Shipment.Encode(&Shipment{Leg: LegForward, DeliveredPrecision: PrecisionDay})
	require.NoError(t, err)
	require.Equal(t, []byte{soeByte0, soeByte1}, shipment[:2], "a record without an id is written as ever")
}

func TestConfluentFramingThatIsNotRead(t *testing.T) {
	const measure = `{"type":"record","name":"CarrierEvent","fields":[]}`
	codecs, err := Confluent{Registry: shelf{2: {measure}, 3: {"{"}, 4: {}, 5: nil}}.NewCodecs()
	require.NoError(t, err)
	for _, tt := range []struct {
		name    string
		data    []byte
		problem string
	}{
		{"cut off", []byte{0, 0, 0, 1}, "cut off inside the header of Confluent framing"},
		{"unknown", framed(1, nil), "has no schema 1"},
		{"incompatible", framed(2, nil), "schema 2 of the schema registry is not compatible with version 2"},
		{"no schema", framed(3, nil), "schema 3 of the schema registry is no Avro schema"},
		{"no text", framed(4, nil), "schema 4 of the schema registry is no Avro schema: there is no text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := codecs.CarrierEvent.Decode(tt.data)
			var fault *DecodeError
			require.ErrorAs(t, err, &fault)
			require.Contains(t, fault.Problem, tt.problem)
		})
	}
	_, err = codecs.CarrierEvent.Decode(framed(5, nil))
	var waits *NotYetError
	require.ErrorAs(t, err, &waits)
	require.EqualError(t, err, "reading a CarrierEvent: waiting for schema 5 of the schema registry: the line is cut")
	require.NotErrorAs(t, err, new(*DecodeError))
}

// An id that was not known yet is asked for again; what is remembered of ids is
// bounded.
func TestRememberedSchemasAreBounded(t *testing.T) {
	ids := shelf{}
	codecs, err := Confluent{Registry: ids}.NewCodecs()
	require.NoError(t, err)
	c := codecs.CarrierEvent
	_, err = c.Decode(framed(1, nil))
	require.ErrorContains(t, err, "has no schema 1")
	files, err := Versions()
	require.NoError(t, err)
	for id := range uint32(2 * maxForeign) {
		ids[id] = files["carrier_event"][:1]
	}
	body := written(t, files["carrier_event"][0], &sampleEvent)
	for id := range ids {
		_, err := c.Decode(framed(id, body))
		require.NoError(t, err)
	}
	require.Len(t, c.framing.known, maxForeign)
}

func FuzzForeignSchema(f *testing.F) {
	f.Add(`{"type":"record","name":"Point","fields":[{"name":"x","type":"int"}]}`, []byte{2})
	f.Add(`{"type":"record","name":"Point","fields":[{"name":"x","type":["null","int"]},{"name":"y","type":{"type":"array","items":"Point"}}]}`, []byte{0, 0})
	f.Fuzz(func(t *testing.T, schema string, body []byte) {
		if strings.Count(schema, "{") > 50 {
			return
		}
		c, err := NewPrivateCodec[point]("Point", pointV1)
		require.NoError(t, err)
		c.meet(Confluent{Registry: shelf{1: {schema}}})
		got, err := c.Decode(framed(1, body))
		requireValueOrTypedError(t, got != nil, err)
	})
}
