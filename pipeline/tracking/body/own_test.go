package body

import (
	"encoding/json"
	"math/rand"
	"reflect"
	"testing"
	"testing/quick"
	"time"

	"github.com/stretchr/testify/require"
)

// awkward are texts that JSON escapes, or must not.
var awkward = []string{"", "plain", "Müller", `say "no"`, `back\slash`, "line\nend", "\x00\x1f\x7f", "\u2028\u2029", "\xff\xfe broken", "<a&b>", "日本 \U0001f4e6"}

// filled gives a value of a type whose every field is by chance something or
// nothing.
func filled(of reflect.Type, r *rand.Rand) reflect.Value {
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.Struct:
		if of == reflect.TypeFor[time.Time]() {
			return reflect.ValueOf(time.UnixMilli(r.Int63n(4e12)).UTC())
		}
		for i := range v.NumField() {
			v.Field(i).Set(filled(of.Field(i).Type, r))
		}
	case reflect.Pointer:
		if r.Intn(3) > 0 {
			v.Set(reflect.New(of.Elem()))
			v.Elem().Set(filled(of.Elem(), r))
		}
	case reflect.Slice:
		if n := r.Intn(4); n > 0 {
			v.Set(reflect.MakeSlice(of, n-1, n-1))
		}
		for i := range v.Len() {
			v.Index(i).Set(filled(of.Elem(), r))
		}
	case reflect.Map:
		if r.Intn(2) > 0 {
			v.Set(reflect.MakeMap(of))
			for range r.Intn(4) {
				v.SetMapIndex(filled(of.Key(), r), filled(of.Elem(), r))
			}
		}
	case reflect.String:
		v.SetString(awkward[r.Intn(len(awkward))])
	default:
		number, _ := quick.Value(of, r)
		return number
	}
	return v
}

// The functions write what the tags say: each field, in the same form.
func TestOwnFormIsThatOfTheTags(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 2000 {
		w, ok := reflect.TypeAssert[Webhook](filled(reflect.TypeFor[Webhook](), r))
		require.True(t, ok)
		require.Equal(t, string(toJSON(&w)), string(Append(nil, &w)))
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	w := largeWebhook(256)
	got := Append([]byte("before"), w)
	require.Equal(t, "before", string(got[:6]))
	require.Equal(t, string(Append(nil, w)), string(got[6:]))
	require.True(t, json.Valid(got[6:]))
}
