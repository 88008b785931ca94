package overview

import (
	"fmt"

	dto "github.com/prometheus/client_model/go"
)

// Counters are what this process counted since it began, and how its endpoints
// are. What it has no part in is empty.
type Counters struct {
	Instance string `json:"name"`
	// Records by job, and Ended transactions by how they ended.
	Records map[string]float64 `json:"records"`
	Ended   map[string]float64 `json:"transactions"`
	// DeadLetters by why they are.
	DeadLetters map[string]float64 `json:"dead_letters"`
	// Attempts at webhooks by outcome, and Rows of ClickHouse by table.
	Attempts map[string]float64 `json:"attempts"`
	Rows     map[string]float64 `json:"rows"`
	// Endpoints of all tenants, by state.
	Endpoints map[string]float64 `json:"endpoints"`
}

func (o *Overview) counters() (Counters, error) {
	var families []*dto.MetricFamily
	var err error
	if o.cfg.Gatherer != nil {
		families, err = o.cfg.Gatherer.Gather()
	}
	sums := func(name, label string) map[string]float64 {
		all := make(map[string]float64)
		for _, family := range families {
			if family.GetName() != "waybill_"+name {
				continue
			}
			for _, m := range family.GetMetric() {
				for _, l := range m.GetLabel() {
					if l.GetName() == label {
						all[l.GetValue()] += m.GetCounter().GetValue() + m.GetGauge().GetValue()
					}
				}
			}
		}
		return all
	}
	c := Counters{
		Instance: o.cfg.Instance,
		Records:  sums("stream_records_total", "job_name"), Ended: sums("stream_transactions_total", "result"),
		DeadLetters: sums("stream_dead_letters_total", "reason"), Attempts: sums("webhook_attempts_total", "outcome"),
		Rows: sums("clickhouse_rows_total", "table"), Endpoints: sums("endpoints", "state"),
	}
	if err != nil {
		return c, fmt.Errorf("reading this instance's counters: %w", err)
	}
	return c, nil
}
