package roles

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"waybill/schemas"
)

// census counts the endpoints in the table of the endpoints job, when somebody
// asks. Every process that runs the job has the whole table, so each tells the
// same. docs/metrics.md lists it.
type census struct {
	count *prometheus.Desc
	table atomic.Pointer[schemas.EndpointTable]
}

func newCensus() *census {
	return &census{count: prometheus.NewDesc("waybill_endpoints", "Endpoints of all tenants, by how they are.", []string{"state"}, nil)}
}

// watch keeps each table that is built.
func (c *census) watch(build func(map[string][]byte) (any, error)) func(map[string][]byte) (any, error) {
	return func(entries map[string][]byte) (any, error) {
		built, err := build(entries)
		if table, ok := built.(*schemas.EndpointTable); ok && err == nil {
			c.table.Store(table)
		}
		return built, err
	}
}

// Describe implements prometheus.Collector.
func (c *census) Describe(ch chan<- *prometheus.Desc) { ch <- c.count }

// Collect implements prometheus.Collector.
func (c *census) Collect(ch chan<- prometheus.Metric) {
	counts := map[string]int{
		schemas.EndpointUntested: 0, schemas.EndpointEnabled: 0, schemas.HealthFailing: 0,
		schemas.EndpointSuspended: 0, schemas.EndpointDisabled: 0,
	}
	for e := range c.table.Load().All() {
		state := e.State
		if state == schemas.EndpointEnabled && e.Health == schemas.HealthFailing {
			state = schemas.HealthFailing
		}
		counts[state]++
	}
	for state, n := range counts {
		ch <- prometheus.MustNewConstMetric(c.count, prometheus.GaugeValue, float64(n), state)
	}
}
