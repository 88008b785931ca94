package delivery

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// world runs the job on virtual time, as the runtime would: state is decoded
// before each call and encoded after it, keys are woken when they asked for
// it, and work is under way until it is answered.
type world struct {
	t         require.TestingT
	job       *Job
	begin     time.Time
	now       time.Time
	endpoints map[string]*schemas.WebhookEndpoint
	table     *schemas.EndpointTable
	state     map[string][]byte
	wakes     map[string]time.Time
	// cache keeps decoded values, as the runtime does while there is room, and
	// then state is not written; nil for none.
	cache  map[string]any
	open   []underWay
	offset int64
	// pilot says how each attempt ends, after the time that it takes; nil for
	// by hand.
	pilot func(Attempt) Outcome
	calls int // of the job
	// What was seen, in order.
	attempts []seenAttempt
	rows     []*schemas.WebhookAttempt
	signals  []*schemas.EndpointSignal
	lines    []string
}

// underWay is a call that has not ended. It ends by itself where due is set.
type underWay struct {
	key     string
	attempt Attempt
	due     time.Time
	outcome Outcome
}

type seenAttempt struct {
	Attempt
	at      time.Time
	refused bool // nothing was sent
}

func newTestJob(t require.TestingT) *Job {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	j, err := NewJob(Config{Codecs: codecs})
	require.NoError(t, err)
	return j
}

func newWorld(t require.TestingT, j *Job) *world {
	begin := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	return &world{
		t: t, job: j, begin: begin, now: begin,
		endpoints: map[string]*schemas.WebhookEndpoint{},
		state:     map[string][]byte{}, wakes: map[string]time.Time{},
	}
}

func enabled(id string) *schemas.WebhookEndpoint {
	return &schemas.WebhookEndpoint{
		EndpointID: id, Tenant: "shop", URL: "https://shop.example/" + id, State: schemas.EndpointEnabled,
		Order: schemas.OrderShipment, Dialect: "waybill", DialectVersion: "1",
		Secrets: []schemas.EndpointSecret{{Secret: "whsec_new"}},
	}
}

// put changes an endpoint, or drops it from the table.
func (w *world) put(id string, e *schemas.WebhookEndpoint) {
	if w.endpoints[id] = e; e == nil {
		delete(w.endpoints, id)
	}
	entries := map[string][]byte{}
	for id, e := range w.endpoints {
		value, err := w.job.cfg.Codecs.WebhookEndpoint.Encode(e)
		require.NoError(w.t, err)
		entries[id] = value
	}
	var err error
	w.table, err = schemas.NewEndpointTable(w.job.cfg.Codecs.WebhookEndpoint, entries)
	require.NoError(w.t, err)
	w.sweep(id)
}

// sweep wakes all keys of an endpoint, as the runtime does when the endpoint
// changes or its lane has room again.
func (w *world) sweep(id string) {
	for _, key := range slices.Sorted(maps.Keys(w.state)) {
		if strings.HasPrefix(key, id+"/") {
			w.call(key, w.job.Wake)
		}
	}
}

// send puts a job on the log and has it processed.
func (w *world) send(v *schemas.WebhookJob) {
	v.CreatedAt, v.Epoch = w.now, w.begin
	value, err := w.job.cfg.Codecs.WebhookJob.Encode(v)
	require.NoError(w.t, err)
	rec := job.Record{
		Position: job.Position{Topic: schemas.TopicWebhookJobs, Partition: 3, Offset: w.offset},
		Value:    value, Arrival: w.now,
	}
	w.offset++
	key, decoded, err := w.job.Decode(rec)
	require.NoError(w.t, err)
	in := job.Input{Record: rec, Key: key, Value: decoded, First: rec.Position, FirstArrival: rec.Arrival}
	w.call(key, func(c *job.Call) error { return w.job.Process(c, in) })
}

// answer ends an attempt that is under way.
func (w *world) answer(jobID string, o Outcome) bool {
	i := slices.IndexFunc(w.open, func(u underWay) bool { return u.attempt.JobID == jobID })
	if i >= 0 {
		w.finish(i, o)
	}
	return i >= 0
}

func (w *world) finish(i int, o Outcome) {
	u := w.open[i]
	w.open = slices.Delete(w.open, i, i+1)
	if o.Reason != ReasonBusy {
		o.StartedAt = w.now.Add(-o.Total)
	}
	w.call(u.key, func(c *job.Call) error {
		return w.job.Complete(c, Result{JobID: u.attempt.JobID, Number: u.attempt.Number, Outcome: o})
	})
}

// advance lets time go on to a moment. Calls end and keys are woken on the way.
func (w *world) advance(until time.Time) {
	for {
		key, at := "", until
		for k, t := range w.wakes {
			if t.Before(at) || t.Equal(at) && (key == "" || k < key) {
				key, at = k, t
			}
		}
		ends := -1
		for i, u := range w.open {
			if !u.due.IsZero() && !u.due.After(at) {
				ends, at = i, u.due
			}
		}
		if at.After(w.now) {
			w.now = at
		}
		switch {
		case ends >= 0:
			w.finish(ends, w.open[ends].outcome)
		case key != "":
			delete(w.wakes, key)
			w.call(key, w.job.Wake)
		default:
			return
		}
	}
}

// crash loses the calls that are under way.
func (w *world) crash() { w.open = nil }

// handOver cuts them off, as a rebalance does.
func (w *world) handOver() {
	for len(w.open) > 0 {
		w.finish(0, Outcome{Reason: ReasonCanceled})
	}
}

// call runs one call of the job and takes over what it asked for.
func (w *world) call(key string, run func(*job.Call) error) {
	w.calls++
	state := w.cache[key]
	if data, ok := w.state[key]; ok && state == nil {
		var err error
		state, err = w.job.DecodeState(data)
		require.NoError(w.t, err)
	}
	c := job.NewCall(key, 3, w.now, state, w.wakes[key], map[string]any{schemas.TopicWebhookEndpoints: w.table})
	require.NoError(w.t, run(c))
	if c.Changed() {
		delete(w.state, key)
		delete(w.cache, key)
		delete(w.wakes, key)
		if c.State != nil {
			w.keep(key, c.State)
			require.False(w.t, c.WakeAt.IsZero(), "webhooks are open and the key is never woken")
			w.wakes[key] = c.WakeAt
		}
	}
	for _, o := range c.Outputs() {
		w.take(key, o)
	}
	for _, request := range c.Work() {
		w.begun(key, request)
	}
}

func (w *world) keep(key string, state any) {
	if w.cache != nil {
		w.cache[key], w.state[key] = state, nil
		return
	}
	data, err := w.job.EncodeState(nil, state)
	require.NoError(w.t, err)
	w.state[key] = data
}

func (w *world) take(key string, o job.Output) {
	switch o.Topic {
	case schemas.TopicWebhookAttempts:
		row, err := w.job.cfg.Codecs.WebhookAttempt.Decode(o.Value)
		require.NoError(w.t, err)
		require.Equal(w.t, key, o.Key)
		w.rows = append(w.rows, row)
		w.print("row %s #%d %s%s", row.JobID, row.Attempt, row.Outcome, w.detail(row))
	case schemas.TopicEndpointSignals:
		s, err := w.job.cfg.Codecs.EndpointSignal.Decode(o.Value)
		require.NoError(w.t, err)
		require.Equal(w.t, s.Tenant, o.Key)
		w.signals = append(w.signals, s)
		w.print("signal %s %s #%d %s", s.EndpointID, s.Kind, s.Attempt, s.Reason)
	default:
		require.Fail(w.t, "an output nobody expects", o.Topic)
	}
}

func (w *world) detail(row *schemas.WebhookAttempt) string {
	text := ""
	if row.Reason != "" {
		text += " " + row.Reason
	}
	if row.StatusCode != 0 {
		text += " " + strconv.Itoa(row.StatusCode)
	}
	if row.NextAttemptAt != nil {
		text += " next at " + w.since(*row.NextAttemptAt)
	}
	return text
}

func (w *world) begun(key string, request any) {
	a, ok := request.(Attempt)
	require.True(w.t, ok, "work of another kind: %T", request)
	u := underWay{key: key, attempt: a}
	if w.pilot != nil {
		u.outcome = w.pilot(a)
		u.due = w.now.Add(u.outcome.Total)
	}
	w.attempts = append(w.attempts, seenAttempt{a, w.now, u.outcome.Reason == ReasonBusy})
	w.open = append(w.open, u)
	where := fmt.Sprintf("%d bytes", len(a.Call.Body))
	if a.BodyAt != nil {
		where = fmt.Sprintf("body at %s/%d/%d", a.BodyAt.Topic, a.BodyAt.Partition, a.BodyAt.Offset)
	}
	w.print("call %s #%d: %s, %s", a.JobID, a.Number, a.Call.URL, where)
	if u.due.Equal(w.now) {
		w.finish(len(w.open)-1, u.outcome)
	}
}

func (w *world) since(at time.Time) string { return at.Sub(w.begin).Round(time.Millisecond).String() }

func (w *world) print(format string, args ...any) {
	w.lines = append(w.lines, w.since(w.now)+" "+fmt.Sprintf(format, args...))
}

// printed returns the lines since the last call.
func (w *world) printed() string {
	text := strings.Join(w.lines, "\n")
	w.lines = nil
	return text
}
