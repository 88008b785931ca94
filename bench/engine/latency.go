package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/internal/apachekafka"
)

// LatencyPart is the name of the part that measures how soon a record's
// effects can be read.
const LatencyPart = "latency"

// The load of the part latency.
const (
	latencyRecords = 700
	latencyCold    = 100 // of them, the first, which meet new connections and are not counted
	latencyEvery   = 10 * time.Millisecond
	latencyKeys    = 1_000_000
)

// delays are those of one turn, in milliseconds.
type delays struct {
	p50, p99, most float64
	cost           float64 // processor time of the measured process in µs per record
}

// both is a turn of ours and one of the limit.
type both struct{ ours, limit delays }

// String implements fmt.Stringer.
func (b both) String() string {
	return fmt.Sprintf("P99 %.1f ms, limit %.1f ms", b.ours.p99, b.limit.p99)
}

// venue is a kind of broker that latencies are measured on.
type venue struct {
	name  string
	aim   float64 // of P99, in milliseconds
	stage func(context.Context, scene) (*rig.Stage, error)
	turns []both
}

// Latency measures from the moment that a record is handed to its producer to
// the moment that a reader of committed records has what came of it.
func Latency(ctx context.Context, common *rig.Options, o *Options) (_ *report.Section, err error) {
	b := &bench{common, o}
	sc := scene{partitions: common.Partitions, records: latencyRecords, bytes: streamBytes, keys: latencyKeys, access: uniform, seed: common.Seed}
	order := RuntimeOrder{State: state{Keys: sc.keys, Bytes: 8, Partitions: sc.partitions}, Adopt: true}
	if order.Dir, err = b.folder(ctx, order.State); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(order.Dir)) }()
	venues := []*venue{{name: "embedded Kafka", aim: 25, stage: func(ctx context.Context, sc scene) (*rig.Stage, error) { return sc.emptyStage(rig.OnEmbedded(ctx)) }}}
	missing := ""
	genuine, stop, err := apacheVenue(ctx)
	switch {
	case errors.Is(err, apachekafka.ErrUnavailable):
		missing = err.Error()
	case err != nil:
		return nil, err
	default:
		defer func() { err = errors.Join(err, stop()) }()
		venues = append(venues, genuine)
	}
	for _, v := range venues {
		if err := b.latencies(ctx, v, sc, order); err != nil {
			return nil, err
		}
	}
	return latencySection(sc, venues, missing, common.Workers()), nil
}

// apacheVenue is one broker of Apache Kafka for all turns, if this machine can run
// it.
func apacheVenue(ctx context.Context) (v *venue, stop func() error, err error) {
	lent, stop, err := rig.StartGenuine(ctx)
	if err != nil {
		return nil, nil, err
	}
	stage := func(ctx context.Context, sc scene) (*rig.Stage, error) {
		s, err := rig.NewStageOn(lent, sc.prefix+inputTopic)
		if err != nil {
			return nil, err
		}
		return s, sc.prepare(ctx, s)
	}
	return &venue{name: "one broker of Apache Kafka", aim: 60, stage: stage}, stop, nil
}

// latencies takes turns.
func (b *bench) latencies(ctx context.Context, v *venue, sc scene, o RuntimeOrder) error {
	return b.turns(LatencyPart+" on "+v.name, func(i int, counts bool) (fmt.Stringer, error) {
		ctx, cancel := b.patiently(ctx)
		defer cancel()
		t, err := v.turn(ctx, i, sc, o)
		if counts {
			v.turns = append(v.turns, t)
		}
		return t, err
	})
}

// turn is one of both. The limit writes the counts that ours wrote, each when
// the record comes that it was written for.
func (v *venue) turn(ctx context.Context, i int, sc scene, o RuntimeOrder) (t both, err error) {
	sc.prefix = fmt.Sprintf("ours-%d-", i)
	source, err := v.stage(ctx, sc)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	o.Brokers, o.Prefix = source.Addrs(), sc.prefix
	ours, err := rig.Start(ctx, RuntimeKind, "", o)
	if err != nil {
		return t, err
	}
	if t.ours, err = sc.drip(source, ours); err != nil {
		return t, err
	}
	other := sc
	other.prefix = fmt.Sprintf("limit-%d-", i)
	target, err := v.stage(ctx, other)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	order := other.limitOrder(1)
	order.Brokers, order.Source, order.SourcePrefix = target.Addrs(), source.Addrs(), sc.prefix
	limit, err := rig.Start(ctx, rig.LimitKind, "", order)
	if err != nil {
		return t, err
	}
	t.limit, err = other.drip(target, limit)
	return t, err
}

// drip sends the records at an even rate to a process that waits for them, and
// measures how long it takes until what came of each can be read. It ends the
// process.
func (sc scene) drip(s *rig.Stage, p *rig.Process) (d delays, err error) {
	defer func() { err = errors.Join(err, p.Close()) }()
	r, err := sc.newReader(p.Alive(), s.Addrs())
	if err != nil {
		return d, err
	}
	defer r.close()
	if err := p.Begin(); err != nil {
		return d, err
	}
	sent, err := sc.send(p.Alive(), s.Addrs())
	if err != nil {
		return d, err
	}
	if err := r.have(p.Alive(), sc.records); err != nil {
		return d, err
	}
	used, err := p.End()
	if err != nil {
		return d, err
	}
	took := make([]float64, 0, sc.records)
	for i, seen := range r.when() {
		if i < latencyCold {
			continue
		}
		took = append(took, float64(seen.Sub(sent[i]).Microseconds())/1000)
	}
	return delays{
		report.Quantile(took, 0.5), report.Quantile(took, 0.99), report.Quantile(took, 1),
		float64(used.CPU.Microseconds()) / float64(sc.records),
	}, nil
}

// send sends all records at an even rate, and returns when each was sent.
func (sc scene) send(ctx context.Context, brokers []string) (sent []time.Time, err error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.ProducerLinger(0), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	if err != nil {
		return nil, fmt.Errorf("making a client for the load: %w", err)
	}
	defer client.Close()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	if err := client.Ping(ctx); err != nil {
		return nil, fmt.Errorf("connecting to send the load: %w", err)
	}
	next := sc.source()
	tick := time.NewTicker(latencyEvery)
	defer tick.Stop()
	for range sc.records {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-tick.C:
		}
		sent = append(sent, time.Now())
		client.Produce(ctx, next(), func(_ *kgo.Record, err error) {
			if err != nil {
				fail(fmt.Errorf("sending the load: %w", err))
			}
		})
	}
	if err := client.Flush(ctx); err != nil {
		return nil, fmt.Errorf("sending the load: %w", context.Cause(ctx))
	}
	return sent, nil
}

func latencySection(sc scene, venues []*venue, missing string, workers int) *report.Section {
	t := report.NewTable("", "P50 ms", "P99 ms", "most ms", "CPU µs/record")
	add := func(name string, turns []both, of func(both) delays) {
		in := func(figure func(delays) float64, decimals int) string {
			return report.SpreadBy(turns, func(b both) float64 { return figure(of(b)) }).In(decimals)
		}
		t.AppendRow([]any{
			name, in(func(d delays) float64 { return d.p50 }, 1), in(func(d delays) float64 { return d.p99 }, 1),
			in(func(d delays) float64 { return d.most }, 1), in(func(d delays) float64 { return d.cost }, 0),
		})
	}
	s := &report.Section{
		Part: LatencyPart, Title: "from a record sent to its effect read, at low load",
		Conditions: []string{
			fmt.Sprintf("%d records of %d bytes in a turn, one each %s, of which the last %d count; %d partitions, %d workers; state of %d keys in Pebble",
				sc.records, sc.bytes, latencyEvery, sc.records-latencyCold, sc.partitions, workers, sc.keys),
		},
		Blocks: []report.Block{{Table: t, Note: "From the moment that a record is handed to its producer to the moment that a reader of committed records has the count that came of it.\nQuantiles are those of each turn."}},
	}
	for _, v := range venues {
		add("count per key, "+v.name, v.turns, func(b both) delays { return b.ours })
		add("limit of the same bytes, "+v.name, v.turns, func(b both) delays { return b.limit })
		s.Aims = append(s.Aims, report.Aim{
			What: "P99 on " + v.name, Unit: "ms", Want: v.aim, AtMost: true, Decimals: 1,
			Have: report.SpreadBy(v.turns, func(b both) float64 { return b.ours.p99 }).Median,
		})
	}
	if missing != "" {
		s.Conditions = append(s.Conditions, "not measured on Apache Kafka: "+missing)
	}
	return s
}
