package roles

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/delivery"
	"waybill/sinks/webhook"
)

// One line tells all of a call that failed, and successes are for those who want
// to see everything.
func TestAttemptsAreTold(t *testing.T) {
	var lines bytes.Buffer
	hide := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	a := newAttempts(slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelInfo, ReplaceAttr: hide})))
	attempt := &delivery.Attempt{
		JobID: "msg_1", Number: 2, Tenant: "t", EndpointID: "ep_1", Carrier: "dhl", TrackingNumber: "00340", Trigger: "event",
		Call: delivery.Call{Secrets: []string{"whsec_secret"}, Body: []byte("body"), URL: "https://example.com/?key=secret"},
	}
	for _, reason := range []string{"", delivery.ReasonBusy, delivery.ReasonCanceled, webhook.ReasonRateLimited} {
		a.tell(t.Context(), attempt, &delivery.Outcome{
			Reason: reason, StatusCode: 429, Total: 3 * time.Second, FirstByte: 2 * time.Second, Connect: time.Millisecond,
			RetryAfter: time.Minute, Answer: "answer",
		})
	}
	require.Equal(t, `level=INFO msg="webhook attempt" webhook_id=msg_1 endpoint_id=ep_1 tenant=t carrier=dhl tracking_number=00340 trigger=event attempt=2 `+
		`outcome=failed reason=rate_limited status=429 dns=0s connect=1ms tls=0s first_byte=2s total=3s retry_after=1m0s`+"\n", lines.String())
}

// Every series is there from the start, and operators can read what it says.
func TestMetricsOfWebhooks(t *testing.T) {
	caller := webhook.New(webhook.Options{})
	defer caller.Close()
	a := newAttempts(slog.New(slog.DiscardHandler))
	g, registry := newLaneGauges(caller, a), prometheus.NewRegistry()
	require.NoError(t, registry.Register(g))
	a.tell(t.Context(), &delivery.Attempt{}, &delivery.Outcome{Reason: webhook.ReasonTimeout})
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	series := map[string]int{}
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		series[f.GetName()] = len(f.GetMetric())
		require.Contains(t, string(page), "| `"+f.GetName()+"` |")
	}
	require.Equal(t, map[string]int{
		"waybill_webhook_attempts_total": len(webhook.Reasons()) + 2, "waybill_webhook_attempt_seconds": 2,
		"waybill_webhook_calls_in_flight": 1, "waybill_webhook_calls_waiting": 1, "waybill_webhook_call_bytes": 1,
		"waybill_webhook_latency_seconds": 1, "waybill_webhook_turned_away_total": 5, "waybill_webhook_recalls_total": 1, "waybill_webhook_lanes": 3,
	}, series)
	for _, reason := range webhook.Reasons() {
		require.Contains(t, string(page), "`"+reason+"`")
	}
	require.Equal(t, 1, strings.Count(string(page), "| `waybill_webhook_attempts_total` |"))
}
