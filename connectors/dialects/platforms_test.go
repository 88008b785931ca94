package dialects_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// shapes make the payload of a platform that tells one event with a code and a
// status.
var shapes = map[string]func(code, status string) string{
	"shippo": func(code, status string) string {
		return fmt.Sprintf(`{"carrier":"x","tracking_number":"1","tracking_history":[{"status":%q,"substatus":{"code":%q},"status_date":"2026-05-01T10:00:00Z"}]}`, status, code)
	},
	"shipengine": func(code, status string) string {
		return fmt.Sprintf(`{"tracking_number":"1","carrier_code":"x","events":[{"status_code":%q,"status_detail_code":%q,"event_code":"C7","occurred_at":"2026-05-01T10:00:00Z"}]}`, status, code)
	},
	"easypost": func(code, status string) string {
		return fmt.Sprintf(`{"object":"Tracker","tracking_code":"1","carrier":"x","tracking_details":[{"status":%q,"status_detail":%q,"carrier_code":"C7","datetime":"2026-05-01T10:00:00Z"}]}`, status, code)
	},
	"aftership": func(code, status string) string {
		return fmt.Sprintf(`{"event":"tracking_update","msg":{"tracking_number":"1","slug":"x","checkpoints":[{"tag":%q,"subtag":%q,"raw_tag":"C7","checkpoint_time":"2026-05-01T10:00:00Z"}]}}`, status, code)
	},
	"17track": func(code, status string) string {
		return fmt.Sprintf(`{"event":"TRACKING_UPDATED","data":{"number":"1","carrier":7,"track_info":{"tracking":{"providers":[{"events":[{"stage":%q,"sub_status":%q,"time_iso":"2026-05-01T10:00:00Z"}]}]}}}}`, status, code)
	},
	"trackingmore": func(code, status string) string {
		return fmt.Sprintf(`{"data":{"tracking_number":"1","courier_code":"x","origin_info":{"trackinfo":[{"checkpoint_delivery_status":%q,"checkpoint_delivery_substatus":%q,"checkpoint_date":"2026-05-01 10:00:00"}]}}}`, status, code)
	},
	"clickpost": func(code, status string) string {
		ndr := "null"
		if reason, ok := strings.CutPrefix(code, "NDR"); ok {
			status, ndr = "9", reason
		} else {
			status = code + status
		}
		return fmt.Sprintf(`{"waybill":"1","cp_id":4,"clickpost_status_code":%s,"timestamp":"2026-05-01T10:00:00Z","additional":{"ndr_status_code":%s}}`, status, ndr)
	},
	"intersoft": func(code, _ string) string {
		return fmt.Sprintf(`{"trackingNumber":"1","events":[{"eventCode":%q,"eventDateTime":"2026-05-01T10:00:00Z"}]}`, code)
	},
}

// Each code of a platform comes out as its map says, whatever the shape and
// whether the carrier's own code stands beside it; so does each status alone.
func TestCodesOfPlatforms(t *testing.T) {
	model, maps := knowledge(t)
	for dialect, shape := range shapes {
		source := sourceOf(t, maps, dialect)
		for _, line := range source.Codes {
			want := line.Value
			if dialect == "clickpost" && want == status.CodeUnmapped {
				want = "attempt.failed" // no reason given
			}
			require.Equal(t, want, coded(t, dialect, shape(line.Key, statusFor(model, source, line.Value))), "%s %s", dialect, line.Key)
		}
		for _, line := range source.Statuses {
			require.Equal(t, line.Value, coded(t, dialect, shape("", line.Key)), "%s %s alone", dialect, line.Key)
		}
	}
}

func sourceOf(t testing.TB, maps *codemap.Maps, dialect string) *codemap.Source {
	t.Helper()
	for _, s := range maps.Sources() {
		if s.Name == dialect || dialect == "intersoft" && s.Name == "royal-mail" {
			return s
		}
	}
	require.Fail(t, "there is no map", dialect)
	return nil
}

// statusFor is a status that may stand beside a code: one of its main status, or
// else the vaguest.
func statusFor(model *status.Model, source *codemap.Source, code string) string {
	for _, line := range source.Statuses {
		if model.Code(line.Value).Status == model.Code(code).Status {
			return line.Key
		}
	}
	return map[string]string{"easypost": "in_transit", "shippo": "TRANSIT", "shipengine": "IT"}[source.Name]
}

// coded gives the code of the only event of a payload.
func coded(t testing.TB, dialect, payload string) string {
	t.Helper()
	_, maps := knowledge(t)
	reading, err := dialects.Parse(dialect, []byte(payload), options(t))
	require.NoError(t, err)
	require.Empty(t, reading.Failures)
	require.Len(t, reading.Events, 1)
	e := reading.Events[0]
	code, _, ok := maps.Lookup(e.Source, e.Carrier, e.RawCode, e.RawStatus, e.Description)
	require.True(t, ok, "%s: %q %q", dialect, e.RawCode, e.RawStatus)
	return code
}

// An answer about a parcel that does not repeat it is that parcel's, and so is
// what the source could not tell.
func TestAnswersToAQuestion(t *testing.T) {
	o := options(t)
	o.Way, o.Number, o.Carrier = dialects.Poll, "1Z5R89390357567127", "UPS"
	for _, c := range []struct {
		dialect, payload string
		want             dialects.Reason // empty: an event
	}{
		{"shippo", `{"tracking_history":[{"status":"TRANSIT","status_date":"2026-05-01T10:00:00Z"}]}`, ""},
		{"shippo", `{"detail":"Not found."}`, dialects.ReasonNotFound},
		{"shipengine", `{"status_code":"IT","events":[{"occurred_at":"2026-05-01T10:00:00Z"}]}`, ""},
		{"shipengine", `{"status_code":"NY"}`, dialects.ReasonNotFound},
		{"shipengine", `{"errors":[{"error_code":"unauthorized","message":"x"}]}`, dialects.ReasonUnauthorized},
		{"easypost", `{"error":{"code":"RATE_LIMITED","message":"x"}}`, dialects.ReasonRateLimited},
		{"aftership", `{"meta":{"code":200},"data":{"checkpoint":{"checkpoint_time":"2026-05-01T10:00:00Z"}}}`, ""},
		{"clickpost", `{"meta":{"status":200},"result":{"1Z5R89390357567127":{"scans":[{"timestamp":"2026-05-01 10:00:00"}]}}}`, ""},
	} {
		reading, err := dialects.Parse(c.dialect, []byte(c.payload), o)
		require.NoError(t, err, c.payload)
		if c.want != "" {
			require.Empty(t, reading.Events, c.payload)
			require.Len(t, reading.Failures, 1, c.payload)
			require.Equal(t, []any{c.want, "ups", o.Number}, []any{reading.Failures[0].Reason, reading.Failures[0].Carrier, reading.Failures[0].TrackingNumber}, c.payload)
			continue
		}
		require.Len(t, reading.Events, 1, c.payload)
		e := reading.Events[0]
		require.Equal(t, []string{"ups", o.Number, c.dialect + "-poll", "poll"}, []string{e.Carrier, e.TrackingNumber, e.Source, e.SourceKind})
	}
	for dialect := range shapes {
		_, err := dialects.Parse(dialect, []byte(`{"a":1}`), o)
		require.ErrorContains(t, err, dialects.WrongDialect, dialect)
	}
}

// Payloads may be read at the same time.
func TestParseAtOnce(t *testing.T) {
	o := options(t)
	var all sync.WaitGroup
	for name, payload := range samples(t) {
		d := dialects.Named(filepath.Dir(name))
		want, wrong := d.Parse(payload, o)
		for range 3 {
			all.Go(func() {
				got, err := d.Parse(payload, o)
				assert.Equal(t, wrong, err, name)
				assert.Equal(t, want, got, name)
			})
		}
	}
	all.Wait()
}

// The index of the connectors has every dialect, and a link to every page.
func TestIndexOfConnectors(t *testing.T) {
	folder := filepath.Join("..", "..", "docs", "connectors")
	index, err := os.ReadFile(filepath.Join(folder, "README.md"))
	require.NoError(t, err)
	for _, name := range dialects.Names() {
		require.Contains(t, string(index), "`"+name+"`", "add a row to docs/connectors/README.md")
	}
	pages, err := filepath.Glob(filepath.Join(folder, "*.md"))
	require.NoError(t, err)
	for _, page := range pages {
		if name := filepath.Base(page); name != "README.md" {
			require.Contains(t, string(index), "("+name+")", "link it from docs/connectors/README.md")
		}
	}
}
