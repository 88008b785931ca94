package engine

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/pipeline/stream/store"
)

// RestorePart is the name of the part that restores state from the changelog.
const RestorePart = "restore"

// The state of the part restore.
const (
	restoreKeys  = 1_000_000
	restoreBytes = 300
)

// loads are one turn: a restore, and the same bytes from memory through our
// store and into a bare Pebble.
type loads struct{ restore, store, bare loaded }

// rate is records a second.
func (l loaded) rate() float64 { return float64(l.Records) / l.Took.Seconds() }

// share is a rate in that of the quicker of the loads from memory, in percent.
func (l loads) share(of loaded) float64 { return 100 * of.rate() / max(l.store.rate(), l.bare.rate()) }

// String implements fmt.Stringer.
func (l loads) String() string {
	return fmt.Sprintf("%.0f records/s, from memory %.0f, into a bare Pebble %.0f", l.restore.rate(), l.store.rate(), l.bare.rate())
}

// Restore measures how fast a runtime without state reads all of it.
func Restore(ctx context.Context, common *rig.Options, o *Options) (_ *report.Section, err error) {
	b := &bench{common, o}
	sc := scene{partitions: common.Partitions}
	st := state{Keys: restoreKeys, Bytes: restoreBytes, Partitions: sc.partitions}
	s, err := sc.emptyStage(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	tally, err := st.publish(ctx, s)
	if err != nil {
		return nil, err
	}
	var turns []loads
	err = b.turns(RestorePart, func(_ int, counts bool) (fmt.Stringer, error) {
		ctx, cancel := b.patiently(ctx)
		defer cancel()
		l, err := st.loads(ctx, s.Addrs())
		if counts {
			turns = append(turns, l)
		}
		return l, err
	})
	if err != nil {
		return nil, err
	}
	return restoreSection(st, tally, turns), nil
}

// publish writes state to the changelog.
func (st state) publish(ctx context.Context, s *rig.Stage) (tally rig.Tally, err error) {
	err = s.Fill(ctx, func(produce func(*kgo.Record)) {
		for p := range int32(st.Partitions) {
			_ = st.changes(p, func(changes []store.Change) error { // which has no error of its own
				for _, c := range changes {
					r := &kgo.Record{Topic: changelogTopic, Key: []byte(c.Key), Value: c.Value}
					tally.Add(r)
					produce(r)
				}
				return nil
			})
		}
	})
	if err == nil {
		err = s.Open(ctx)
	}
	return tally, err
}

// loads is one turn, in three processes, each with a folder of its own.
func (st state) loads(ctx context.Context, brokers []string) (l loads, err error) {
	in := func(run func(dir string) error) {
		dir, made := os.MkdirTemp("", "waybill-bench-restore-")
		if err = errors.Join(err, made); err == nil {
			err = errors.Join(run(dir), os.RemoveAll(dir))
		}
	}
	in(func(dir string) error {
		var said ready
		if err := rig.Do(ctx, RuntimeKind, RuntimeOrder{Brokers: brokers, Dir: dir, State: st}, &said); err != nil {
			return err
		}
		l.restore = said.loaded()
		if said.Ready.Records != st.Keys {
			return fmt.Errorf("%d records were restored, not %d", said.Ready.Records, st.Keys)
		}
		return nil
	})
	in(func(dir string) error { return rig.Do(ctx, BulkKind, BulkOrder{Dir: dir, State: st}, &l.store) })
	in(func(dir string) error {
		return rig.Do(ctx, BulkKind, BulkOrder{Dir: dir, State: st, Bare: true}, &l.bare)
	})
	return l, err
}

// loaded is the restore from the moment when its first records were in the
// store: what comes before is the group's.
func (r ready) loaded() loaded {
	return loaded{
		Took: r.Ready.At - r.First.At, Records: r.Ready.Records - r.First.Records,
		Used: rig.Usage{CPU: r.Ready.Used.CPU - r.First.Used.CPU, Peak: r.Ready.Used.Peak},
	}
}

func restoreSection(st state, tally rig.Tally, turns []loads) *report.Section {
	t := report.NewTable("", "records/s", "MB/s", "% of the quicker load", "CPU µs/record", "peak memory MB")
	add := func(name string, of func(loads) loaded) {
		in := func(figure func(loaded) float64, decimals int) string {
			return report.SpreadBy(turns, func(l loads) float64 { return figure(of(l)) }).In(decimals)
		}
		t.AppendRow([]any{
			name, in(loaded.rate, 0), in(func(l loaded) float64 { return l.rate() * tally.Mean() / 1e6 }, 0), report.SpreadBy(turns, func(l loads) float64 { return l.share(of(l)) }).In(0),
			in(func(l loaded) float64 { return float64(l.Used.CPU.Nanoseconds()) / 1000 / float64(l.Records) }, 1),
			in(func(l loaded) float64 { return float64(l.Used.Peak) / 1e6 }, 0),
		})
	}
	add("restore from the changelog", func(l loads) loaded { return l.restore })
	add("our store, from memory", func(l loads) loaded { return l.store })
	add("bare Pebble, from memory", func(l loads) loaded { return l.bare })
	return &report.Section{
		Part: RestorePart, Title: "state from the changelog, beside a bulk load from memory",
		Conditions: []string{fmt.Sprintf("%d keys, %.0f bytes with key and envelope; %d turns, %d partitions at once", st.Keys, tally.Mean(), len(turns), st.Partitions)},
		Blocks: []report.Block{{Table: t, Note: "The restore's time runs from its first records in the store until all tasks are ready; that of the others from the first batch to the last.\n" +
			"Their memory holds what they load, too. None of them waits for what is still in Pebble's memory tables."}},
		Aims: []report.Aim{{What: "restore, share of the quicker bulk load from memory", Unit: "%", Want: 70, Have: report.SpreadBy(turns, func(l loads) float64 { return l.share(l.restore) }).Median}},
	}
}
