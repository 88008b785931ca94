package delivery

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/delivery/schedule"
	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

func TestNewJobRefuses(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	for name, cfg := range map[string]Config{
		"no codecs":       {},
		"a wait of 0":     {Codecs: codecs, Schedule: schedule.Schedule{Waits: []time.Duration{time.Second, 0}, Deadline: time.Hour}},
		"a negative time": {Codecs: codecs, Timeout: -time.Second},
		"no deadline":     {Codecs: codecs, Schedule: schedule.Schedule{Waits: []time.Duration{time.Second}}},
	} {
		_, err := NewJob(cfg)
		require.ErrorContains(t, err, "making the delivery job", name)
	}
}

func TestDecode(t *testing.T) {
	j := newTestJob(t)
	for name, row := range map[string]struct {
		change func(*schemas.WebhookJob)
		key    string
		err    string
	}{
		"event":                 {func(*schemas.WebhookJob) {}, "ep/acme:1", ""},
		"canonical":             {func(v *schemas.WebhookJob) { v.Carrier, v.TrackingNumber = "ACME", "a-1" }, "ep/acme:A1", ""},
		"test":                  {func(v *schemas.WebhookJob) { v.Trigger, v.Carrier = schemas.TriggerTest, "" }, "ep/test", ""},
		"no job id":             {func(v *schemas.WebhookJob) { v.JobID = "" }, "", "job id"},
		"dot in the job id":     {func(v *schemas.WebhookJob) { v.JobID = "a.b" }, "", "job id"},
		"no endpoint":           {func(v *schemas.WebhookJob) { v.EndpointID = "" }, "", "endpoint id"},
		"slash in the endpoint": {func(v *schemas.WebhookJob) { v.EndpointID = "a/b" }, "", "endpoint id"},
		"no carrier":            {func(v *schemas.WebhookJob) { v.Carrier = "" }, "", "carrier"},
	} {
		t.Run(name, func(t *testing.T) {
			v := plain()
			row.change(v)
			value, err := j.cfg.Codecs.WebhookJob.Encode(v)
			require.NoError(t, err)
			key, _, err := j.Decode(job.Record{Value: value})
			if row.err != "" {
				require.ErrorContains(t, err, row.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, row.key, key)
		})
	}
	_, _, err := j.Decode(job.Record{Value: []byte("?")})
	var fault *schemas.DecodeError
	require.ErrorAs(t, err, &fault)
}

// plain is a webhook like any other.
func plain() *schemas.WebhookJob {
	return &schemas.WebhookJob{
		JobID: "j1", EndpointID: "ep", Tenant: "shop", Carrier: "acme", TrackingNumber: "1",
		Trigger: schemas.TriggerEvent, Body: []byte("{}"),
	}
}

// TestAttempt: a call has what its endpoint says at that time. Secrets that
// have expired no longer sign (W10).
func TestAttempt(t *testing.T) {
	w := newWorld(t, newTestJob(t))
	past, future := w.begin.Add(-time.Second), w.begin.Add(time.Second)
	e := enabled("ep")
	e.Headers, e.InFlight = map[string]string{"x-key": "value"}, 3
	e.Secrets = []schemas.EndpointSecret{{Secret: "new"}, {Secret: "old", ExpiresAt: &future}, {Secret: "older", ExpiresAt: &past}}
	w.put("ep", e)
	w.send(plain())
	require.Len(t, w.attempts, 1)
	require.Equal(t, Attempt{
		JobID: "j1", Number: 1, Tenant: "shop", EndpointID: "ep", Carrier: "acme", TrackingNumber: "1", Trigger: "event", ArrivedAt: w.now,
		Call: Call{
			ID: "j1", EndpointID: "ep", URL: "https://shop.example/ep", Headers: e.Headers, Secrets: []string{"new", "old"},
			Body: []byte("{}"), Timeout: 15 * time.Second, InFlight: 3, Fresh: true,
		},
	}, w.attempts[0].Attempt)
}

// TestWhoCalls: a call says by what its turn has come, for its lane counts only
// those that it may have asked for (W7).
func TestWhoCalls(t *testing.T) {
	w := newWorld(t, newTestJob(t))
	w.put("ep", enabled("ep"))
	w.send(plain())
	second := plain()
	second.JobID = "j2"
	w.send(second)
	w.answer("j1", Outcome{StatusCode: 200})
	w.answer("j2", Outcome{Reason: ReasonBusy})
	w.sweep("ep")
	var fresh, follows []bool
	for _, a := range w.attempts {
		fresh, follows = append(fresh, a.Call.Fresh), append(follows, a.Call.Follows)
	}
	require.Equal(t, []bool{true, false, false}, fresh)
	require.Equal(t, []bool{false, true, false}, follows, "the second came by the end of the first, then by its name")
}

// TestRow: a row says all there is to say of an attempt (W14).
func TestRow(t *testing.T) {
	w := newWorld(t, newTestJob(t))
	w.put("ep", enabled("ep"))
	w.send(&schemas.WebhookJob{
		JobID: "j1", EndpointID: "ep", Tenant: "shop", Carrier: "acme", TrackingNumber: "1", RegistrationID: "r1",
		Type: schemas.TypeDelivered, Sequence: 7, Trigger: schemas.TriggerEvent,
	})
	w.now = w.now.Add(40 * time.Millisecond)
	w.answer("j1", Outcome{
		DNS: time.Microsecond, Connect: 2 * time.Microsecond, TLS: 3 * time.Microsecond,
		FirstByte: 4 * time.Microsecond, Total: 40 * time.Millisecond, StatusCode: 503, Reason: "status_5xx", Answer: "later",
	})
	require.Len(t, w.rows, 1)
	due := w.wakes["ep/acme:1"]
	require.Equal(t, &schemas.WebhookAttempt{
		Tenant: "shop", EndpointID: "ep", JobID: "j1", Attempt: 1, Carrier: "acme", TrackingNumber: "1", Epoch: w.begin,
		RegistrationID: "r1", Type: schemas.TypeDelivered, Sequence: 7, Trigger: schemas.TriggerEvent,
		Outcome: schemas.OutcomeFailed, Reason: "status_5xx", StatusCode: 503, Response: "later", StartedAt: w.begin,
		DNSUS: 1, ConnectUS: 2, TLSUS: 3, FirstByteUS: 4, TotalUS: 40_000, CreatedAt: w.begin, NextAttemptAt: &due,
	}, w.rows[0])
}

// TestNothingSent: an attempt that never became a call counts as one made when
// it was asked for.
func TestNothingSent(t *testing.T) {
	w := newWorld(t, newTestJob(t))
	w.put("ep", enabled("ep"))
	w.send(plain())
	w.call("ep/acme:1", func(c *job.Call) error {
		return w.job.Complete(c, Result{JobID: "j1", Number: 1, Outcome: Outcome{Reason: ReasonBodyUnavailable}})
	})
	require.Len(t, w.rows, 1)
	require.Equal(t, w.begin, w.rows[0].StartedAt)
	require.WithinRange(t, w.wakes["ep/acme:1"], w.begin.Add(4*time.Second), w.begin.Add(6*time.Second))
}

// TestWaitIsFeltByTheWallClock: waits count from the end of the call by the
// wall clock, which stream time may lie behind, or from stream time, if the
// result came late.
func TestWaitIsFeltByTheWallClock(t *testing.T) {
	for name, row := range map[string]struct{ started, due time.Duration }{
		"stream time is behind":    {time.Hour, time.Hour + time.Second},
		"the result has come late": {-time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, newTestJob(t))
			w.put("ep", enabled("ep"))
			w.send(plain())
			w.call("ep/acme:1", func(c *job.Call) error {
				return w.job.Complete(c, Result{JobID: "j1", Number: 1, Outcome: Outcome{
					StartedAt: w.now.Add(row.started), Total: time.Second, StatusCode: 500, Reason: "status_5xx",
				}})
			})
			require.WithinRange(t, w.wakes["ep/acme:1"], w.now.Add(row.due+4*time.Second), w.now.Add(row.due+6*time.Second))
		})
	}
}

// The row that ends a webhook never stands before that of its last attempt, though
// stream time is behind the wall clock.
func TestEndStandsAfterTheLastAttempt(t *testing.T) {
	w := newWorld(t, newTestJob(t))
	w.put("ep", enabled("ep"))
	w.send(plain())
	began := w.now.Add(73 * time.Hour)
	w.call("ep/acme:1", func(c *job.Call) error {
		return w.job.Complete(c, Result{JobID: "j1", Number: 1, Outcome: Outcome{StartedAt: began, Total: time.Second, StatusCode: 500, Reason: "status_5xx"}})
	})
	require.Len(t, w.rows, 2)
	require.Equal(t, began, w.rows[0].StartedAt)
	require.Equal(t, ReasonDeadline, w.rows[1].Reason)
	require.Equal(t, began.Add(time.Second), w.rows[1].StartedAt)
}

// TestCompleteIgnores: the result of a call that nobody waits for, or waits
// for no longer, changes nothing.
func TestCompleteIgnores(t *testing.T) {
	delivered := Outcome{StatusCode: 200}
	for name, result := range map[string]Result{
		"another webhook":            {JobID: "other", Number: 1, Outcome: delivered},
		"an earlier attempt":         {JobID: "j1", Number: 1, Outcome: delivered},
		"a later attempt":            {JobID: "j1", Number: 3, Outcome: delivered},
		"an attempt that is to come": {JobID: "j1", Number: 2, Outcome: delivered},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, newTestJob(t))
			w.put("ep", enabled("ep"))
			w.send(plain())
			w.answer("j1", Outcome{StatusCode: 500, Reason: "status_5xx"})
			if name != "an attempt that is to come" {
				w.advance(w.now.Add(6 * time.Second))
				require.Len(t, w.open, 1)
			}
			before := w.state["ep/acme:1"]
			w.rows = nil
			w.call("ep/acme:1", func(c *job.Call) error {
				require.NoError(t, w.job.Complete(c, result))
				require.False(t, c.Changed())
				return nil
			})
			require.Empty(t, w.rows)
			require.Equal(t, before, w.state["ep/acme:1"])
		})
	}
}

func TestWrongKinds(t *testing.T) {
	j := newTestJob(t)
	c := job.NewCall("ep/acme:1", 0, time.Now(), nil, time.Time{}, nil)
	require.ErrorContains(t, j.Process(c, job.Input{Value: 1}), "int")
	require.ErrorContains(t, j.Complete(c, "done"), "string")
	_, err := j.EncodeState(nil, 1)
	require.ErrorContains(t, err, "int")
}

// TestRefusalOfAManual: that there is no room for what was sent by hand, which
// gets only what the others leave, ends none of the others (W7, W11).
func TestRefusalOfAManual(t *testing.T) {
	for trigger, ends := range map[string]int{schemas.TriggerManual: 0, schemas.TriggerEvent: 1} {
		w := newWorld(t, newTestJob(t))
		e := enabled("ep")
		e.Order, e.State = schemas.OrderNone, schemas.EndpointSuspended
		w.put("ep", e)
		overdue, refused := plain(), plain()
		refused.JobID, refused.Trigger = "j2", trigger
		q := &queue{Webhooks: []webhook{newWebhook(overdue, w.now.Add(-80*time.Hour), job.Position{}), newWebhook(refused, w.now, job.Position{})}}
		q.Webhooks[1].OpenSince = w.now
		w.keep("ep/acme:1", q)
		w.call("ep/acme:1", func(c *job.Call) error {
			return w.job.Complete(c, Result{JobID: "j2", Number: 1, Outcome: Outcome{Reason: ReasonBusy}})
		})
		require.Len(t, w.rows, ends, trigger)
	}
}

// FuzzDecodeState: bytes of any kind give a state or an error.
func FuzzDecodeState(f *testing.F) {
	j := newTestJob(f)
	body := []byte("{}")
	now := time.UnixMilli(1_800_000_000_000)
	seed, err := j.EncodeState(nil, &queue{Webhooks: []webhook{{JobID: "j1", Trigger: schemas.TriggerEvent, Body: &body, OpenSince: now}}})
	require.NoError(f, err)
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		state, err := j.DecodeState(data)
		if err != nil {
			return
		}
		_, err = j.EncodeState(nil, state)
		require.NoError(t, err)
	})
}

// BenchmarkFastPath is a webhook that is read, tried and delivered.
func BenchmarkFastPath(b *testing.B) {
	deliver := fastPath(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := deliver(); err != nil {
			b.Fatal(err)
		}
	}
}

// fastPath makes what takes one webhook from its record to its end.
func fastPath(t testing.TB) (deliver func() error) {
	w := newWorld(t, newTestJob(t))
	w.put("ep", enabled("ep"))
	v := plain()
	v.Body = make([]byte, 1500)
	value, err := w.job.cfg.Codecs.WebhookJob.Encode(v)
	require.NoError(t, err)
	tables := map[string]any{schemas.TopicWebhookEndpoints: w.table}
	done := Result{JobID: v.JobID, Number: 1, Outcome: Outcome{StartedAt: w.now, StatusCode: 200}}
	rec := job.Record{Value: value, Arrival: w.now}
	return func() error {
		key, decoded, err := w.job.Decode(rec)
		if err != nil {
			return err
		}
		c := job.NewCall(key, 3, w.now, nil, time.Time{}, tables)
		if err := w.job.Process(c, job.Input{Record: rec, Value: decoded, FirstArrival: w.now}); err != nil {
			return err
		}
		c = job.NewCall(key, 3, w.now, c.State, c.WakeAt, tables)
		if err := w.job.Complete(c, done); err != nil {
			return err
		}
		if c.State != nil {
			return errors.New("something is left of a webhook that was delivered")
		}
		return nil
	}
}
