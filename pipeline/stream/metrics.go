package stream

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// outcome is what became of a record, as a metric label.
type outcome string

const (
	outcomeProcessed  outcome = "processed"
	outcomeRerouted   outcome = "rerouted"
	outcomeDeadLetter outcome = "dead_letter"
	outcomeTick       outcome = "tick"
)

// ending is how a transaction ended, as a metric label.
type ending string

const (
	committedOK ending = "committed"
	aborted     ending = "aborted"
	unsure      ending = "unsure"
)

// metrics are the runtime's series; the label job tells runtimes apart.
// Series of a partition are there while this process has the partition.
type metrics struct {
	record    *prometheus.CounterVec
	ends      *prometheus.CounterVec
	commits   prometheus.Histogram
	restored  prometheus.Counter
	sessions  prometheus.Counter
	lag       *prometheus.GaugeVec
	delay     *prometheus.GaugeVec
	stateKeys *prometheus.GaugeVec
	stateSize *prometheus.GaugeVec

	board *board
	now   func() time.Time
}

func newMetrics(cfg *Config, b *board) *metrics {
	job := prometheus.Labels{"job_name": cfg.App}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "waybill", Subsystem: "stream", Name: name, Help: help, ConstLabels: job})
	}
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "waybill", Subsystem: "stream", Name: name, Help: help, ConstLabels: job}, labels)
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "waybill", Subsystem: "stream", Name: name, Help: help, ConstLabels: job}, []string{"partition"})
	}
	m := &metrics{
		record: vec("records_total", "Input records by topic and what became of them. Records of an aborted transaction count each time.", "topic", "outcome"),
		ends:   vec("transactions_total", "Transactions by how they ended; unsure ones made the worker begin anew.", "result"),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "waybill", Subsystem: "stream", Name: "commit_seconds",
			Help: "Time to end a transaction, from its last effect to the certain commit.", ConstLabels: job,
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100}),
		restored:  counter("restored_records_total", "Changelog records read to restore state."),
		sessions:  counter("sessions_total", "Kafka clients begun; each beyond the first of a worker is a recovery."),
		lag:       gauge("lag_records", "Offsets that the inputs are known to hold beyond what is committed."),
		delay:     gauge("lag_seconds", "Wall clock less stream time at the last commit."),
		stateKeys: gauge("state_keys", "Keys that have a value."),
		stateSize: gauge("state_bytes", "Bytes of keys and values in the store."),
		board:     b, now: cfg.now,
	}
	for _, topic := range cfg.inputs() {
		for _, what := range []outcome{outcomeProcessed, outcomeRerouted, outcomeDeadLetter, outcomeTick} {
			m.record.WithLabelValues(topic, string(what))
		}
	}
	for _, how := range []ending{committedOK, aborted, unsure} {
		m.ends.WithLabelValues(string(how))
	}
	return m
}

func (m *metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.record, m.ends, m.commits, m.restored, m.sessions, m.lag, m.delay, m.stateKeys, m.stateSize}
}

// register adds the series and returns how to take them away again.
func (m *metrics) register(r prometheus.Registerer) (remove func(), err error) {
	remove = func() {
		for _, c := range m.collectors() {
			r.Unregister(c)
		}
	}
	var errs []error
	for _, c := range m.collectors() {
		errs = append(errs, r.Register(c))
	}
	if err := errors.Join(errs...); err != nil {
		remove()
		return nil, stopError{fmt.Errorf("registering metrics: %w", err)}
	}
	return remove, nil
}

func (m *metrics) records(topic string, what outcome) {
	m.record.WithLabelValues(topic, string(what)).Inc()
}

func (m *metrics) ended(how ending, took time.Duration) {
	m.ends.WithLabelValues(string(how)).Inc()
	if how == committedOK {
		m.commits.Observe(took.Seconds())
	}
}

// progress shows where a task stands after a commit.
func (m *metrics) progress(t *task) {
	p := t.progress()
	m.board.set(p)
	label := strconv.Itoa(int(t.partition))
	lag := int64(0)
	for _, in := range p.Inputs {
		lag += max(0, in.End-in.Position)
	}
	m.lag.WithLabelValues(label).Set(float64(lag))
	if !p.StreamTime.IsZero() {
		m.delay.WithLabelValues(label).Set(m.now().Sub(p.StreamTime).Seconds())
	}
	keys, bytes := t.state.store.Size()
	m.stateKeys.WithLabelValues(label).Set(float64(keys))
	m.stateSize.WithLabelValues(label).Set(float64(bytes))
}

func (m *metrics) disown(t *task) {
	m.board.remove(t.partition)
	label := strconv.Itoa(int(t.partition))
	for _, g := range []*prometheus.GaugeVec{m.lag, m.delay, m.stateKeys, m.stateSize} {
		g.DeleteLabelValues(label)
	}
}
