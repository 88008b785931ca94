package engine

import (
	"context"
	"fmt"
	"time"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// TakeoverPart is the name of the part that kills a process and lets another
// take its tasks over.
const TakeoverPart = "takeover"

// The load of the part takeover.
const (
	takeoverRecords = 600_000
	takeoverKeys    = 1_000_000
	takeoverBytes   = 300 // of each key's state
)

// sessionTimeout is the runtime's default.
const sessionTimeout = 10 * time.Second

// takeovers are one turn of each.
type takeovers struct{ standby, cold takeover }

// String implements fmt.Stringer.
func (t takeovers) String() string {
	return fmt.Sprintf("by a standby %s; without one %s", t.standby, t.cold)
}

// Takeover measures how soon the tasks of a process that was killed are worked
// on by another, that has followed their changelogs as a standby or has not.
func Takeover(ctx context.Context, common *rig.Options, o *Options) (*report.Section, error) {
	b := &bench{common, o}
	sc := scene{partitions: common.Partitions, records: takeoverRecords, bytes: streamBytes, keys: takeoverKeys, access: uniform, seed: common.Seed}
	order := RuntimeOrder{State: state{Keys: sc.keys, Bytes: takeoverBytes, Partitions: sc.partitions}, Timeout: sessionTimeout}
	var turns []takeovers
	err := b.turns(TakeoverPart, func(_ int, counts bool) (t fmt.Stringer, err error) {
		var both takeovers
		if both.standby, err = b.takeover(ctx, sc, order, 1); err == nil {
			both.cold, err = b.takeover(ctx, sc, order, 0)
		}
		if counts {
			turns = append(turns, both)
		}
		return both, err
	})
	if err != nil {
		return nil, err
	}
	return takeoverSection(sc, turns, common.Workers()), nil
}

// takeover is one turn with so many standbys.
func (b *bench) takeover(ctx context.Context, sc scene, o RuntimeOrder, standbys int) (takeover, error) {
	ctx, cancel := b.patiently(ctx)
	defer cancel()
	o.Standbys = standbys
	return sc.takeOver(ctx, o)
}

func takeoverSection(sc scene, turns []takeovers, workers int) *report.Section {
	t := report.NewTable("", "by a standby", "without one")
	add := func(what string, decimals int, figure func(takeover) float64) {
		t.AppendRow([]any{
			what,
			report.SpreadBy(turns, func(t takeovers) float64 { return figure(t.standby) }).In(decimals),
			report.SpreadBy(turns, func(t takeovers) float64 { return figure(t.cold) }).In(decimals),
		})
	}
	add("s from the kill until the group has moved", 2, func(t takeover) float64 { return t.moved.Seconds() })
	add("s from there until a reader has the first new count of a task that moved", 2, func(t takeover) float64 { return t.first.Seconds() })
	add("s from there until it has one of each", 2, func(t takeover) float64 { return t.all.Seconds() })
	add("s from the kill until it has the first", 2, func(t takeover) float64 { return (t.moved + t.first).Seconds() })
	add("s from the kill until it has one of each", 2, func(t takeover) float64 { return (t.moved + t.all).Seconds() })
	add("changelog records that were read again", 0, func(t takeover) float64 { return float64(t.read) })
	return &report.Section{
		Part: TakeoverPart, Title: "killed in the middle of work, and taken over by another process",
		Conditions: []string{
			fmt.Sprintf("two processes that share the tasks; state of %d keys of %d bytes in Pebble, half of it with the one that is killed (SIGKILL); %d records, of which half are done by then",
				sc.keys, takeoverBytes, sc.records),
			fmt.Sprintf("sessions and transactions time out after %s; %d turns, %d partitions, %d workers in each process", sessionTimeout, len(turns), sc.partitions, workers),
		},
		Blocks: []report.Block{{Table: t, Note: "The group has moved when its coordinator says that all tasks are the survivor's. Every turn ends with all records counted exactly once, or the run fails."}},
		Aims: []report.Aim{{
			What: "by a standby, from the move to the first new count", Unit: "s", Want: 2, AtMost: true, Decimals: 2,
			Have: report.SpreadBy(turns, func(t takeovers) float64 { return t.standby.first.Seconds() }).Median,
		}},
	}
}
