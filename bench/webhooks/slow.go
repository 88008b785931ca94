package webhooks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// SlowPart is the name of the part that measures webhooks to a slow receiver.
const SlowPart = "slow"

const (
	slowDelay    = 200 * time.Millisecond
	slowInFlight = 200
	// slowSeconds is how long a turn takes at the endpoint's limit.
	slowSeconds = 15
)

// slowRate is what the limit allows: webhooks a second.
func slowRate() float64 { return slowInFlight / slowDelay.Seconds() }

// slowTurn is one turn: webhooks a second over all of it, and over its later
// half, when the limit that adapts has found the receiver's.
type slowTurn struct{ all, later float64 }

// String implements fmt.Stringer.
func (t slowTurn) String() string {
	return fmt.Sprintf("%.0f webhooks/s, %.0f in the later half", t.all, t.later)
}

// Slow measures one endpoint whose receiver takes its time.
func Slow(ctx context.Context, common *rig.Options, o *Options) (*report.Section, error) {
	b, err := newBench(common, o)
	if err != nil {
		return nil, err
	}
	var turns []slowTurn
	err = b.turns(ctx, SlowPart, func(ctx context.Context, counts bool) (fmt.Stringer, error) {
		t, err := b.slow(ctx, int(slowRate()*slowSeconds))
		if counts {
			turns = append(turns, t)
		}
		return t, err
	})
	if err != nil {
		return nil, err
	}
	return b.slowSection(turns), nil
}

func (b *bench) slow(ctx context.Context, count int) (st slowTurn, err error) {
	s, err := b.newScene(ctx, &ReceiverOrder{Webhooks: count, Delay: slowDelay}, 1, slowInFlight)
	if err != nil {
		return st, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	load := &jobs{codec: b.codecs.WebhookJob, count: count, endpoint: evenly(1), least: mostBody, most: mostBody, seed: b.common.Seed}
	if err := fill(ctx, s.stage, load); err != nil {
		return st, err
	}
	p, err := deliver(ctx, s.stage, "")
	if err != nil {
		return st, err
	}
	t, err := measure(ctx, s.target, p, count, s.stage.Open)
	if err != nil {
		return st, err
	}
	came, _, err := s.times(ctx)
	return slowTurn{t.Rate(), laterRate(came)}, err
}

// laterRate is the rate of the later half of those that came.
func laterRate(came []time.Time) float64 {
	came = slices.SortedFunc(slices.Values(came), time.Time.Compare)
	half := came[len(came)/2:]
	return float64(len(half)-1) / half[len(half)-1].Sub(half[0]).Seconds()
}

func (b *bench) slowSection(turns []slowTurn) *report.Section {
	all := report.SpreadBy(turns, func(t slowTurn) float64 { return t.all })
	later := report.SpreadBy(turns, func(t slowTurn) float64 { return t.later })
	t := report.NewTable("", "webhooks/s", "% of what the limit allows")
	t.AppendRow([]any{"over all", all.In(0), fmt.Sprintf("%.0f", 100*all.Median/slowRate())})
	t.AppendRow([]any{"the later half", later.In(0), fmt.Sprintf("%.0f", 100*later.Median/slowRate())})
	return &report.Section{
		Part: SlowPart, Title: "one endpoint whose receiver takes 200 ms",
		Conditions: []string{fmt.Sprintf("%d webhooks of %d bytes, all on the log from the start; the endpoint's limit of %d calls at a time allows %.0f a second; %d turns, %d partitions",
			int(slowRate()*slowSeconds), mostBody, slowInFlight, slowRate(), b.common.Turns, b.common.Partitions)},
		Blocks: []report.Block{{Table: t, Note: "The limit adapts: it begins low, and grows while the receiver answers."}},
		Aims:   []report.Aim{{What: "the later half, of what the limit allows", Unit: "%", Want: 95, Have: 100 * later.Median / slowRate()}},
	}
}
