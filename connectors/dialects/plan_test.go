package dialects_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
)

// same holds that a payload in which nothing seems wrong is read as thoroughly
// as any other.
func same(t testing.TB, d *dialects.Dialect, payload []byte, reading *dialects.Reading, err error) {
	t.Helper()
	want, wrong := d.ParseThoroughly(payload, options(t))
	require.Equal(t, wrong, err)
	require.Equal(t, want, reading)
}

// All payloads, in all dialects.
func TestPlain(t *testing.T) {
	for name, payload := range samples(t) {
		if len(payload) > 1<<20 {
			continue
		}
		for _, d := range dialects.All() {
			reading, err := d.Parse(payload, options(t))
			same(t, d, payload, reading, err)
		}
		if d := dialects.Named(filepath.Dir(name)); d != nil && d.Name == "shippo" {
			broken(t, d, payload)
		}
	}
}

// broken reads a payload that ends early, and one with a byte too much, at each
// place.
func broken(t *testing.T, d *dialects.Dialect, payload []byte) {
	t.Helper()
	payload = payload[:min(len(payload), 2000)]
	for i := range payload {
		for _, changed := range []string{
			string(payload[:i]), string(payload[:i]) + "}" + string(payload[i:]), string(payload[:i]) + "\\" + string(payload[i:]),
			string(payload[:i]) + "\xff" + string(payload[i:]), string(payload[:i]) + "0" + string(payload[i:]), string(payload[:i]) + "," + string(payload[i:]),
		} {
			reading, err := d.Parse([]byte(changed), options(t))
			same(t, d, []byte(changed), reading, err)
		}
	}
}

// JSON that is written as nobody does, but may.
func TestPlainForms(t *testing.T) {
	const event = `{"status":"TRANSIT","status_details":"Moved","status_date":"2026-05-01T10:00:00Z"}`
	shippo, intersoft := dialects.Named("shippo"), dialects.Named("intersoft")
	for _, c := range []struct {
		of      *dialects.Dialect
		payload string
	}{
		{shippo, `{"data":{"carrier":"ups","tracking_number":-1.50e+7,"tracking_history":[` + event + `]}}`},
		{shippo, `{"data":{"carrier":"ups","tracking_number":01,"tracking_history":[` + event + `]}}`},
		{shippo, `{"data":{"carrier":"ups","tracking_number":1.,"tracking_history":[` + event + `]}}`},
		{shippo, `{"data":{"carrier":"ups","tracking_number":tru,"tracking_history":[` + event + `]}}`},
		{shippo, `{"data":{"carrier":"ups","tracking_number":true,"tracking_history":` + event + `}}`},
		{shippo, `{"data":[{"carrier":"ups","tracking_number":"1"},{"tracking_number":"2"}]}`},
		{shippo, `{"data":{"carrier":"ups","carrier":null,"tracking_number":"1","tracking_history":[` + event + `],"tracking_history":[]}}`},
		{shippo, `{"data":{"c\u0061rrier":"u\u0070s","tracking_number":"\ud83d\ude80","tracking_history":[` + event + `,]}}`},
		{shippo, `{"data":{"carrier":"\ud83d","tracking_number":"1","tracking_history":[` + event + `]}}`},
		{shippo, `{"data":{"carrier":"ups","tracking_number":"1","tracking_history":[null,` + event + `],"x":"\q"}}`},
		{shippo, `{"data":{"carrier":"ups","tracking_number":"1","tracking_history":[` + event + `],"x":` + strings.Repeat("[", 61) + strings.Repeat("]", 61) + `}}`},
		{shippo, `{"data":{"carrier":"ups","tracking_number":"1","tracking_history":[` + event + `],"x":` + strings.Repeat("[", 62) + strings.Repeat("]", 62) + `}}`},
		{shippo, `{"data":{"carrier":"ups","tracking_number":"1","tracking_history":[` + event + `],"x":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}}`},
		{shippo, ` {"data" : {"carrier":"ups","tracking_number":"1",` + "\r\n\t" + `"tracking_history": [ ` + event + ` ] } } `},
		{shippo, `{"data":{"carrier":"ups","tracking_number":"1","tracking_history":[` + event + `]}} {}`},
		{shippo, "\ufeff" + `{"data":{"carrier":"ups","tracking_number":"1","tracking_history":[` + event + `]}}`},
		{intersoft, `{"TRACKING-NUMBER":"1","Events":[{"event_code":"EVKSF","EVENTDATETIME":"2026-05-01T10:00:00Z","EventCode":"X"}]}`},
		{intersoft, `{"tracKingNumber":"1","eventſ":[{"event_code":"EVKSF","EVENTDATETIME":"2026-05-01T10:00:00Z"}]}`},
	} {
		reading, err := c.of.Parse([]byte(c.payload), options(t))
		same(t, c.of, []byte(c.payload), reading, err)
	}
}
