package webhooks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/internal/roles"
)

// WaitingPart is the name of the part that measures what webhooks cost that
// wait for a dead endpoint.
const WaitingPart = "waiting"

const (
	waitingEndpoints = 20 // the first is dead
	waitingRate      = 500
	waitingSeconds   = 10
	// waitingSettle is how long after the last was taken in the process may put
	// itself in order, waitingRest how long it is then measured.
	waitingSettle = 45 * time.Second
	waitingRest   = 20 * time.Second
)

// waiting is one turn.
type waiting struct {
	intake        float64 // webhooks a second, until all are in the queue
	rest          float64 // share of a core while they wait, in percent
	memory, peak  int64   // resident while they wait, and at most, in bytes
	before, among delays  // of webhooks for other endpoints: before, and while they wait
	drain         float64 // webhooks a second, from the moment that the endpoint is back
}

// String implements fmt.Stringer.
func (w *waiting) String() string {
	return fmt.Sprintf("in at %.0f/s; %.2f %% of a core and %d MB; others P99 %.1f ms, before %.1f; out at %.0f/s",
		w.intake, w.rest, w.memory/1e6, w.among.p99, w.before.p99, w.drain)
}

// Waiting measures it.
func Waiting(ctx context.Context, common *rig.Options, o *Options) (*report.Section, error) {
	b, err := newBench(common, o)
	if err != nil {
		return nil, err
	}
	var turns []*waiting
	few := *common // a turn takes minutes: a million webhooks go in and come out
	few.Warmups, few.Turns, few.Patience = 0, min(2, common.Turns), 4*common.Patience
	b.common = &few
	err = b.turns(ctx, WaitingPart, func(ctx context.Context, _ bool) (fmt.Stringer, error) {
		w, err := b.wait(ctx)
		turns = append(turns, w)
		return w, err
	})
	if err != nil {
		return nil, err
	}
	return b.waitingSection(turns), nil
}

func (b *bench) wait(ctx context.Context) (w *waiting, err error) {
	paced := waitingRate * waitingSeconds
	s, err := b.newScene(ctx, &ReceiverOrder{Webhooks: b.Waiting + 2*paced, Hang: 1}, waitingEndpoints, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	p, err := deliver(ctx, s.stage, "")
	if err != nil {
		return nil, err
	}
	w = &waiting{}
	if err := b.stages(p.Alive(), w, s, p); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	used, err := p.End()
	w.peak = used.Peak
	return w, errors.Join(err, p.Close())
}

// stages are those of a turn: webhooks for others alone; many for the dead
// endpoint; rest; webhooks for others again; and the endpoint is back.
func (b *bench) stages(ctx context.Context, w *waiting, s *scene, p *rig.Process) (err error) {
	if err := p.Begin(); err != nil {
		return err
	}
	others := &jobs{
		codec: b.codecs.WebhookJob, first: b.Waiting, count: waitingRate * waitingSeconds, least: leastBody, most: mostBody, seed: b.common.Seed,
		endpoint: func(shipment int) int { return 1 + shipment%(waitingEndpoints-1) },
	}
	if w.before, err = s.paced(ctx, others, waitingRate, 1); err != nil {
		return err
	}
	dead := *others
	dead.first, dead.count, dead.endpoint = 0, b.Waiting, evenly(1)
	if w.intake, err = s.takeIn(ctx, &dead); err != nil {
		return err
	}
	if !rig.Pause(ctx, waitingSettle) {
		return context.Cause(ctx)
	}
	used := p.CPU()
	if !rig.Pause(ctx, waitingRest) {
		return context.Cause(ctx)
	}
	w.rest = 100 * (p.CPU() - used).Seconds() / waitingRest.Seconds()
	w.memory = p.Resident()
	others.first += others.count
	if w.among, err = s.paced(ctx, others, waitingRate, 1); err != nil {
		return err
	}
	began := time.Now()
	if err := s.wake(ctx); err != nil {
		return err
	}
	err = s.await(ctx, b.Waiting+2*others.count)
	w.drain = float64(b.Waiting) / time.Since(began).Seconds()
	return err
}

// takeIn lets loose a load that nobody answers, and measures until all of it is
// in the queue.
func (s *scene) takeIn(ctx context.Context, load *jobs) (rate float64, err error) {
	if err := fill(ctx, s.stage, load); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := s.stage.Open(ctx); err != nil {
		return 0, err
	}
	err = s.stage.Handled(ctx, roles.Delivery)
	return float64(load.count) / time.Since(began).Seconds(), err
}

func (b *bench) waitingSection(turns []*waiting) *report.Section {
	of := func(figure func(*waiting) float64) report.Spread { return report.SpreadBy(turns, figure) }
	rest, peak := of(func(w *waiting) float64 { return w.rest }), of(func(w *waiting) float64 { return float64(w.peak) / (1 << 30) })
	t := report.NewTable("", "")
	t.AppendRow([]any{"taken into the queue, webhooks/s", of(func(w *waiting) float64 { return w.intake }).In(0)})
	t.AppendRow([]any{"% of a core while they wait", rest.In(2)})
	t.AppendRow([]any{"resident memory while they wait, MB", of(func(w *waiting) float64 { return float64(w.memory) / 1e6 }).In(0)})
	t.AppendRow([]any{"most memory ever resident, GiB", peak.In(2)})
	for _, row := range []struct {
		name string
		of   func(*waiting) delays
	}{{"before", func(w *waiting) delays { return w.before }}, {"while they wait", func(w *waiting) delays { return w.among }}} {
		t.AppendRow([]any{"other endpoints " + row.name + ", P50 ms", of(func(w *waiting) float64 { return row.of(w).p50 }).In(1)})
		t.AppendRow([]any{"other endpoints " + row.name + ", P99 ms", of(func(w *waiting) float64 { return row.of(w).p99 }).In(1)})
	}
	t.AppendRow([]any{"drained when the endpoint is back, webhooks/s", of(func(w *waiting) float64 { return w.drain }).In(0)})
	return &report.Section{
		Part: WaitingPart, Title: "webhooks that wait for a dead endpoint",
		Conditions: []string{
			fmt.Sprintf("%d webhooks of %d to %d bytes, %d for each shipment, for an endpoint that takes calls and never answers; %d turns, %d partitions, state in Pebble",
				b.Waiting, leastBody, mostBody, perShipment, len(turns), b.common.Partitions),
			fmt.Sprintf("measured for %s, from %s after the last was taken in; %d webhooks a second for %d other endpoints, for %d s before and as long after",
				waitingRest, waitingSettle, waitingRate, waitingEndpoints-1, waitingSeconds),
		},
		Blocks: []report.Block{{Table: t, Note: "The process that is measured reads, keeps, wakes and calls; the drain's time runs from the moment that the endpoint answers again."}},
		Aims: []report.Aim{
			{What: "processor share while they wait", Unit: "% of a core", Want: 1, AtMost: true, Decimals: 2, Have: rest.Median},
			{What: "most memory ever resident", Unit: "GiB", Want: 2, AtMost: true, Decimals: 2, Have: peak.Median},
		},
	}
}
