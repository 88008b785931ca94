package stream

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the runtime's series; the label job_name tells runtimes apart.
// What belongs to a partition is in gauges. docs/metrics.md lists all.
type metrics struct {
	record     *prometheus.CounterVec
	counters   map[recordSeries]prometheus.Counter // of record, so that counting one is cheap
	rerouted   *prometheus.CounterVec
	deadLetter *prometheus.CounterVec
	ends       *prometheus.CounterVec
	commits    prometheus.Histogram
	latency    prometheus.Histogram
	fired      prometheus.Counter
	summons    *prometheus.CounterVec
	restored   prometheus.Counter
	sessions   prometheus.Counter
	broken     *prometheus.CounterVec
	rebalances prometheus.Counter
	inFlight   prometheus.Gauge
	followed   prometheus.Counter
	gauges     *gauges
	warmth     *warmthGauges

	board *board
}

// recordSeries names a series of records_total.
type recordSeries struct {
	topic string
	what  outcome
}

func newMetrics(cfg *Config, b *board) *metrics {
	job := prometheus.Labels{"job_name": cfg.App}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "waybill", Subsystem: "stream", Name: name, Help: help, ConstLabels: job})
	}
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "waybill", Subsystem: "stream", Name: name, Help: help, ConstLabels: job}, labels)
	}
	m := &metrics{
		record:     vec("records_total", "Input records by topic and what became of them. Records of an aborted transaction count each time.", "topic", "outcome"),
		rerouted:   vec("rerouted_total", "Misplaced records that were sent on to where they belong, by topic and what kind of producer put them there. Records of an aborted transaction count each time.", "topic", "producer"),
		deadLetter: vec("dead_letters_total", "Dead letters by why they are. Those of an aborted transaction count each time.", "reason"),
		ends:       vec("transactions_total", "Transactions by how they ended. All but the committed and the unsure ones were aborted, for the reason that the label says; unsure ones were one or the other.", "result"),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "waybill", Subsystem: "stream", Name: "commit_seconds",
			Help: "Time to end a transaction, from its last effect to the certain commit.", ConstLabels: job,
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, Buckets: prometheus.ExponentialBuckets(0.002, 2, 12)}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "waybill", Subsystem: "stream", Name: "latency_seconds",
			Help: "Time from the arrival of a record on its topic to the commit of what it did, of the record of each task and transaction that took longest.", ConstLabels: job,
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, Buckets: prometheus.ExponentialBuckets(0.01, 4, 10)}),
		fired:      counter("timers_fired_total", "Wake-ups handed to the job. Those of an aborted transaction count each time."),
		summons:    vec("keys_woken_total", "Keys woken by name, for there is room or a table has changed, by whether they did anything. Those of an aborted transaction count each time.", "result"),
		restored:   counter("restored_records_total", "Changelog records read to restore state."),
		sessions:   counter("sessions_total", "Kafka clients begun; each beyond the first of a worker is a recovery."),
		broken:     vec("sessions_broken_total", "Kafka clients given up for a new one, or for good, by why.", "reason"),
		rebalances: counter("rebalances_total", "Assignments that came from the group."),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "waybill", Subsystem: "stream", Name: "work_in_flight",
			Help: "Pieces of asynchronous work under way.", ConstLabels: job}),
		followed: counter("standby_records_total", "Changelog records read to follow tasks that others work on."),
		gauges:   newGauges(cfg, b, job), warmth: newWarmthGauges(b, job), board: b,
		counters: map[recordSeries]prometheus.Counter{},
	}
	m.begin(cfg)
	return m
}

// begin makes every labelled series, so that it is there before its first count.
func (m *metrics) begin(cfg *Config) {
	for _, topic := range cfg.inputs() {
		for _, what := range []outcome{outcomeProcessed, outcomeRerouted, outcomeDeadLetter, outcomeTick} {
			m.counters[recordSeries{topic, what}] = m.record.WithLabelValues(topic, string(what))
		}
		for _, by := range []producer{producerKeyless, producerLibrdkafka, producerSpelling, producerOther} {
			m.rerouted.WithLabelValues(topic, string(by))
		}
	}
	for _, how := range []ending{committedOK, unsure, callFailed, writeFailed, sessionBroken} {
		m.ends.WithLabelValues(string(how))
	}
	for _, why := range []class{classUnreadable, classMisplaced, classFailed, classPanicked, classTooLarge} {
		m.deadLetter.WithLabelValues(string(why))
	}
	for _, result := range []summoned{summonedWell, summonedInVain} {
		m.summons.WithLabelValues(string(result))
	}
	for _, why := range []breaking{brokeUnsure, brokeFenced, brokeRefused, brokeUnreachable, brokeStopped} {
		m.broken.WithLabelValues(string(why))
	}
}

func (m *metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{
		m.record, m.rerouted, m.deadLetter, m.ends, m.commits, m.latency, m.fired, m.summons, m.restored, m.sessions, m.broken, m.rebalances, m.inFlight, m.followed, m.gauges, m.warmth,
	}
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
	m.counters[recordSeries{topic, what}].Inc()
}

func (m *metrics) summoned(did bool) {
	result := summonedInVain
	if did {
		result = summonedWell
	}
	m.summons.WithLabelValues(string(result)).Inc()
}

func (m *metrics) ended(how ending, took time.Duration) {
	m.ends.WithLabelValues(string(how)).Inc()
	if how == committedOK {
		m.commits.Observe(took.Seconds())
	}
}
