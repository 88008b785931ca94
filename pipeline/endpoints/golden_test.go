package endpoints

import (
	"encoding/json"
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
//	signal [times=n]    an endpoint signal, likewise; as often as that
//	wait 1h             a time goes by
//	endpoint id=ep1     what everybody sees of one, but its health
//	table               what everybody sees
//
// In JSON, the time may be left out, the tenant is shop, an endpoint's URL and
// secret are made up unless given, a signal about a test is about the endpoint's
// last one, and a line is one record. A second goes by before each. Each call
// reads the state from bytes and writes it back.
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
					times := 1
					d.MaybeScanArgs(t, "times", &times)
					for range times {
						w.input(t, schemas.TopicEndpointSignals, d.Input)
					}
				case "wait":
					by, err := time.ParseDuration(d.CmdArgs[0].Key)
					require.NoError(t, err)
					w.now = w.now.Add(by)
				case "endpoint":
					var id string
					d.ScanArgs(t, "id", &id)
					w.printEndpoint(t, id)
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
	job      *Job
	now      time.Time
	state    map[string][]byte
	public   map[string][]byte // webhook-endpoints by key
	tests    map[string]string // the last test of each endpoint
	told     map[string]bool   // events that others are told of, by id
	attempts int
	lines    []string
}

func newWorld(j *Job) *world {
	return &world{job: j, now: time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC), state: map[string][]byte{}, public: map[string][]byte{}, tests: map[string]string{}, told: map[string]bool{}}
}

func (w *world) input(t require.TestingT, topic, lines string) {
	for line := range strings.Lines(lines) {
		w.now = w.now.Add(time.Second)
		w.record(t, topic, []byte(w.complete(t, topic, strings.TrimSpace(line))))
	}
}

// record hands a record to the job as it comes from its topic.
func (w *world) record(t require.TestingT, topic string, value []byte) {
	rec := job.Record{Position: job.Position{Topic: topic}, Value: value, Arrival: w.now}
	key, v, err := w.job.Decode(rec)
	if err != nil {
		w.print("dead letter: %v", err)
		return
	}
	w.call(t, key, job.Input{Record: rec, Key: key, Value: v, First: rec.Position, FirstArrival: rec.Arrival})
}

// complete adds what a script leaves out.
func (w *world) complete(t require.TestingT, topic, line string) string {
	fields := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(line), &fields))
	add := func(field string, value any) {
		if _, given := fields[field]; !given {
			fields[field] = value
		}
	}
	add("tenant", "shop")
	id, _ := fields["endpoint_id"].(string)
	if topic == schemas.TopicEndpointSignals {
		w.attempts++
		add("observed_at", w.now)
		if kind, _ := fields["kind"].(string); strings.HasPrefix(kind, "test") {
			add("job_id", w.tests[id])
		}
		add("job_id", "j")
		add("attempt", w.attempts)
	} else {
		add("requested_at", w.now)
		if fields["kind"] == schemas.CommandCreate {
			add("url", "https://shop.example/"+id)
			add("secret", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
		}
	}
	whole, err := json.Marshal(fields)
	require.NoError(t, err)
	return string(whole)
}

func (w *world) call(t require.TestingT, key string, in job.Input) {
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

func (w *world) take(t require.TestingT, o job.Output) {
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
		if slices.Contains(noticeTypes(), v.Type) {
			requireNotice(t, v.Body)
		}
		if v.Trigger == schemas.TriggerTest {
			w.tests[v.EndpointID] = v.JobID
		}
	case o.Topic == schemas.TopicEndpointEvents:
		v, err := w.job.cfg.Codecs.EndpointEvent.Decode(o.Value)
		require.NoError(t, err)
		require.Equal(t, v.Tenant, o.Key)
		if noticeType(v.Kind) != "" {
			require.False(t, w.told[v.EventID], "a second event %s has the id of one before", v.Kind)
			w.told[v.EventID] = true
		}
		w.print("event %s: %s, %s (%s)", v.EndpointID, v.Kind, v.State, v.Reason)
	default:
		require.Fail(t, "an output nobody expects", o.Topic)
	}
}

func (w *world) row(t require.TestingT, value []byte) *schemas.WebhookEndpoint {
	e, err := w.job.cfg.Codecs.WebhookEndpoint.Decode(value)
	require.NoError(t, err)
	return e
}

func describe(e *schemas.WebhookEndpoint) string {
	text := fmt.Sprintf("rev %d %s", e.Revision, e.State)
	if e.Reason != "" {
		text += fmt.Sprintf(" (%s)", e.Reason)
	}
	if e.Failures > 0 {
		text += fmt.Sprintf(", %d failures since %s %s", e.Failures, e.FailingSince.Format(time.TimeOnly), e.Health)
	}
	for _, s := range e.Secrets[min(1, len(e.Secrets)):] {
		text += ", a secret until " + s.ExpiresAt.Format(time.DateTime)
	}
	text += ", " + e.LastCommandID
	if e.LastError != "" {
		text += " refused: " + e.LastError
	}
	return text
}

func (w *world) printTable(t require.TestingT) {
	for _, key := range slices.Sorted(maps.Keys(w.public)) {
		e := w.row(t, w.public[key])
		dialect := ""
		if e.Dialect != body.DialectWaybill {
			dialect = " as " + e.Dialect + " " + e.DialectVersion
		}
		w.print("%s: %s %s %s%s", key, e.Tenant, e.URL, e.State, dialect)
	}
}

func (w *world) printEndpoint(t require.TestingT, id string) {
	e := w.row(t, w.public[id])
	text, err := json.Marshal(map[string]any{
		"url": e.URL, "description": e.Description, "types": e.Types, "dialect": e.Dialect + " " + e.DialectVersion, "secrets": len(e.Secrets),
		"in_flight": e.InFlight, "rate_limit": e.RateLimit, "schedule": e.Schedule, "schedule_name": e.ScheduleName, "deadline": e.Deadline,
		"state_since": e.StateSince,
	})
	require.NoError(t, err)
	w.print("%s", text)
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
