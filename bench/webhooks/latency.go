package webhooks

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/internal/apachekafka"
	"waybill/internal/roles"
	"waybill/schemas"
)

// LatencyPart is the name of the part that measures how soon a carrier event
// has become a received webhook.
const LatencyPart = "arrival"

const (
	latencyRate    = 1000
	latencySeconds = 10
	latencyCold    = 1000 // the first events, which meet new connections and are not counted
)

// venue is a kind of broker that delays are measured on.
type venue struct {
	name     string
	p50, p99 float64 // aims in milliseconds; 0: none
	stage    func(ctx context.Context, prefix string) (*rig.Stage, error)
	turns    []delays
}

// String implements fmt.Stringer.
func (d delays) String() string { return fmt.Sprintf("P50 %.1f ms, P99 %.1f ms", d.p50, d.p99) }

// Latency measures from the moment that a carrier event is handed to its
// producer to the arrival of its webhook at the receiver.
func Latency(ctx context.Context, common *rig.Options, o *Options) (_ *report.Section, err error) {
	b, err := newBench(common, o)
	if err != nil {
		return nil, err
	}
	venues := []*venue{{name: "embedded Kafka", p50: 20, p99: 100, stage: embeddedStage}}
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
		turn := 0
		err := b.turns(ctx, LatencyPart+" on "+v.name, func(ctx context.Context, counts bool) (fmt.Stringer, error) {
			turn++
			d, err := b.arrive(ctx, v, fmt.Sprintf("turn-%d-", turn), latencyRate*latencySeconds)
			if counts {
				v.turns = append(v.turns, d)
			}
			return d, err
		})
		if err != nil {
			return nil, err
		}
	}
	return b.latencySection(venues, missing), nil
}

// inputsOf are the topics that the load lies on.
func inputsOf(prefix string) []string {
	return []string{prefix + schemas.TopicRegistrations, prefix + schemas.TopicCarrierEvents}
}

// embeddedStage gives a turn a broker of its own.
func embeddedStage(ctx context.Context, prefix string) (*rig.Stage, error) {
	s, err := rig.NewStage(rig.OnEmbedded(ctx), inputsOf(prefix)...)
	if err != nil {
		return nil, err
	}
	s.Prefix = prefix
	return s, nil
}

// apacheVenue is one broker of Apache Kafka for all turns, if this machine can run
// it.
func apacheVenue(ctx context.Context) (v *venue, stop func() error, err error) {
	lent, stop, err := rig.StartGenuine(ctx)
	if err != nil {
		return nil, nil, err
	}
	stage := func(_ context.Context, prefix string) (*rig.Stage, error) {
		s, err := rig.NewStageOn(lent, inputsOf(prefix)...)
		if err != nil {
			return nil, err
		}
		s.Prefix = prefix
		if s.Dir, err = os.MkdirTemp("", "waybill-bench-arrival-"); err != nil {
			return nil, errors.Join(fmt.Errorf("making a folder for a turn: %w", err), s.Close())
		}
		return s, nil
	}
	return &venue{name: "one broker of Apache Kafka", p99: 200, stage: stage}, stop, nil
}

// arrive is one turn.
func (b *bench) arrive(ctx context.Context, v *venue, prefix string, count int) (d delays, err error) {
	t, err := startReceiver(ctx, &ReceiverOrder{Webhooks: count})
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	stage, err := v.stage(ctx, prefix)
	if err != nil {
		return d, err
	}
	s := &scene{t, stage}
	defer func() { err = errors.Join(err, stage.Close()) }()
	if err := furnish(ctx, stage, b.codecs, t, b.common.Partitions, 1, 0); err != nil {
		return d, err
	}
	p, err := deliver(ctx, stage, "", roles.Tracking)
	if err != nil {
		return d, err
	}
	if d, err = s.events(p.Alive(), &Parcels{Codecs: b.codecs, Count: count}); err == nil {
		err = p.Begin()
	}
	if err == nil {
		_, err = p.End()
	}
	return d, errors.Join(err, p.Close())
}

// events registers parcels, waits until they are known, sends their events at
// an even rate, and measures how long their webhooks take.
func (s *scene) events(ctx context.Context, load *Parcels) (d delays, err error) {
	registrations, err := load.Registrations()
	if err != nil {
		return d, err
	}
	if err := s.stage.Fill(ctx, func(produce func(*kgo.Record)) {
		for _, r := range s.placed(registrations) {
			produce(r)
		}
	}); err != nil {
		return d, err
	}
	if err = s.stage.Open(ctx); err == nil {
		err = s.stage.Handled(ctx, s.stage.Prefix+roles.Tracking)
	}
	if err != nil {
		return d, err
	}
	events, err := load.Events()
	if err != nil {
		return d, err
	}
	sent, err := rig.Pace(ctx, s.stage.Addrs(), s.placed(events), latencyRate)
	if err == nil {
		err = s.await(ctx, load.Count)
	}
	if err != nil {
		return d, err
	}
	came, _, err := s.times(ctx)
	cold := min(latencyCold, load.Count/2)
	return delaysOf(sent[cold:], came[cold:]), err
}

// placed puts records on the topics of the stage.
func (s *scene) placed(records []*kgo.Record) []*kgo.Record {
	for _, r := range records {
		r.Topic = s.stage.Prefix + r.Topic
	}
	return records
}

func (b *bench) latencySection(venues []*venue, missing string) *report.Section {
	t := report.NewTable("", "P50 ms", "P99 ms", "most ms")
	s := &report.Section{
		Part: LatencyPart, Title: "from a carrier event to its webhook at the receiver",
		Conditions: []string{
			fmt.Sprintf("%d events a second, each of a parcel of its own and each with a webhook; %d in a turn, of which the last %d count; hold 0; %d turns, %d partitions",
				latencyRate, latencyRate*latencySeconds, latencyRate*latencySeconds-latencyCold, b.common.Turns, b.common.Partitions),
			"tracking and delivery in one process; sender, broker and receiver have the cores of the rest",
			"each turn has an embedded Kafka of its own; the broker of Apache Kafka is one for all turns",
		},
		Blocks: []report.Block{{Table: t, Note: "From the moment that an event is handed to its producer to the arrival of its webhook. Quantiles are those of each turn."}},
	}
	for _, v := range venues {
		of := func(figure func(delays) float64) report.Spread { return report.SpreadBy(v.turns, figure) }
		p50, p99 := of(func(d delays) float64 { return d.p50 }), of(func(d delays) float64 { return d.p99 })
		t.AppendRow([]any{v.name, p50.In(1), p99.In(1), of(func(d delays) float64 { return d.most }).In(1)})
		if v.p50 > 0 {
			s.Aims = append(s.Aims, report.Aim{What: "P50 on " + v.name, Unit: "ms", Want: v.p50, AtMost: true, Decimals: 1, Have: p50.Median})
		}
		s.Aims = append(s.Aims, report.Aim{What: "P99 on " + v.name, Unit: "ms", Want: v.p99, AtMost: true, Decimals: 1, Have: p99.Median})
	}
	if missing != "" {
		s.Conditions = append(s.Conditions, "not measured on Apache Kafka: "+missing)
	}
	return s
}
