package registry

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// newMetrics makes what operators see of a registry, with all its series, and
// registers it where somebody is to see it.
func (r *Registry) newMetrics(registerer prometheus.Registerer) error {
	r.asked = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "waybill_registry_requests_total", Help: "Requests to the schema registry by outcome.",
	}, []string{"outcome"})
	for _, outcome := range []string{answered, failed} {
		r.asked.WithLabelValues(outcome)
	}
	if registerer == nil {
		return nil
	}
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "waybill_registry_schemas_waited_for", Help: "Schemas that the registry was asked for and has not told yet: records in Confluent framing wait for them.",
	}, func() float64 { return float64(r.open()) })
	for _, c := range []prometheus.Collector{r.asked, waiting} {
		if err := registerer.Register(c); err != nil {
			return fmt.Errorf("registering the metrics of the schema registry: %w", err)
		}
	}
	return nil
}

// Outcomes of a request. That there is no such schema is an answer.
const (
	answered = "answered"
	failed   = "failed" // nobody answered, or with a server's error, or we are not let in
)

// open is how many schemas there is no answer about.
func (r *Registry) open() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.answers {
		if a.open() {
			n++
		}
	}
	return n
}
