package roles

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/pipeline/delivery"
	"waybill/schemas"
	"waybill/sinks/webhook"
)

// attempts tells of each call that was made: a line in the log with all there is
// to know, and metrics (W14). docs/metrics.md lists them.
type attempts struct {
	log     *slog.Logger
	total   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	latency prometheus.Histogram
}

func newAttempts(log *slog.Logger) *attempts {
	a := &attempts{
		log: log,
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_webhook_attempts_total", Help: "Attempts at webhooks, by outcome and reason. Those of an aborted transaction count each time.",
		}, []string{"outcome", "reason"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "waybill_webhook_attempt_seconds", Help: "Time of a call, from its start to the end of the answer, by outcome.",
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, Buckets: prometheus.ExponentialBuckets(0.01, 2, 13),
		}, []string{"outcome"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "waybill_webhook_latency_seconds", Help: "Time from the arrival of a webhook on its topic to the end of the answer that took it, waits and retries included. Those that are sent again by hand do not count.",
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, Buckets: prometheus.ExponentialBuckets(0.05, 4, 12),
		}),
	}
	a.total.WithLabelValues(schemas.OutcomeDelivered, "")
	for _, reason := range append(webhook.Reasons(), delivery.ReasonBodyUnavailable) {
		a.total.WithLabelValues(schemas.OutcomeFailed, reason)
	}
	for _, outcome := range []string{schemas.OutcomeDelivered, schemas.OutcomeFailed} {
		a.seconds.WithLabelValues(outcome)
	}
	return a
}

// tell takes in what came of an attempt. What was not made, for want of room or
// because we stop, is none.
func (a *attempts) tell(ctx context.Context, attempt *delivery.Attempt, o *delivery.Outcome) {
	outcome, level := schemas.OutcomeDelivered, slog.LevelDebug
	switch o.Reason {
	case "":
	case delivery.ReasonBusy, delivery.ReasonCanceled:
		return
	default:
		outcome, level = schemas.OutcomeFailed, slog.LevelInfo
	}
	a.total.WithLabelValues(outcome, o.Reason).Inc()
	a.seconds.WithLabelValues(outcome).Observe(o.Total.Seconds())
	if outcome == schemas.OutcomeDelivered && !attempt.Call.Manual && !attempt.ArrivedAt.IsZero() {
		a.latency.Observe(max(0, o.StartedAt.Add(o.Total).Sub(attempt.ArrivedAt).Seconds()))
	}
	if !a.log.Enabled(ctx, level) {
		return
	}
	a.log.LogAttrs(ctx, level, "webhook attempt",
		slog.String("webhook_id", attempt.JobID), slog.String("endpoint_id", attempt.EndpointID), slog.String("tenant", attempt.Tenant),
		slog.String("carrier", attempt.Carrier), slog.String("tracking_number", attempt.TrackingNumber),
		slog.String("trigger", attempt.Trigger), slog.Int("attempt", attempt.Number),
		slog.String("outcome", outcome), slog.String("reason", o.Reason), slog.Int("status", o.StatusCode),
		slog.Duration("dns", o.DNS), slog.Duration("connect", o.Connect), slog.Duration("tls", o.TLS),
		slog.Duration("first_byte", o.FirstByte), slog.Duration("total", o.Total), slog.Duration("retry_after", o.RetryAfter))
}
