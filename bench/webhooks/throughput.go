package webhooks

import (
	"context"
	"errors"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// ThroughputPart is the name of the part that measures webhooks a second to a
// fast receiver.
const ThroughputPart = "webhooks"

// throughputEndpoints are the rows of it.
func throughputEndpoints() []int { return []int{1, 100} }

// pair is a turn of ours and the turn of the bare client that follows it.
type pair struct{ ours, bare turn }

// share is our rate in the bare client's, in percent.
func (p pair) share() float64 { return 100 * p.ours.Rate() / p.bare.Rate() }

// String implements fmt.Stringer.
func (p pair) String() string {
	return fmt.Sprintf("%.0f webhooks/s, bare client %.0f", p.ours.Rate(), p.bare.Rate())
}

// row is a number of endpoints.
type row struct {
	endpoints int
	pairs     []pair
}

// Throughput measures the role delivery with webhooks that all lie on the log,
// beside the HTTP client alone.
func Throughput(ctx context.Context, common *rig.Options, o *Options) (*report.Section, error) {
	b, err := newBench(common, o)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, endpoints := range throughputEndpoints() {
		r := row{endpoints: endpoints}
		err := b.turns(ctx, fmt.Sprintf("%s, %d endpoints", ThroughputPart, endpoints), func(ctx context.Context, counts bool) (fmt.Stringer, error) {
			p, err := b.pair(ctx, endpoints)
			if counts {
				r.pairs = append(r.pairs, p)
			}
			return p, err
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	if common.Profile != "" {
		if _, err := b.ours(ctx, 100, common.Profile); err != nil {
			return nil, err
		}
	}
	return b.throughputSection(rows), nil
}

func (b *bench) pair(ctx context.Context, endpoints int) (p pair, err error) {
	if p.ours, err = b.ours(ctx, endpoints, ""); err != nil {
		return p, err
	}
	p.bare, err = b.bare(ctx, endpoints)
	return p, err
}

// ours lets the role deliver what lies on webhook-jobs.
func (b *bench) ours(ctx context.Context, endpoints int, profile string) (t turn, err error) {
	s, err := b.newScene(ctx, &ReceiverOrder{Webhooks: b.Webhooks}, endpoints, 0)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	load := &jobs{codec: b.codecs.WebhookJob, count: b.Webhooks, endpoint: evenly(endpoints), least: leastBody, most: mostBody, seed: b.common.Seed}
	if err := fill(ctx, s.stage, load); err != nil {
		return t, err
	}
	p, err := deliver(ctx, s.stage, profile)
	if err != nil {
		return t, err
	}
	return measure(ctx, s.target, p, b.Webhooks, s.stage.Open)
}

// bare lets the bare client send the same.
func (b *bench) bare(ctx context.Context, endpoints int) (t turn, err error) {
	r, err := startReceiver(ctx, &ReceiverOrder{Webhooks: b.Webhooks})
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	p, err := rig.Start(ctx, BareKind, "", &BareOrder{
		Address: r.address, Webhooks: b.Webhooks, Endpoints: endpoints, Callers: b.settings.Webhook.InFlight, Seed: b.common.Seed,
	})
	if err != nil {
		return t, err
	}
	return measure(ctx, r, p, b.Webhooks, r.open)
}

func (b *bench) throughputSection(rows []row) *report.Section {
	t := report.NewTable("", "webhooks/s", "% of bare", "CPU µs/webhook", "receiver CPU µs/webhook", "broker CPU µs/webhook", "cores, others", "allocations/webhook", "peak memory MB")
	s := &report.Section{
		Part: ThroughputPart, Title: "webhooks to a fast receiver, beside the HTTP client alone",
		Conditions: []string{
			fmt.Sprintf("%d webhooks of %d to %d bytes in a turn, %d for each shipment, all on the log from the start; %d turns, %d partitions, %d workers, %d calls at a time",
				b.Webhooks, leastBody, mostBody, perShipment, b.common.Turns, b.common.Partitions, b.common.Workers(), b.settings.Webhook.InFlight),
			"broker (with a data directory) and receiver have the cores of the rest",
		},
		Blocks: []report.Block{{Table: t, Note: throughputNote}},
	}
	for _, r := range rows {
		name := fmt.Sprintf("delivery, %d endpoints", r.endpoints)
		ours, alone := make([]turn, 0, len(r.pairs)), make([]turn, 0, len(r.pairs))
		for _, p := range r.pairs {
			ours, alone = append(ours, p.ours), append(alone, p.bare)
		}
		share := report.SpreadBy(r.pairs, pair.share)
		addTurns(t, name, share.In(0), ours)
		addTurns(t, "HTTP client alone", "", alone)
		s.Aims = append(s.Aims,
			report.Aim{What: name, Unit: "webhooks/s", Want: 20_000, Have: report.SpreadBy(ours, rateOf).Median},
			report.Aim{What: name + ", share of the client alone", Unit: "%", Want: 70, Have: share.Median})
	}
	return s
}

const throughputNote = "The client alone is net/http with as many connections as calls at a time, which signs webhooks that it has in memory, sends them and\n" +
	"keeps nothing. *CPU* and *allocations* are those of the process that is measured, the Kafka client's among them; *cores, others* those\n" +
	"that programs took which are not of this command."

func rateOf(t turn) float64 { return t.Rate() }

func addTurns(t table.Writer, name, share string, turns []turn) {
	of := func(figure func(turn) float64, decimals int) string {
		return report.SpreadBy(turns, figure).In(decimals)
	}
	t.AppendRow(table.Row{
		name, of(rateOf, 0), share, of(func(t turn) float64 { return t.Cost() }, 1),
		of(func(t turn) float64 { return t.PerRecord(t.Receiver) }, 1), of(func(t turn) float64 { return t.PerRecord(t.Broker) }, 1),
		of(func(t turn) float64 { return t.Cores(t.Others) }, 1), of(func(t turn) float64 { return t.Allocations() }, 1),
		of(func(t turn) float64 { return float64(t.Used.Peak) / 1e6 }, 0),
	})
}
