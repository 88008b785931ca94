package roles

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/pipeline/tracking"
)

// countDecisions registers a counter of what tracking decides on raw events, and
// returns what it is to be told with. docs/metrics.md lists it.
func countDecisions(r prometheus.Registerer) (decided func(decision, rule string), err error) {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "waybill_tracking_decisions_total", Help: "Decisions on raw events, by the rule that made them. Those of an aborted transaction count each time.",
	}, []string{"decision", "rule"})
	counters := map[[2]string]prometheus.Counter{}
	for _, d := range tracking.Decisions() {
		counters[d] = total.WithLabelValues(d[0], d[1])
	}
	if err := r.Register(total); err != nil {
		return nil, fmt.Errorf("registering the metric of decisions: %w", err)
	}
	return func(decision, rule string) {
		if counter := counters[[2]string{decision, rule}]; counter != nil {
			counter.Inc()
		}
	}, nil
}
