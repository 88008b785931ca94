package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// IdlePart is the name of the part that measures what waiting costs.
const IdlePart = "idle"

const (
	idleBytes = 100
	// idleCalm is how long after its start a process may put its state in
	// order, idleTime how long it is then measured.
	idleCalm = 5 * time.Second
	idleTime = 10 * time.Second
)

// rest is one turn: shares of a core, in percent, of a process whose state has
// timers and of one whose has no keys.
type rest struct {
	timers, none float64
	peak         int64
}

// String implements fmt.Stringer.
func (r rest) String() string {
	return fmt.Sprintf("%.2f %% of a core, %.2f without any state", r.timers, r.none)
}

// Idle measures a process to which nothing comes while many keys wait for
// their time.
func Idle(ctx context.Context, common *rig.Options, o *Options) (_ *report.Section, err error) {
	b := &bench{common, o}
	many := RuntimeOrder{State: state{Keys: o.manyKeys(), Bytes: idleBytes, Timers: true, Partitions: common.Partitions}, Adopt: true}
	none := RuntimeOrder{State: state{Partitions: common.Partitions}, Adopt: true}
	if many.Dir, err = b.folder(ctx, many.State); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(many.Dir)) }()
	if none.Dir, err = b.folder(ctx, none.State); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(none.Dir)) }()
	var turns []rest
	err = b.turns(IdlePart, func(_ int, counts bool) (fmt.Stringer, error) {
		ctx, cancel := b.patiently(ctx)
		defer cancel()
		var r rest
		if r.timers, r.peak, err = b.idle(ctx, many); err != nil {
			return nil, err
		}
		r.none, _, err = b.idle(ctx, none)
		if counts {
			turns = append(turns, r)
		}
		return r, err
	})
	if err != nil {
		return nil, err
	}
	return b.idleSection(turns), nil
}

// idle measures one process, in percent of a core.
func (b *bench) idle(ctx context.Context, o RuntimeOrder) (share float64, peak int64, err error) {
	s, err := scene{partitions: b.common.Partitions}.emptyStage(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	o.Brokers = s.Addrs()
	p, err := rig.Start(ctx, RuntimeKind, "", o)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := pause(p.Alive(), idleCalm); err != nil {
		return 0, 0, err
	}
	if err := p.Begin(); err != nil {
		return 0, 0, err
	}
	if err := pause(p.Alive(), idleTime); err != nil {
		return 0, 0, err
	}
	used, err := p.End()
	return 100 * used.CPU.Seconds() / idleTime.Seconds(), used.Peak, err
}

// pause waits for a while.
func pause(ctx context.Context, while time.Duration) error {
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

func (b *bench) idleSection(turns []rest) *report.Section {
	timers := report.SpreadBy(turns, func(r rest) float64 { return r.timers })
	t := report.NewTable("", "% of a core", "peak memory MB")
	t.AppendRow([]any{fmt.Sprintf("%d timers pending", b.manyKeys()), timers.In(2), report.SpreadBy(turns, func(r rest) float64 { return float64(r.peak) / 1e6 }).In(0)})
	t.AppendRow([]any{"no state at all", report.SpreadBy(turns, func(r rest) float64 { return r.none }).In(2), ""})
	return &report.Section{
		Part: IdlePart, Title: "nothing comes, and many timers are pending",
		Conditions: []string{fmt.Sprintf("keys with %d bytes of state and a wake-up a week ahead, in Pebble; %s measured, from %s after the start; %d turns, %d partitions, %d workers",
			idleBytes, idleTime, idleCalm, len(turns), b.common.Partitions, b.common.Workers())},
		Blocks: []report.Block{{Table: t, Note: "The clock is live, so stream time follows the wall clock. What is left without state are heartbeats, fetches that wait, and garbage collection."}},
		Aims:   []report.Aim{{What: fmt.Sprintf("processor share with %d timers", b.manyKeys()), Unit: "% of a core", Want: 2, AtMost: true, Decimals: 2, Have: timers.Median}},
	}
}
