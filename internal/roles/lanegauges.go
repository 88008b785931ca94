package roles

import (
	"github.com/prometheus/client_golang/prometheus"

	"waybill/sinks/webhook"
)

// laneGauges show how calls get on with the lanes of their endpoints (W7), read
// off when somebody asks. docs/metrics.md lists them.
type laneGauges struct {
	inFlight, waiting, bytes, turnedAway, recalls, lanes *prometheus.Desc

	caller   *webhook.Caller
	attempts *attempts
}

func newLaneGauges(caller *webhook.Caller, a *attempts) *laneGauges {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("waybill_webhook_"+name, help, labels, nil)
	}
	return &laneGauges{
		inFlight:   desc("calls_in_flight", "Calls under way."),
		waiting:    desc("calls_waiting", "Calls that wait for a seat, for 5 s at most."),
		bytes:      desc("call_bytes", "Bytes of the bodies of both. One that is still to be read counts as the largest that there is."),
		turnedAway: desc("turned_away_total", "Calls that found no room, by what was in the way. Their webhooks wait in the queue.", "cause"),
		recalls:    desc("recalls_total", "Times that webhooks of an endpoint were asked for, because it had room again."),
		lanes:      desc("lanes", "Endpoints that were called of late, by the state of their breakers.", "breaker"),
		caller:     caller, attempts: a,
	}
}

// Describe implements prometheus.Collector.
func (g *laneGauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.inFlight, g.waiting, g.bytes, g.turnedAway, g.recalls, g.lanes} {
		ch <- d
	}
	g.attempts.total.Describe(ch)
	g.attempts.seconds.Describe(ch)
	g.attempts.latency.Describe(ch)
}

// Collect implements prometheus.Collector.
func (g *laneGauges) Collect(ch chan<- prometheus.Metric) {
	s := g.caller.Stats()
	gauge := func(d *prometheus.Desc, value int, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value), labels...)
	}
	gauge(g.inFlight, s.InFlight)
	gauge(g.waiting, s.Waiting)
	gauge(g.bytes, s.Bytes)
	gauge(g.lanes, s.Closed, "closed")
	gauge(g.lanes, s.Open, "open")
	gauge(g.lanes, s.HalfOpen, "half_open")
	for cause, count := range s.TurnedAway {
		ch <- prometheus.MustNewConstMetric(g.turnedAway, prometheus.CounterValue, float64(count), string(cause))
	}
	ch <- prometheus.MustNewConstMetric(g.recalls, prometheus.CounterValue, float64(s.Asked))
	g.attempts.total.Collect(ch)
	g.attempts.seconds.Collect(ch)
	g.attempts.latency.Collect(ch)
}
