package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// StatePart is the name of the part that measures what a large state costs.
const StatePart = "state"

// The states that are compared.
const (
	stateBytes = 300
	// warmShare is how many keys there are for each record that a process has
	// handled before it is measured: two come for each of the newest tenth.
	warmShare = 5
	smallKeys = 100_000
	// stateCache is for decoded values: the newest tenth of 10 million keys
	// should fit, and the process stay below 4 GiB.
	stateCache = 1536 << 20
)

// sizes is one turn of the same records on a small and a large state.
type sizes struct{ small, large rig.Turn }

// String implements fmt.Stringer.
func (s sizes) String() string {
	return fmt.Sprintf("%.1f µs/record on the small state, %.1f on the large one, %.0f MB resident", s.small.Cost(), s.large.Cost(), float64(s.large.Used.Peak)/1e6)
}

// pattern is one way to access them, in turns.
type pattern struct {
	access  access
	aim     float64 // what a record may cost more on the large state
	records int     // in a turn
	turns   []sizes
}

// states are the folders of both.
type states struct{ small, large RuntimeOrder }

// State measures the memory, the disk and the cost of a record with many keys,
// beside few.
func State(ctx context.Context, common *rig.Options, o *Options) (_ *report.Section, err error) {
	b := &bench{common, o}
	dirs, err := b.states(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dirs.small.Dir), os.RemoveAll(dirs.large.Dir)) }()
	patterns := []*pattern{{access: newest, aim: 1.5, records: o.stateRecords()}, {access: uniform, aim: 4, records: o.stateRecords()}}
	for _, p := range patterns {
		err := b.turns(fmt.Sprintf("%s, %s", StatePart, p.access), func(_ int, counts bool) (fmt.Stringer, error) {
			ctx, cancel := b.patiently(ctx)
			defer cancel()
			s, err := b.sizes(ctx, p, dirs)
			if counts {
				p.turns = append(p.turns, s)
			}
			return s, err
		})
		if err != nil {
			return nil, err
		}
	}
	disk, err := folderBytes(dirs.large.Dir)
	if err != nil {
		return nil, err
	}
	return b.stateSection(patterns, disk), nil
}

// stateRecords is how many a turn has: about one for each of the newest tenth
// of the keys.
func (o *Options) stateRecords() int { return max(o.Records, o.manyKeys()/10) }

// manyKeys is how many the parts state and idle have.
func (o *Options) manyKeys() int {
	if o.Full {
		return 10_000_000
	}
	return 1_000_000
}

// states fills both folders. Every key has a wake-up, a week ahead.
func (b *bench) states(ctx context.Context) (s states, err error) {
	fill := func(o *RuntimeOrder, keys int) {
		*o = RuntimeOrder{State: state{Keys: keys, Bytes: stateBytes, Timers: true, Partitions: b.common.Partitions}, Adopt: true, Cache: stateCache}
		if err == nil {
			o.Dir, err = b.folder(ctx, o.State)
		}
	}
	fill(&s.small, smallKeys)
	fill(&s.large, b.manyKeys())
	if err != nil && s.small.Dir != "" {
		err = errors.Join(err, os.RemoveAll(s.small.Dir))
	}
	return s, err
}

// sizes is one turn of both.
func (b *bench) sizes(ctx context.Context, p *pattern, dirs states) (s sizes, err error) {
	sc := scene{partitions: b.common.Partitions, records: p.records, bytes: streamBytes, access: p.access, seed: b.common.Seed}
	sc.keys = dirs.small.State.Keys
	if s.small, err = b.warmTurn(ctx, sc, dirs.small, sc.keys/warmShare); err != nil {
		return s, err
	}
	sc.keys = dirs.large.State.Keys
	s.large, err = b.warmTurn(ctx, sc, dirs.large, sc.keys/warmShare)
	return s, err
}

// folderBytes is what the files in a folder hold.
func folderBytes(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		} else if errors.Is(err, fs.ErrNotExist) {
			err = nil // it was just removed
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("adding up what lies in %s: %w", dir, err)
	}
	return sum, nil
}

func (b *bench) stateSection(patterns []*pattern, disk int64) *report.Section {
	t := report.NewTable("", "records/s", "CPU µs/record", "broker CPU µs/record", "cores, others", "allocations/record", "peak memory MB")
	var aims []report.Aim
	peak := 0.0
	for _, p := range patterns {
		add := func(keys int, of func(sizes) rig.Turn) {
			in := func(figure func(rig.Turn) float64, decimals int) string {
				return report.SpreadBy(p.turns, func(s sizes) float64 { return figure(of(s)) }).In(decimals)
			}
			t.AppendRow([]any{
				fmt.Sprintf("%d keys, %s", keys, p.access), in(rig.Turn.Rate, 0), in(rig.Turn.Cost, 1),
				in(func(t rig.Turn) float64 { return t.PerRecord(t.Broker) }, 1), in(func(t rig.Turn) float64 { return t.Cores(t.Others) }, 1),
				in(rig.Turn.Allocations, 1), in(func(t rig.Turn) float64 { return float64(t.Used.Peak) / 1e6 }, 0),
			})
		}
		add(smallKeys, func(s sizes) rig.Turn { return s.small })
		add(b.manyKeys(), func(s sizes) rig.Turn { return s.large })
		aims = append(aims, report.Aim{
			What: fmt.Sprintf("%s, processor time of a record on the large state in that on the small one", p.access), Unit: "times", Want: p.aim, AtMost: true, Decimals: 2,
			Have: report.SpreadBy(p.turns, func(s sizes) float64 { return s.large.Cost() / s.small.Cost() }).Median,
		}, report.Aim{
			What: fmt.Sprintf("%s, time of a record on the large state in that on the small one", p.access), Unit: "times", Want: p.aim, AtMost: true, Decimals: 2,
			Have: report.SpreadBy(p.turns, func(s sizes) float64 { return s.small.Rate() / s.large.Rate() }).Median,
		})
		peak = max(peak, report.SpreadBy(p.turns, func(s sizes) float64 { return float64(s.large.Used.Peak) }).High)
	}
	aims = append(aims, report.Aim{What: fmt.Sprintf("most memory ever resident, %d keys", b.manyKeys()), Unit: "GiB", Want: 4, AtMost: true, Decimals: 2, Have: peak / (1 << 30)})
	return &report.Section{
		Part: StatePart, Title: "a large state beside a small one",
		Conditions: []string{
			fmt.Sprintf("keys with %d bytes of state and a wake-up each, %d and %d of them; %.2f GiB on the disk for the latter; one process with default settings, but for %.1f GiB for decoded values", stateBytes, smallKeys, b.manyKeys(), float64(disk)/(1<<30), float64(stateCache)/(1<<30)),
			fmt.Sprintf("%d records of %d bytes in a turn, %d turns, %d partitions, %d workers", patterns[0].records, streamBytes, b.common.Turns, b.common.Partitions, b.common.Workers()),
		},
		Blocks: []report.Block{{Table: t, Note: "*Newest tenth*: nine of ten records are for the newest tenth of the keys. The state is written straight into the folder before, not through the\n" +
			"broker. Each turn has a new process, which handles a fifth as many records as there are keys before it is measured. Files may be in the\n" +
			"memory of the system."}},
		Aims: aims,
	}
}
