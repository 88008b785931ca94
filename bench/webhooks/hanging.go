package webhooks

import (
	"context"
	"errors"
	"fmt"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// HangingPart is the name of the part that measures what receivers that hang
// cost the others.
const HangingPart = "hanging"

const (
	hangingEndpoints = 1000
	hangingOnes      = 100
	// hangingRate is how many webhooks a second are sent when delays are
	// measured, and hangingSeconds for how long.
	hangingRate, hangingSeconds = 1000, 10
)

// calm is one turn with some receivers that hang, or none: of those that do
// not.
type calm struct {
	rate float64 // webhooks a second when all lie on the log
	delays
}

// calmPair is a turn without and a turn with receivers that hang.
type calmPair struct{ none, some calm }

// String implements fmt.Stringer.
func (p calmPair) String() string {
	return fmt.Sprintf("%.0f webhooks/s and P99 %.1f ms; %.0f and %.1f with %d of %d hanging", p.none.rate, p.none.p99, p.some.rate, p.some.p99, hangingOnes, hangingEndpoints)
}

// Hanging measures the receivers that do not hang.
func Hanging(ctx context.Context, common *rig.Options, o *Options) (*report.Section, error) {
	b, err := newBench(common, o)
	if err != nil {
		return nil, err
	}
	var pairs []calmPair
	err = b.turns(ctx, HangingPart, func(ctx context.Context, counts bool) (said fmt.Stringer, err error) {
		var p calmPair
		if p.none, err = b.calm(ctx, 0); err != nil {
			return nil, err
		}
		p.some, err = b.calm(ctx, hangingOnes)
		if counts {
			pairs = append(pairs, p)
		}
		return p, err
	})
	if err != nil {
		return nil, err
	}
	return b.hangingSection(pairs), nil
}

// calm sends webhooks for all endpoints at an even rate, and measures how long
// they take; then those that hang have calls open, and webhooks for all of them
// are let loose at once. Only those for endpoints that answer are counted.
func (b *bench) calm(ctx context.Context, hang int) (c calm, err error) {
	paced := hangingRate * hangingSeconds
	s, err := b.newScene(ctx, &ReceiverOrder{Webhooks: paced + b.Webhooks, Hang: hang}, hangingEndpoints, 0)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	p, err := deliver(ctx, s.stage, "")
	if err != nil {
		return c, err
	}
	even := &jobs{codec: b.codecs.WebhookJob, count: paced, endpoint: evenly(hangingEndpoints), least: leastBody, most: mostBody, seed: b.common.Seed}
	atOnce := *even
	atOnce.first, atOnce.count = paced, b.Webhooks
	if c.delays, err = s.paced(p.Alive(), even, hangingRate, hang); err == nil {
		err = fill(ctx, s.stage, &atOnce)
	}
	if err != nil {
		return c, errors.Join(err, p.Close())
	}
	count := atOnce.answered(hang)
	t, err := measure(ctx, s.target, p, even.answered(hang)+count, s.stage.Open)
	t.Records = count
	c.rate = t.Rate()
	return c, err
}

func (b *bench) hangingSection(pairs []calmPair) *report.Section {
	t := report.NewTable("", "webhooks/s", "P50 ms", "P99 ms", "most ms")
	add := func(name string, of func(calmPair) calm) {
		in := func(figure func(calm) float64, decimals int) string {
			return report.SpreadBy(pairs, func(p calmPair) float64 { return figure(of(p)) }).In(decimals)
		}
		t.AppendRow([]any{
			name, in(func(c calm) float64 { return c.rate }, 0), in(func(c calm) float64 { return c.p50 }, 1),
			in(func(c calm) float64 { return c.p99 }, 1), in(func(c calm) float64 { return c.most }, 1),
		})
	}
	add("none hangs", func(p calmPair) calm { return p.none })
	add(fmt.Sprintf("%d of %d hang", hangingOnes, hangingEndpoints), func(p calmPair) calm { return p.some })
	share := func(figure func(none, some calm) float64) float64 {
		return report.SpreadBy(pairs, func(p calmPair) float64 { return 100 * figure(p.none, p.some) }).Median
	}
	return &report.Section{
		Part: HangingPart, Title: "what receivers that hang cost the others",
		Conditions: []string{
			fmt.Sprintf("%d endpoints; %d webhooks at %d a second for the delays, then %d at once for the rate; %d turns, %d partitions",
				hangingEndpoints, hangingRate*hangingSeconds, hangingRate, b.Webhooks, b.common.Turns, b.common.Partitions),
			"delays are from the moment that a webhook is handed to its producer to its arrival at the receiver",
		},
		Blocks: []report.Block{{Table: t, Note: "Only webhooks of endpoints whose receivers answer are counted; the others take their call, read it and never answer."}},
		Aims: []report.Aim{
			{What: "rate of the others, of that where none hangs", Unit: "%", Want: 95, Have: share(func(none, some calm) float64 { return some.rate / none.rate })},
			{What: "P99 where none hangs, of that of the others", Unit: "%", Want: 95, Have: share(func(none, some calm) float64 { return none.p99 / some.p99 })},
		},
	}
}
