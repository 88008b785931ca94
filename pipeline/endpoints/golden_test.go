package endpoints

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/tracking/body"
	"waybill/schemas"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// TestGolden plays the scripts in testdata, each named after its rule. The
// commands:
//
//	command             an endpoint command as JSON, as producers may send it
//	signal              an endpoint signal, likewise
//	table               what everybody sees
//
// In JSON, the time may be left out, the tenant is shop, an endpoint's URL and
// secret are made up unless given, and a line is one record. Each call reads
// the state from bytes and writes it back.
func TestGolden(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	j := newTestJob(t)
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".txt"), func(t *testing.T) {
			w := newWorld(j)
			datadriven.RunTest(t, script, func(t *testing.T, d *datadriven.TestData) string {
				switch d.Cmd {
				case "command":
					w.input(t, schemas.TopicEndpointCommands, d.Input)
				case "signal":
					w.input(t, schemas.TopicEndpointSignals, d.Input)
				case "table":
					w.printTable(t)
				default:
					d.Fatalf(t, "there is no command %s", d.Cmd)
				}
				return w.printed()
			})
		})
	}
}

func newTestJob(t testing.TB) *Job {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	model, err := status.Default()
	require.NoError(t, err)
	codes, err := codemap.Default(model)
	require.NoError(t, err)
	dialects, err := body.NewDialects(codes)
	require.NoError(t, err)
	j, err := NewJob(Config{Codecs: codecs, Dialects: dialects, Statuses: []string{"IN_TRANSIT", "DELIVERED"}, MaxEndpoints: 3, MaxRecent: 4})
	require.NoError(t, err)
	return j
}

// world runs the job as the runtime would.
type world struct {
	job    *Job
	now    time.Time
	state  map[string][]byte
	public map[string][]byte // webhook-endpoints by key
	lines  []string
}

func newWorld(j *Job) *world {
	return &world{job: j, now: time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC), state: map[string][]byte{}, public: map[string][]byte{}}
}

func (w *world) input(t *testing.T, topic, lines string) {
	for line := range strings.Lines(lines) {
		w.now = w.now.Add(time.Second)
		rec := job.Record{Position: job.Position{Topic: topic}, Value: []byte(complete(topic, strings.TrimSpace(line))), Arrival: w.now}
		key, value, err := w.job.Decode(rec)
		if err != nil {
			w.print("dead letter: %v", err)
			continue
		}
		w.call(t, key, job.Input{Record: rec, Key: key, Value: value, First: rec.Position, FirstArrival: rec.Arrival})
	}
}

// complete adds what a script leaves out.
func complete(topic, line string) string {
	add := func(field, value string) {
		if !strings.Contains(line, `"`+field+`"`) {
			line = strings.Replace(line, "{", fmt.Sprintf("{%q: %q, ", field, value), 1)
		}
	}
	add("tenant", "shop")
	if topic == schemas.TopicEndpointSignals {
		add("observed_at", "2026-05-04T10:00:00Z")
		add("job_id", "j")
		return line
	}
	add("requested_at", "2026-05-04T10:00:00Z")
	if strings.Contains(line, `"create"`) {
		add("url", "https://shop.example/"+line[strings.Index(line, "ep"):][:3])
		add("secret", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
	}
	return line
}

func (w *world) call(t *testing.T, key string, in job.Input) {
	var state any
	if data, ok := w.state[key]; ok {
		var err error
		state, err = w.job.DecodeState(data)
		require.NoError(t, err)
	}
	table, err := schemas.NewEndpointTable(w.job.cfg.Codecs.WebhookEndpoint, w.public)
	require.NoError(t, err)
	c := job.NewCall(key, 0, w.now, state, time.Time{}, map[string]any{schemas.TopicWebhookEndpoints: table})
	require.NoError(t, w.job.Process(c, in))
	require.Empty(t, c.Work())
	require.True(t, c.WakeAt.IsZero())
	if c.Changed() {
		w.state[key], err = w.job.EncodeState(nil, c.State)
		require.NoError(t, err)
	}
	for _, o := range c.Outputs() {
		w.take(t, o)
	}
}

func (w *world) take(t *testing.T, o job.Output) {
	switch {
	case o.Topic == schemas.TopicWebhookEndpoints && o.Value == nil:
		delete(w.public, o.Key)
		w.print("%s: null", o.Key)
	case o.Topic == schemas.TopicWebhookEndpoints:
		w.public[o.Key] = o.Value
		w.print("%s: %s", o.Key, describe(w.row(t, o.Value)))
	case o.Topic == schemas.TopicWebhookJobs:
		v, err := w.job.cfg.Codecs.WebhookJob.Decode(o.Value)
		require.NoError(t, err)
		w.print("job %s: %s %s %s", o.Key, v.Trigger, v.JobID, v.Body)
	default:
		require.Fail(t, "an output nobody expects", o.Topic)
	}
}

func (w *world) row(t *testing.T, value []byte) *schemas.WebhookEndpoint {
	e, err := w.job.cfg.Codecs.WebhookEndpoint.Decode(value)
	require.NoError(t, err)
	return e
}

func describe(e *schemas.WebhookEndpoint) string {
	text := fmt.Sprintf("rev %d %s", e.Revision, e.State)
	if e.Reason != "" {
		text += fmt.Sprintf(" (%s)", e.Reason)
	}
	text += ", " + e.LastCommandID
	if e.LastError != "" {
		text += " refused: " + e.LastError
	}
	return text
}

func (w *world) printTable(t *testing.T) {
	for _, key := range slices.Sorted(maps.Keys(w.public)) {
		e := w.row(t, w.public[key])
		dialect := ""
		if e.Dialect != body.DialectWaybill {
			dialect = " as " + e.Dialect + " " + e.DialectVersion
		}
		w.print("%s: %s %s %s%s", key, e.Tenant, e.URL, e.State, dialect)
	}
}

func (w *world) print(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

// printed returns the lines since the last call.
func (w *world) printed() string {
	text := strings.Join(w.lines, "\n")
	w.lines = nil
	return text
}
