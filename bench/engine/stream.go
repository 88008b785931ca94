package engine

import (
	"context"
	"errors"
	"fmt"
	"os"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// StreamPart is the name of the part that measures records a second.
const StreamPart = "stream"

// The load of the part stream.
const (
	streamBytes  = 200
	streamKeys   = 1_000_000
	streamPasses = 2 // of the limit, which is quicker
)

// trio is one turn of each: state in memory, state on disk, and the limit of
// the bytes that the latter wrote.
type trio struct {
	memory rig.Turn
	disk   rig.Pair
}

func (t trio) inMemory() rig.Pair { return rig.Pair{Ours: t.memory, Limit: t.disk.Limit} }

// String implements fmt.Stringer.
func (t trio) String() string {
	return fmt.Sprintf("%.0f records/s, %.0f with state in memory, limit %.0f", t.disk.Ours.Rate(), t.memory.Rate(), t.disk.Limit.Rate())
}

// Stream measures the runtime beside the limit.
func Stream(ctx context.Context, common *rig.Options, o *Options) (_ *report.Section, err error) {
	b := &bench{common, o}
	sc := scene{partitions: common.Partitions, records: o.Records, bytes: streamBytes, keys: streamKeys, access: uniform, seed: common.Seed}
	order := RuntimeOrder{State: state{Keys: sc.keys, Bytes: 8, Partitions: sc.partitions}, Adopt: true}
	onDisk := order
	if onDisk.Dir, err = b.folder(ctx, order.State); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(onDisk.Dir)) }()
	var trios []trio
	err = b.turns(StreamPart, func(_ int, counts bool) (fmt.Stringer, error) {
		ctx, cancel := b.patiently(ctx)
		defer cancel()
		var t trio
		if t.memory, err = b.ourTurn(ctx, sc, order, ""); err != nil {
			return nil, err
		}
		if t.disk, err = b.pair(ctx, sc, onDisk, streamPasses); err != nil {
			return nil, err
		}
		if counts {
			trios = append(trios, t)
		}
		return t, checkStream(t, sc)
	})
	if err == nil && common.Profile != "" {
		_, err = b.ourTurn(ctx, sc, onDisk, common.Profile)
	}
	if err != nil {
		return nil, err
	}
	return b.streamSection(sc, trios), nil
}

// checkStream refuses a turn that did other work.
func checkStream(t trio, sc scene) error {
	wrote := t.disk.Ours.Wrote
	if n := wrote[outputTopic].Records; n != sc.records {
		return fmt.Errorf("%d counts came out for %d records", n, sc.records)
	}
	if n := wrote[deadLetterTopic].Records; n > 0 {
		return fmt.Errorf("%d records went to dead letters", n)
	}
	return nil
}

func (b *bench) streamSection(sc scene, trios []trio) *report.Section {
	disk, memory := make([]rig.Pair, 0, len(trios)), make([]rig.Pair, 0, len(trios))
	for _, t := range trios {
		disk, memory = append(disk, t.disk), append(memory, t.inMemory())
	}
	table := report.NewTurns("record")
	report.AddTurns(table, "count per key, state in Pebble", report.SpreadBy(disk, rig.Pair.Share).In(0), rig.Ours(disk))
	report.AddTurns(table, "count per key, state in memory", report.SpreadBy(memory, rig.Pair.Share).In(0), rig.Ours(memory))
	report.AddTurns(table, "limit of the same bytes", "", rig.Limits(disk))
	limit := report.SpreadBy(rig.Limits(disk), rig.Turn.Allocations).Median
	return &report.Section{
		Part: StreamPart, Title: "the runtime alone, count per key, beside the limit",
		Conditions: []string{
			fmt.Sprintf("%d records of %d bytes in a turn, %d times that in one of the limit; %d turns, %d partitions, %d workers, commit interval %s",
				sc.records, sc.bytes, streamPasses, b.common.Turns, sc.partitions, b.common.Workers(), commitInterval),
			fmt.Sprintf("state of %d keys from the start, all equally likely; %s", sc.keys, wroteText(disk[len(disk)-1].Ours.Wrote, sc.records)),
		},
		Blocks: []report.Block{{Table: table, Note: report.TurnsNote}},
		Aims: []report.Aim{
			{What: "state in Pebble, share of the limit", Unit: "%", Want: 80, Have: report.SpreadBy(disk, rig.Pair.Share).Median},
			{What: "allocations per record", Want: 4, AtMost: true, Decimals: 1, Unit: "in the whole process",
				Have: report.SpreadBy(rig.Ours(disk), rig.Turn.Allocations).Median,
				Note: fmt.Sprintf(" (the limit's process, which only passes the same bytes on, makes %.1f)", limit)},
		},
	}
}

// wroteText says what came out for each record.
func wroteText(wrote rig.Tallies, records int) string {
	out, log := wrote[outputTopic], wrote[changelogTopic]
	return fmt.Sprintf("out for each record: %.2f counts of %.0f bytes, %.2f changelog records of %.0f bytes",
		float64(out.Records)/float64(records), out.Mean(), float64(log.Records)/float64(records), log.Mean())
}
