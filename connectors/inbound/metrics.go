package inbound

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/connectors/dialects"
	"waybill/connectors/inbound/proof"
)

// unknownSource is the label of webhooks to a source that takes none.
const unknownSource = "unknown"

type metrics struct {
	requests *prometheus.CounterVec
	refusals *prometheus.CounterVec
	events   *prometheus.CounterVec
	failures *prometheus.CounterVec
	seconds  prometheus.Histogram
}

// newMetrics registers the metrics, with all their series.
func newMetrics(registerer prometheus.Registerer, h *Handler) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_inbound_requests_total", Help: "Webhooks of carriers and platforms, by source and outcome.",
		}, []string{"source", "outcome"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_inbound_refusals_total", Help: "Webhooks that nothing proved the sender of, by reason.",
		}, []string{"reason"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_inbound_events_total", Help: "Carrier events published from webhooks, by source. Duplicates count: the rules drop them.",
		}, []string{"source"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_inbound_failures_total", Help: "What webhooks could not tell, or what could not be read of them, by reason.",
		}, []string{"reason"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "waybill_inbound_request_seconds", Help: "Time to answer a webhook, Kafka's acknowledgement among it.",
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, Buckets: prometheus.DefBuckets,
		}),
	}
	for _, source := range append(dialects.Names(), unknownSource) {
		m.events.WithLabelValues(source)
		for _, o := range outcomes() {
			m.requests.WithLabelValues(source, string(o))
		}
	}
	for _, reason := range proof.Reasons() {
		m.refusals.WithLabelValues(string(reason))
	}
	for _, reason := range dialects.Reasons() {
		m.failures.WithLabelValues(string(reason))
	}
	inHand := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "waybill_inbound_in_hand", Help: "Webhooks that are being taken.",
	}, func() float64 { return float64(h.inHand.taken.Load()) })
	for _, c := range []prometheus.Collector{m.requests, m.refusals, m.events, m.failures, m.seconds, inHand} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("registering the metrics of inbound webhooks: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) observe(c *call, took time.Duration) {
	m.requests.WithLabelValues(c.source, string(c.end)).Inc()
	m.seconds.Observe(took.Seconds())
	if c.events > 0 {
		m.events.WithLabelValues(c.source).Add(float64(c.events))
	}
	if c.end == unauthorized {
		m.refusals.WithLabelValues(string(c.reason)).Inc()
	}
}
