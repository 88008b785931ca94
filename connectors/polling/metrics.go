package polling

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Reasons for which a request ends without an answer, which are label values.
const (
	droppedNoAccount  = "no_account" // its tenant has none for that carrier
	droppedSuperseded = "superseded" // a newer one of its parcel came, or came while it was asked about
	droppedStale      = "stale"      // it waited until the rules asked again
	droppedFull       = "queue_full" // its account has more to ask than it may ask in that time
	droppedGivenUp    = "given_up"   // it was asked in vain several times
	droppedUnreadable = "unreadable" // its record cannot be read; it is with the dead letters
)

func dropReasons() []string {
	return []string{droppedNoAccount, droppedSuperseded, droppedStale, droppedFull, droppedGivenUp, droppedUnreadable}
}

// metrics are listed in docs/metrics.md. An account's label is tenant/name.
type metrics struct {
	asked   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	events  *prometheus.CounterVec
	dropped *prometheus.CounterVec
	waiting *prometheus.GaugeVec
	stopped *prometheus.GaugeVec
}

func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		asked: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_poll_asked_total", Help: "Parcels asked about, by account (tenant/name) and outcome.",
		}, []string{"account", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "waybill_poll_seconds", Help: "Time of a question, from its start to the end of the answer, by source.",
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, Buckets: prometheus.ExponentialBuckets(0.02, 2, 12),
		}, []string{"source"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_poll_events_total", Help: "Carrier events that answers told and Kafka has acknowledged, by account.",
		}, []string{"account"}),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_poll_dropped_total", Help: "Poll requests that ended without an answer, by reason.",
		}, []string{"reason"}),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "waybill_poll_waiting", Help: "Poll requests in hand that wait for their account, by account.",
		}, []string{"account"}),
		stopped: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "waybill_poll_stopped", Help: "1 while an account is not asked, but for a try now and then, because it was not answered or not accepted; else 0.",
		}, []string{"account"}),
	}
	for _, reason := range dropReasons() {
		m.dropped.WithLabelValues(reason)
	}
	for _, c := range []prometheus.Collector{m.asked, m.seconds, m.events, m.dropped, m.waiting, m.stopped} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("registering the metrics of polling: %w", err)
		}
	}
	return m, nil
}

// begin makes the series of an account.
func (m *metrics) begin(a *Account) {
	m.seconds.WithLabelValues(a.Source.Name)
	m.events.WithLabelValues(a.String())
	m.waiting.WithLabelValues(a.String())
	m.stopped.WithLabelValues(a.String())
	for _, outcome := range Outcomes() {
		m.asked.WithLabelValues(a.String(), string(outcome))
	}
}

// end takes them away.
func (m *metrics) end(a *Account) {
	label := prometheus.Labels{"account": a.String()}
	m.events.DeletePartialMatch(label)
	m.waiting.DeletePartialMatch(label)
	m.stopped.DeletePartialMatch(label)
	m.asked.DeletePartialMatch(label)
}

func (m *metrics) observe(a *Account, out *answer, took time.Duration) {
	m.seconds.WithLabelValues(a.Source.Name).Observe(took.Seconds())
	for i := range out.told {
		m.asked.WithLabelValues(a.String(), string(out.told[i].outcome)).Inc()
	}
}
