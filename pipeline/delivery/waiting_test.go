package delivery

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// TestWaitingCostsLittle: webhooks that wait for their endpoint, each of a
// shipment of its own, are looked at a few times in the first hours and then
// every eight hours: a million of them cost some 70 calls of the job a second
// while they are refused, and half of that while the endpoint is switched off.
func TestWaitingCostsLittle(t *testing.T) {
	const shipments, days = 100, 3
	for name, row := range map[string]struct {
		state string
		least float64 // calls an hour for each webhook, after the first day
		most  float64
	}{
		"no room":      {schemas.EndpointEnabled, 0.2, 0.3}, // asked, and refused
		"disabled":     {schemas.EndpointDisabled, 0.1, 0.15},
		"not answered": {schemas.EndpointUntested, 0.1, 0.15},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, newTestJob(t))
			w.pilot = func(Attempt) Outcome { return Outcome{Reason: ReasonBusy} }
			e := enabled("ep")
			e.State, e.Deadline = row.state, (10 * 24 * time.Hour).Milliseconds()
			w.put("ep", e)
			for i := range shipments {
				v := plain()
				v.JobID, v.TrackingNumber = fmt.Sprintf("%032x", i*7919), fmt.Sprint(i)
				w.send(v)
			}
			w.calls = 0
			w.advance(w.begin.Add(24 * time.Hour))
			require.Less(t, w.calls, shipments*18)
			w.calls = 0
			w.advance(w.begin.Add(days * 24 * time.Hour))
			hourly := float64(w.calls) / shipments / ((days - 1) * 24)
			require.Greater(t, hourly, row.least)
			require.Less(t, hourly, row.most)
			require.Empty(t, w.rows)
		})
	}
}

// TestWokenInVain: a wake-up that finds nothing to do leaves the state, and the
// key's timer, as they are.
func TestWokenInVain(t *testing.T) {
	for name, state := range map[string]string{"due later": schemas.EndpointEnabled, "under way": "", "disabled": schemas.EndpointDisabled} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, newTestJob(t))
			w.put("ep", enabled("ep"))
			w.send(plain())
			if state != "" {
				w.answer("j1", Outcome{StatusCode: 500, Reason: "status_5xx"})
				e := enabled("ep")
				e.State = state
				w.put("ep", e)
			}
			begun := len(w.attempts)
			for range 3 {
				w.call("ep/acme:1", func(c *job.Call) error {
					require.NoError(t, w.job.Wake(c))
					require.False(t, c.Changed())
					return nil
				})
			}
			require.Len(t, w.attempts, begun)
		})
	}
}

// BenchmarkWokenInVain is a key that looks again by itself whether its endpoint,
// which is switched off, takes its webhook: reading, looking, writing.
func BenchmarkWokenInVain(b *testing.B) {
	w := newWorld(b, newTestJob(b))
	e := enabled("ep")
	e.State = schemas.EndpointDisabled
	w.put("ep", e)
	v := plain()
	v.Body = make([]byte, 1500)
	w.send(v)
	tables := map[string]any{schemas.TopicWebhookEndpoints: w.table}
	data := w.state["ep/acme:1"]
	b.ReportAllocs()
	for b.Loop() {
		state, err := w.job.DecodeState(data)
		if err != nil {
			b.Fatal(err)
		}
		c := job.NewCall("ep/acme:1", 3, w.now.Add(time.Hour), state, w.now, tables)
		if err := w.job.Wake(c); err != nil || !c.Changed() {
			b.Fatal("the key does not sleep on", err)
		}
		if data, err = w.job.EncodeState(data[:0:0], c.State); err != nil {
			b.Fatal(err)
		}
	}
}
