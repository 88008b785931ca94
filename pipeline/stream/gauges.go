package stream

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
)

// pulse is what the worker tells of a task after each round, and a scrape
// reads meanwhile.
type pulse struct {
	idle atomic.Bool  // all that is known of is committed
	lag  atomic.Int64 // offsets known beyond what is committed
	held atomic.Int64 // about how many bytes of records wait in memory
	time atomic.Int64 // stream time, ms
	wake atomic.Int64 // when the first wake-up is due, ms, 0 for none
}

// observe updates a task's pulse.
func (t *task) observe(open bool) {
	lag, held := int64(0), 0
	for i, in := range t.inputs {
		lag += max(0, in.end-t.committed.inputs[i].position)
		held += in.bytes
	}
	t.pulse.held.Store(int64(held))
	_, idle := merge(t.inputs, t.cfg.Clock)
	t.pulse.idle.Store(idle && !open && len(t.results) == 0)
	t.pulse.lag.Store(lag)
	t.pulse.time.Store(toMillis(t.streamTime))
	t.pulse.wake.Store(t.nextWake)
}

// contact remembers when a broker last answered any client of a runtime.
type contact struct {
	ms  atomic.Int64
	now func() time.Time
}

// OnBrokerE2E implements kgo.HookBrokerE2E.
func (c *contact) OnBrokerE2E(_ kgo.BrokerMetadata, _ int16, e2e kgo.BrokerE2E) {
	if e2e.Err() == nil {
		c.ms.Store(toMillis(c.now()))
	}
}

func (c *contact) silence() float64 { return c.since(c.ms.Load()) }

// since returns the seconds from a time in ms until now, none if it is to come.
func (c *contact) since(ms int64) float64 {
	return max(0, c.now().Sub(fromMillis(ms)).Seconds())
}

// gauges are the series that are read off when somebody asks. Those of a
// partition are there as long as this process has its task.
type gauges struct {
	board   *board
	contact *contact
	clock   Clock

	silence, lag, delay, waiting, overdue, keys, bytes *prometheus.Desc
}

func newGauges(cfg *Config, b *board, labels prometheus.Labels) *gauges {
	desc := func(name, help string, variable ...string) *prometheus.Desc {
		return prometheus.NewDesc("waybill_stream_"+name, help, variable, labels)
	}
	g := &gauges{
		board: b, contact: &contact{now: cfg.now}, clock: cfg.Clock,
		silence: desc("broker_silence_seconds", "Time since a broker last answered. An idle job asks twice a second."),
		lag:     desc("lag_records", "Offsets that the inputs are known to hold beyond what is committed.", "partition"),
		delay:   desc("lag_seconds", "Wall clock less the time of the records being handled, or, when there are none, less the last answer of a broker: then up to a second is none.", "partition"),
		waiting: desc("waiting_bytes", "Bytes of records in memory that wait for their turn, roughly.", "partition"),
		overdue: desc("timer_overdue_seconds", "How long the first wake-up has been due, by the job's clock.", "partition"),
		keys:    desc("state_keys", "Keys that have a value.", "partition"),
		bytes:   desc("state_bytes", "Bytes of keys and values in the store.", "partition"),
	}
	g.contact.ms.Store(toMillis(cfg.now()))
	return g
}

// Describe implements prometheus.Collector.
func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.silence, g.lag, g.delay, g.waiting, g.overdue, g.keys, g.bytes} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	emit := func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	emit(g.silence, g.contact.silence())
	for _, s := range g.board.standings() {
		partition := strconv.Itoa(int(s.Partition))
		emit(g.lag, float64(s.pulse.lag.Load()), partition)
		emit(g.delay, g.behind(s.pulse), partition)
		emit(g.waiting, float64(s.pulse.held.Load()), partition)
		emit(g.overdue, g.late(s.pulse), partition)
		emit(g.keys, float64(s.keys), partition)
		emit(g.bytes, float64(s.bytes), partition)
	}
}

// behind returns how many seconds a task is behind its inputs. With the clock log
// records are as old as they are, however fast they are played.
func (g *gauges) behind(p *pulse) float64 {
	at := p.time.Load()
	if p.idle.Load() || at == 0 || g.clock == Log {
		return g.contact.silence()
	}
	return g.contact.since(at)
}

// Behind returns how far the partition of this process that is furthest behind
// its inputs is, as waybill_stream_lag_seconds has it.
func (r *Runtime) Behind() time.Duration {
	most := 0.0
	for _, s := range r.board.standings() {
		most = max(most, r.metrics.gauges.behind(s.pulse))
	}
	return time.Duration(most * float64(time.Second))
}

// late returns how many seconds the first wake-up of a task has been due.
func (g *gauges) late(p *pulse) float64 {
	wake := p.wake.Load()
	switch {
	case wake == 0:
		return 0
	case g.clock == Log:
		return max(0, fromMillis(p.time.Load()).Sub(fromMillis(wake)).Seconds())
	}
	return g.contact.since(wake)
}
