package api

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// unknownRoute is the label of requests that match no route.
const unknownRoute = "unknown"

// Why a key let nobody in: reasons of the metric.
const (
	keyMissing = "missing" // none was given
	keyUnknown = "unknown" // it is no key
	keyHeld    = "held"    // too many wrong ones came from that address before
)

// Why a connection was closed at once: reasons of the metric.
const (
	connectionsOfAll     = "all"     // there are as many as there may be
	connectionsOfAddress = "address" // one address has its share
)

type metrics struct {
	requests    *prometheus.CounterVec
	seconds     *prometheus.HistogramVec
	keysRefused *prometheus.CounterVec
	connections prometheus.Gauge
	turnedAway  *prometheus.CounterVec
}

// classes are the kinds of statuses, a label value each.
func classes() []string { return []string{"2xx", "3xx", "4xx", "5xx"} }

// newMetrics registers the metrics, with all their series. waiting tells how many
// clients wait for something new, bodyBytes what bodies in hand take.
func newMetrics(registerer prometheus.Registerer, routes []route, waiting func() int, bodyBytes func() int64) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_api_requests_total", Help: "Requests to the HTTP API by route and class of status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "waybill_api_request_seconds", Help: "Time to answer a request, by route.",
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, Buckets: prometheus.DefBuckets,
		}, []string{"route"}),
		keysRefused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_api_keys_refused_total", Help: "Requests that no key let in, by reason.",
		}, []string{"reason"}),
		connections: prometheus.NewGauge(prometheus.GaugeOpts{Name: "waybill_api_connections", Help: "Connections to the HTTP API."}),
		turnedAway: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_api_connections_refused_total", Help: "Connections that were closed at once since there were too many, by whose.",
		}, []string{"reason"}),
	}
	for _, reason := range []string{keyMissing, keyUnknown, keyHeld} {
		m.keysRefused.WithLabelValues(reason)
	}
	for _, reason := range []string{connectionsOfAll, connectionsOfAddress} {
		m.turnedAway.WithLabelValues(reason)
	}
	patterns := []string{unknownRoute}
	for _, r := range routes {
		patterns = append(patterns, r.pattern())
	}
	for _, pattern := range patterns {
		m.seconds.WithLabelValues(pattern)
		for _, class := range classes() {
			m.requests.WithLabelValues(pattern, class)
		}
	}
	bodies := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "waybill_api_body_bytes", Help: "Bytes that bodies of requests in hand take.",
	}, func() float64 { return float64(bodyBytes()) })
	gauge := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "waybill_api_waiting_clients", Help: "Clients that wait for something new: of the pull feed, and of look-ups.",
	}, func() float64 { return float64(waiting()) })
	for _, c := range []prometheus.Collector{m.requests, m.seconds, m.keysRefused, m.connections, m.turnedAway, bodies, gauge} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("registering the metrics of the API: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) observe(pattern string, status int, took time.Duration) {
	m.requests.WithLabelValues(pattern, classes()[min(max(status/100, 2), 5)-2]).Inc()
	m.seconds.WithLabelValues(pattern).Observe(took.Seconds())
}
