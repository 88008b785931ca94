package schemas

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The generated functions do the same as the Avro library: each record of the
// contract is written to the same bytes and read to the same value by both.
func TestGeneratedFunctionsAgreeWithTheLibrary(t *testing.T) {
	c := mustCodecs(t)
	symbols := enumSymbols(t)
	t.Run("Registration", func(t *testing.T) { agrees(t, c.Registration, symbols) })
	t.Run("CarrierEvent", func(t *testing.T) { agrees(t, c.CarrierEvent, symbols) })
	t.Run("TrackingEvent", func(t *testing.T) { agrees(t, c.TrackingEvent, symbols) })
	t.Run("Decision", func(t *testing.T) { agrees(t, c.Decision, symbols) })
	t.Run("Shipment", func(t *testing.T) { agrees(t, c.Shipment, symbols) })
	t.Run("EndpointCommand", func(t *testing.T) { agrees(t, c.EndpointCommand, symbols) })
	t.Run("EndpointSignal", func(t *testing.T) { agrees(t, c.EndpointSignal, symbols) })
	t.Run("WebhookEndpoint", func(t *testing.T) { agrees(t, c.WebhookEndpoint, symbols) })
	t.Run("WebhookJob", func(t *testing.T) { agrees(t, c.WebhookJob, symbols) })
	t.Run("WebhookAttempt", func(t *testing.T) { agrees(t, c.WebhookAttempt, symbols) })
	t.Run("Baseline", func(t *testing.T) { agrees(t, c.Baseline, symbols) })
	t.Run("Usage", func(t *testing.T) { agrees(t, c.Usage, symbols) })
	t.Run("PollRequest", func(t *testing.T) { agrees(t, c.PollRequest, symbols) })
}

func agrees[T any](t *testing.T, c *Codec[T], symbols map[string][]string) {
	rapid.Check(t, func(t *rapid.T) {
		v := new(T)
		fill(t, reflect.ValueOf(v).Elem(), "", symbols)
		want, err := c.newest.appendTo(nil, v)
		require.NoError(t, err)
		got, err := c.form.append([]byte("before"), v)
		require.NoError(t, err)
		require.Equal(t, "before"+string(want), string(got))

		same(t, c, want)
		require.NoError(t, c.form.parse(want, new(T)))
		cut := rapid.IntRange(0, len(want)-1).Draw(t, "cut")
		require.ErrorIs(t, c.form.parse(want[:cut], new(T)), errMalformed)
		require.ErrorIs(t, c.form.parse(append(slices.Clip(want), 0), new(T)), errTrailing)
		want[cut] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		same(t, c, want)
	})
}

// same checks that what the generated function reads, the library reads too,
// and to the same value.
func same[T any](t require.TestingT, c *Codec[T], data []byte) {
	got, want := new(T), new(T)
	if c.form.parse(data, got) != nil {
		return
	}
	require.NoError(t, c.newest.unmarshal(data, want))
	require.Equal(t, want, got)
}

// fill gives a value any content that Avro can hold. A map has one key at
// most, for the library writes more in any order.
func fill(t *rapid.T, v reflect.Value, field string, symbols map[string][]string) {
	switch v.Interface().(type) {
	case time.Time:
		ms := rapid.Int64Range(-1<<50, 1<<50).Draw(t, field)
		v.Set(reflect.ValueOf(time.UnixMilli(ms).UTC()))
		return
	case []byte:
		v.SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, field))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Tag.Get("avro"), symbols)
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, field) {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), field, symbols)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, field), 3))
		for i := range v.Len() {
			fill(t, v.Index(i), field, symbols)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		if rapid.Bool().Draw(t, field) {
			v.SetMapIndex(reflect.ValueOf(rapid.String().Draw(t, "key")), reflect.ValueOf(rapid.String().Draw(t, field)))
		}
	case reflect.String:
		if known := symbols[strings.ToLower(field)]; known != nil {
			v.SetString(rapid.SampledFrom(known).Draw(t, field))
			return
		}
		v.SetString(rapid.StringN(0, 200, -1).Draw(t, field))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, field))
	case reflect.Int:
		v.SetInt(int64(rapid.Int32().Draw(t, field)))
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, field))
	case reflect.Float64:
		v.SetFloat(rapid.Float64().Draw(t, field))
	default:
		require.Fail(t, "a field of a kind that is not known here", "%s is a %s", field, v.Kind())
	}
}

// enumSymbols gives the symbols of the fields that are enums, by record and
// field in lower case, as the newest schemas have them.
func enumSymbols(t *testing.T) map[string][]string {
	files, err := Versions()
	require.NoError(t, err)
	found := map[string][]string{}
	for _, versions := range files {
		var raw map[string]any
		require.NoError(t, json.Unmarshal([]byte(versions[len(versions)-1]), &raw))
		findEnums(raw, map[string][]string{}, found)
	}
	return found
}

func findEnums(raw any, known, found map[string][]string) {
	record, ok := raw.(map[string]any)
	if !ok {
		return
	}
	fields, _ := record["fields"].([]any)
	for _, f := range fields {
		field := f.(map[string]any)
		path := strings.ToLower(record["name"].(string) + "." + field["name"].(string))
		switch of := field["type"].(type) {
		case string:
			if known[of] != nil {
				found[path] = known[of]
			}
		case []any:
			findEnums(of[1], known, found)
		case map[string]any:
			for _, symbol := range asList(of["symbols"]) {
				name := of["name"].(string)
				found[path] = append(found[path], symbol.(string))
				known[name] = found[path]
			}
			findEnums(of, known, found)
			findEnums(of["items"], known, found)
		}
	}
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

func TestUnknownSymbolIsAnError(t *testing.T) {
	c := mustCodecs(t).CarrierEvent
	wrong := sampleEvent
	wrong.Leg = "sideways"
	_, err := c.Encode(&wrong)
	require.ErrorContains(t, err, `writing a CarrierEvent: "sideways" is no symbol of the enum Leg`)
}

// The same value is always written to the same bytes, however many keys its
// maps have: a replay must write what was written (E8).
func TestMapsAreWrittenInOrder(t *testing.T) {
	c := mustCodecs(t).TrackingEvent
	e := TrackingEvent{
		Leg: LegForward, SourceKind: SourceDerived, OccurredPrecision: PrecisionSecond, OccurredConfidence: ConfidenceGiven,
		Evidence: map[string]string{"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6", "g": "7"},
	}
	first, err := c.Encode(&e)
	require.NoError(t, err)
	for range 20 {
		again, err := c.Encode(&e)
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
	back, err := c.Decode(first)
	require.NoError(t, err)
	require.Equal(t, e.Evidence, back.Evidence)
}

// Numbers that claim more than there is are refused before memory is taken for
// them.
func TestHostileLengths(t *testing.T) {
	long := func(v int64) []byte {
		w := writer{}
		w.long(v)
		return w.buf
	}
	tests := []struct {
		name string
		data []byte
		read func(*reader)
	}{
		{"a text longer than the rest", long(9), func(r *reader) { _ = r.string() }},
		{"a text of negative length", append(long(-1), "xyz"...), func(r *reader) { _ = r.string() }},
		{"the longest text", long(math.MaxInt64), func(r *reader) { _ = r.string() }},
		{"more bytes than there are", long(2), func(r *reader) { r.bytes() }},
		{"more items than bytes", append(long(4), 1, 2, 3), func(r *reader) { r.block(0) }},
		{"too many items in all", append(long(2), 1, 2, 3), func(r *reader) { r.block(maxArrayItems - 1) }},
		{"a block of the least number", append(append(long(math.MinInt64), 0), 1, 2, 3), func(r *reader) { r.block(0) }},
		{"a number that does not end", []byte{0x80, 0x80}, func(r *reader) { r.long() }},
		{"a number of eleven bytes", []byte("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), func(r *reader) { r.long() }},
		{"an int of 33 bits", long(1 << 32), func(r *reader) { r.int() }},
		{"a truth that is neither", []byte{2}, func(r *reader) { r.bool() }},
		{"half a double", []byte{1, 2, 3, 4}, func(r *reader) { r.double() }},
		{"a branch that is not there", long(2), func(r *reader) { r.present() }},
		{"a symbol that is not there", long(3), func(r *reader) { readLeg(r) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newReader(tt.data)
			tt.read(&r)
			require.ErrorIs(t, r.end(), errMalformed)
		})
	}
}

// A short text of a large body does not keep the body in memory.
func TestTextsOfALargeBodyAreCopies(t *testing.T) {
	small, large := writer{}, writer{}
	small.string("kept")
	large.string("kept")
	large.string(strings.Repeat("x", maxSharedText))
	r := newReader(small.buf)
	require.NotEmpty(t, r.text)
	require.Equal(t, "kept", r.string())
	r = newReader(large.buf)
	require.Empty(t, r.text)
	require.Equal(t, "kept", r.string())
}

// Whatever the bytes: an error, or what the library makes of them.
func FuzzGenerated(f *testing.F) {
	c := mustCodecs(f)
	event, err := c.CarrierEvent.Encode(&sampleEvent)
	require.NoError(f, err)
	shipment, err := c.Shipment.Encode(&Shipment{Leg: LegForward, DeliveredPrecision: PrecisionDay, Registrations: []RegistrationState{{Tenant: "t"}}})
	require.NoError(f, err)
	endpoint, err := c.WebhookEndpoint.Encode(&WebhookEndpoint{Order: OrderShipment, State: EndpointEnabled, Types: []string{"a", "b"}, Headers: map[string]string{"a": "b"}})
	require.NoError(f, err)
	for _, seed := range [][]byte{event, shipment, endpoint} {
		f.Add(seed[soeSize:])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		same(t, c.CarrierEvent, data)
		same(t, c.Shipment, data)
		same(t, c.WebhookEndpoint, data)
	})
}

// BenchmarkCodec compares the generated functions with the library.
func BenchmarkCodec(b *testing.B) {
	c := mustCodecs(b).CarrierEvent
	data, err := c.newest.appendTo(nil, &sampleEvent)
	require.NoError(b, err)
	buf := make([]byte, 0, 2*len(data))
	for _, way := range []struct {
		name string
		run  func()
	}{
		{"write/generated", func() { _, err = c.form.append(buf, &sampleEvent) }},
		{"write/library", func() { _, err = c.newest.appendTo(buf, &sampleEvent) }},
		{"read/generated", func() { err = c.form.parse(data, new(CarrierEvent)) }},
		{"read/library", func() { err = c.newest.unmarshal(data, new(CarrierEvent)) }},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				way.run()
			}
		})
	}
	require.NoError(b, err)
}
