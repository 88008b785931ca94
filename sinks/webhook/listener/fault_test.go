package listener_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/sinks/webhook"
	"waybill/sinks/webhook/listener"
)

// deliver sends a webhook, for at most a while, and returns what came of it.
func (b *bench) deliver(id string) webhook.Response {
	return b.caller.Call(b.t.Context(), webhook.Request{
		ID: id, URL: b.server.URL, Secrets: []string{b.secret}, Body: []byte(event(id, "tracking.event", "r", 1)), Timeout: 1500 * time.Millisecond,
	})
}

func TestFaults(t *testing.T) {
	for name, test := range map[string]struct {
		faults listener.Faults
		want   webhook.Response // its fields that a receiver decides on
		taken  bool
	}{
		"none":          {listener.Faults{}, webhook.Response{StatusCode: 204}, true},
		"status":        {listener.Faults{Status: 500}, webhook.Response{StatusCode: 500, Reason: webhook.ReasonStatus5xx}, false},
		"other success": {listener.Faults{Status: 202}, webhook.Response{StatusCode: 202}, true},
		"delay":         {listener.Faults{Delay: time.Millisecond}, webhook.Response{StatusCode: 204}, true},
		"delayed status": {
			listener.Faults{Delay: time.Millisecond, Status: 404}, webhook.Response{StatusCode: 404, Reason: webhook.ReasonStatus4xx}, false,
		},
		"delay for too long": {listener.Faults{Delay: time.Hour}, webhook.Response{Reason: webhook.ReasonTimeout}, true},
		"hang":               {listener.Faults{Hang: true}, webhook.Response{Reason: webhook.ReasonTimeout}, false},
		"reset":              {listener.Faults{Reset: true}, webhook.Response{Reason: webhook.ReasonNoAnswer}, false},
		"drip":               {listener.Faults{Drip: true}, webhook.Response{StatusCode: 200}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBenchOf(t, test.faults)
			got := b.deliver("w1")
			require.Equal(t, test.want, webhook.Response{StatusCode: got.StatusCode, Reason: got.Reason})
			require.Equal(t, map[bool]int{true: 1}[test.taken], b.l.Snapshot().Webhooks)
			require.Equal(t, map[bool]int{false: 1}[test.taken], b.l.Snapshot().Failed)
		})
	}
}

// What met a fault is no repeat when it comes again.
func TestFaultsOfSomeCalls(t *testing.T) {
	for name, test := range map[string]struct {
		faults listener.Faults
		want   []int
	}{
		"the first two":           {listener.Faults{Status: 503, First: 2}, []int{503, 503, 204, 204, 204, 204, 204}},
		"every third":             {listener.Faults{Status: 503, Every: 3}, []int{204, 204, 503, 204, 204, 503, 204}},
		"every other of the five": {listener.Faults{Status: 503, Every: 2, First: 5}, []int{204, 503, 204, 503, 204, 204, 204}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBenchOf(t, test.faults)
			var got []int
			failed := 0
			for i, want := range test.want {
				got = append(got, b.deliver(fmt.Sprint("w", i)).StatusCode)
				if want == 503 {
					failed++
				}
			}
			require.Equal(t, test.want, got)
			s := b.l.Snapshot()
			require.Equal(t, []int{len(got), failed, len(got) - failed, 0}, []int{s.Verified, s.Failed, s.Webhooks, s.Repeated})
			require.Equal(t, 204, b.deliver("w0").StatusCode)
		})
	}
}

// A fault is for what is genuine: the rest is refused as ever.
func TestFaultsLeaveRefusalsAlone(t *testing.T) {
	b := newBenchOf(t, listener.Faults{Status: 500})
	b.secret = secretOf(t, 2)
	require.Equal(t, 401, b.deliver("w1").StatusCode)
}

func TestRetryAfter(t *testing.T) {
	b := newBenchOf(t, listener.Faults{Status: 429, RetryAfter: 1500 * time.Millisecond})
	body := []byte(`{"id":"w1"}`)
	res := b.answer(t, body, b.signed(t, "w1", time.Now(), body))
	require.Equal(t, 429, res.StatusCode)
	require.Equal(t, "2", res.Header.Get("Retry-After"))
}

// A listener that hangs lets go when its caller has gone.
func TestHangEnds(t *testing.T) {
	b := newBenchOf(t, listener.Faults{Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	b.onCall = func(listener.Call) { cancel() }
	res := b.caller.Call(ctx, webhook.Request{ID: "w1", URL: b.server.URL, Secrets: []string{b.secret}, Body: []byte(`{}`)})
	require.Equal(t, webhook.ReasonCanceled, res.Reason)
}

func TestFaultsThatCannotBeMeant(t *testing.T) {
	for _, f := range []listener.Faults{
		{Hang: true, Reset: true}, {Status: 500, Drip: true}, {Status: 99}, {Status: 600}, {Delay: -1}, {Status: 500, First: -1},
		{Status: 500, Every: -1}, {Status: 500, RetryAfter: -1}, {RetryAfter: time.Second}, {First: 1}, {Every: 2},
	} {
		_, err := listener.New(listener.Options{Secrets: []string{secretOf(t, 1)}, Faults: f})
		require.Error(t, err, f)
	}
}
