package clickhouse

import (
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// What became of a record: the closed label values of recordsTotal.
const (
	outcomeWritten    = "written"
	outcomeSuperseded = "superseded" // a newer version of the same thing was in the same batch
	outcomeSkipped    = "skipped"    // it makes no row: a null value, or a webhook that is no news
	outcomeUnreadable = "unreadable" // to the dead letters
	outcomeRefused    = "refused"    // by ClickHouse, to the dead letters
)

// metrics are the sink's series. They exist from the start, but for lag and age,
// which live and die with the assignment of a partition, and parts, which are
// there while ClickHouse tells of them. docs/metrics.md lists them.
type metrics struct {
	records  *prometheus.CounterVec
	rows     *prometheus.CounterVec
	problems *prometheus.CounterVec
	batches  *prometheus.CounterVec
	inserts  *prometheus.HistogramVec
	latency  prometheus.Histogram
	waiting  prometheus.Gauge
	lag      *prometheus.GaugeVec
	age      *prometheus.GaugeVec
	parts    *prometheus.GaugeVec
}

func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		records: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_clickhouse_records_total", Help: "Records that were settled, by what became of them.",
		}, []string{"topic", "outcome"}),
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_clickhouse_rows_total", Help: "Rows that ClickHouse took.",
		}, []string{"table"}),
		problems: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_clickhouse_problem_rows_total", Help: "Rows with a value that could not be stored as it came; their column problems says which.",
		}, []string{"table"}),
		batches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waybill_clickhouse_batches_total", Help: "Tries at settling a batch: inserts, dead letters and commit.",
		}, []string{"result"}),
		inserts: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "waybill_clickhouse_insert_seconds", Help: "Time of one insert into one table, failed ones too.",
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, Buckets: prometheus.ExponentialBuckets(0.002, 4, 8),
		}, []string{"table"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "waybill_clickhouse_latency_seconds", Help: "Time from the arrival of a batch's oldest record on its topic to the batch being settled.",
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, Buckets: prometheus.ExponentialBuckets(0.05, 4, 10),
		}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "waybill_clickhouse_waiting", Help: "1 while the sink cannot settle its batch and tries again.",
		}),
		lag: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "waybill_clickhouse_lag_records", Help: "Offsets between what is committed and the end of the partition.",
		}, []string{"topic", "partition"}),
		age: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "waybill_clickhouse_lag_seconds", Help: "How old what is not in ClickHouse yet can be at most; 0 when nothing is missing.",
		}, []string{"topic", "partition"}),
		parts: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "waybill_clickhouse_parts", Help: "Active parts of the fullest partition of a table.",
		}, []string{"table"}),
	}
	for _, topic := range Topics() {
		for _, outcome := range []string{outcomeWritten, outcomeSuperseded, outcomeSkipped, outcomeUnreadable, outcomeRefused} {
			m.records.WithLabelValues(topic, outcome)
		}
	}
	for _, table := range tableNames() {
		m.rows.WithLabelValues(table)
		m.problems.WithLabelValues(table)
		m.inserts.WithLabelValues(table)
	}
	m.batches.WithLabelValues("settled")
	m.batches.WithLabelValues("failed")
	return m, m.register(registerer)
}

func (m *metrics) register(registerer prometheus.Registerer) error {
	if registerer == nil {
		return nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.records, m.rows, m.problems, m.batches, m.inserts, m.latency, m.waiting, m.lag, m.age, m.parts} {
		errs = append(errs, registerer.Register(c))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("registering the metrics of the ClickHouse sink: %w", err)
	}
	return nil
}

// tableNames lists the tables that the sink fills.
func tableNames() []string {
	return []string{
		registrationTable().name, acknowledgementTable().name, episodeTable().name, etaChangeTable().name, shipmentTable().name,
		eventTable().name, decisionTable().name, webhookTable().name, attemptTable().name, endpointEventTable().name, usageTable().name, baselineTable().name,
		auditTable().name,
	}
}
