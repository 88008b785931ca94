package tracking

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// storeCase is one of Kafka's cases for a store of values by the time of events
// that come in any order.
type storeCase struct {
	Name  string
	Steps []struct {
		Op      string
		Key     string
		Value   *string
		EventTS int64   `json:"event_ts"`
		AsOf    int64   `json:"as_of"`
		Expect  *string `json:"expect_value"`
		To      *int64  `json:"expect_valid_to"`
	}
}

// forgetful are the cases in which Kafka's store forgets what is older than its
// retention. A history here keeps what is late, however old (O4), so the last
// look-up of each finds the value that was put.
var forgetful = map[string]string{"shouldNotGetExpired": "v_old", "shouldGetExpiredIfLatestValue": "vo_old"}

// TestVersionedStore plays the cases with a millisecond as a second, which is
// what an event is known by (I2). A key is a parcel and a value a code; no value
// is a code too, for it hides the older one. A put at a known time is a revision
// (I4). What was so at a time is the last event of the history up to then.
func TestVersionedStore(t *testing.T) {
	var file struct{ Cases []storeCase }
	readCases(t, "kafka_versioned_store.json", &file)
	require.NotEmpty(t, file.Cases)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) { playStore(t, &c) })
	}
}

func playStore(t *testing.T, c *storeCase) {
	w := newWorld(t, func(cfg *Config) { cfg.ReorderHold = 0 })
	w.live = map[string]any{}
	number := map[string]string{"k": "A2", "ko": "B2"}
	codes := map[string]string{}
	now := beginning.Add(10 * day)
	for _, key := range []string{"k", "ko"} {
		w.register(now, &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: number[key]})
	}
	for i, s := range c.Steps {
		now = now.Add(time.Second)
		if s.Op == "put" {
			w.event(now, &schemas.CarrierEvent{
				Carrier: "sim", TrackingNumber: number[s.Key], RawCode: "put", Source: "store",
				Code: codeOfValue(codes, s.Value), OccurredAt: beginning.Add(time.Duration(s.EventTS) * time.Second),
			})
			continue
		}
		until := now
		if s.Op == "get_as_of" {
			until = beginning.Add(time.Duration(s.AsOf) * time.Second)
		}
		want := s.Expect
		if kept, forgets := forgetful[c.Name]; forgets && want == nil {
			want = &kept
		}
		code, to := asOf(w.live["sim:"+number[s.Key]].(*State), until)
		if want == nil {
			require.Contains(t, []string{"", codeOfValue(codes, nil)}, code, "step %d", i)
			continue
		}
		require.Equal(t, codeOfValue(codes, want), code, "step %d", i)
		if s.To != nil {
			require.Equal(t, beginning.Add(time.Duration(*s.To)*time.Second), utc(to), "step %d", i)
		}
	}
}

// codeOfValue gives each value a code of its own.
func codeOfValue(codes map[string]string, value *string) string {
	if value == nil {
		return "info.label_created"
	}
	if codes[*value] == "" {
		codes[*value] = []string{
			"transit.picked_up", "transit.accepted", "transit.arrived_facility", "transit.departed_facility", "transit.processing", "transit.moving",
		}[len(codes)]
	}
	return codes[*value]
}

// asOf is the code of the last event up to a time, and when the next occurred.
func asOf(s *State, until time.Time) (code string, to int64) {
	for _, e := range s.newest().history {
		if e.occurred > until.UnixMilli() {
			return code, e.occurred
		}
		code = e.code
	}
	return code, 0
}

// TestLateEvents plays Kafka's case of counts in windows of time with a grace.
// Every event counts here when it comes, as in Kafka's running counts. What Kafka
// drops, because its window and the grace are over, is late, and kept (O4).
func TestLateEvents(t *testing.T) {
	var file struct {
		Cases []struct {
			Size    int64 `json:"size_ms"`
			Input   [][2]any
			Updates [][2]any
			Final   [][2]any
		}
	}
	readCases(t, "kafka_late_events.json", &file)
	c := file.Cases[0]
	w := newWorld(t, func(cfg *Config) { cfg.ReorderHold = 0 })
	w.live = map[string]any{}
	w.register(beginning, &schemas.Registration{Tenant: "acme", Carrier: "sim", TrackingNumber: "A2"})
	var streamTime time.Time
	var decision string
	for i, in := range c.Input {
		seconds := int(in[1].(float64))
		at := beginning.Add(time.Duration(seconds) * time.Second)
		streamTime = later(streamTime, at)
		decision = w.event(streamTime, &schemas.CarrierEvent{
			Carrier: "sim", TrackingNumber: "A2", Code: "transit.moving", RawCode: "count", Ordinal: i, Source: "counter", OccurredAt: at,
		}).decisions[0].Decision
		if i < len(c.Updates) {
			window := c.Updates[i][0].(string)
			require.EqualValues(t, c.Updates[i][1], w.countIn(t, window), "%s after %d events", window, i+1)
		}
	}
	require.Len(t, c.Input, len(c.Updates)+1)
	require.Equal(t, schemas.DecisionLate, decision, "what Kafka drops")
	for _, f := range c.Final {
		window, want := f[0].(string), int(f[1].(float64))
		if window == "k1@0/2" {
			want++ // the one that Kafka drops
		}
		require.Equal(t, want, w.countIn(t, window), window)
	}
}

// countIn counts the events of the history in a window of Kafka's case, which is
// written k1@<from>/<to>.
func (w *world) countIn(t *testing.T, window string) int {
	var from, to int
	_, err := fmt.Sscanf(window, "k1@%d/%d", &from, &to)
	require.NoError(t, err)
	n := 0
	for _, e := range w.live["sim:A2"].(*State).newest().history {
		second := int(utc(e.occurred).Sub(beginning).Seconds())
		if from <= second && second < to {
			n++
		}
	}
	return n
}

func readCases(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata/conformance", name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

// TestEventIdentity holds I2 against the events of EPCIS that have a canonical
// form: however the time is written and wherever it happened, an event is the
// same, and the documents' different events differ.
func TestEventIdentity(t *testing.T) {
	const folder = "../../../shared/data/conformance/epcis_event_identity/"
	files, err := filepath.Glob(folder + "*.jsonld")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skipf("the cases of EPCIS are not in %s", folder)
	}
	for _, file := range files {
		var document struct {
			Body struct {
				Events []struct{ EventTime, EventTimeZoneOffset, BizStep string } `json:"eventList"`
			} `json:"epcisBody"`
		}
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &document))
		canonical, err := os.ReadFile(strings.TrimSuffix(file, ".jsonld") + ".prehashes")
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(string(canonical)), "\n")
		require.Len(t, lines, len(document.Body.Events))
		var ids []uint64
		for i, e := range document.Body.Events {
			written := epcisEvent(t, e.EventTime, e.EventTimeZoneOffset, e.BizStep)
			utcForm := epcisEvent(t, regexp.MustCompile(`eventTime=(\S+Z)eventTime`).FindStringSubmatch(lines[i])[1], "+00:00", strings.ToUpper(e.BizStep))
			utcForm.Location = &schemas.Location{Name: "elsewhere"}
			id, weak := identify("sim:A2", 1, written)
			require.False(t, weak)
			same, _ := identify("sim:A2", 1, utcForm)
			require.Equal(t, id, same, "%s as written and in its canonical form", lines[i])
			ids = append(ids, id)
		}
		slices.Sort(ids)
		require.Len(t, slices.Compact(ids), len(lines), "different events differ")
	}
}

func epcisEvent(t *testing.T, at, zone, step string) *schemas.CarrierEvent {
	t.Helper()
	occurred, err := time.Parse(time.RFC3339Nano, at)
	require.NoError(t, err)
	return &schemas.CarrierEvent{
		Carrier: "sim", TrackingNumber: "A2", RawCode: step, OccurredAt: occurred, OccurredZone: zone,
		OccurredPrecision: schemas.PrecisionSecond, OccurredText: at,
	}
}
