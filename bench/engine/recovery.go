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

// RecoveryPart is the name of the part that kills a process and starts it
// again.
const RecoveryPart = "recovery"

// The load of the part recovery.
const (
	recoveryRecords = 600_000
	recoveryKeys    = 1_000_000
	recoveryBytes   = 300 // of each key's state
	// recoveryAfter is how many counts have come out when the process is
	// killed: so many changelog records are in no file of the store, at most.
	recoveryAfter = recoveryRecords / 2
	// settleTime is how long after the kill nothing may come out any more, so
	// that what comes then is of the new process.
	settleTime = 100 * time.Millisecond
)

// comeback is one turn: how long after the process was started again what had
// come to pass.
type comeback struct {
	began  time.Duration // it runs
	opened time.Duration // its database is open
	joined time.Duration // it is in the group, and the first of what lay behind is restored
	output time.Duration // the first new count can be read: some tasks work, others may still be restored
	ready  time.Duration // all tasks are restored
	behind int           // records of the changelog that were restored
}

// String implements fmt.Stringer.
func (c comeback) String() string {
	return fmt.Sprintf("first new count after %s, %d records behind", c.output.Round(time.Millisecond), c.behind)
}

// Recovery measures how soon a process that was killed works again, when it is
// started at once on the same folder.
func Recovery(ctx context.Context, common *rig.Options, o *Options) (_ *report.Section, err error) {
	b := &bench{common, o}
	sc := scene{partitions: common.Partitions, records: recoveryRecords, bytes: streamBytes, keys: recoveryKeys, access: uniform, seed: common.Seed}
	order := RuntimeOrder{State: state{Keys: sc.keys, Bytes: recoveryBytes, Partitions: sc.partitions}}
	if order.Dir, err = b.folder(ctx, order.State); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(order.Dir)) }()
	var turns []comeback
	err = b.turns(RecoveryPart, func(_ int, counts bool) (fmt.Stringer, error) {
		ctx, cancel := b.patiently(ctx)
		defer cancel()
		c, err := sc.killAndRestart(ctx, order)
		if counts {
			turns = append(turns, c)
		}
		return c, err
	})
	if err != nil {
		return nil, err
	}
	return recoverySection(sc, turns, common.Workers()), nil
}

// killAndRestart is one turn. All counts must come, each once.
func (sc scene) killAndRestart(ctx context.Context, o RuntimeOrder) (c comeback, err error) {
	s, err := sc.stage(ctx, 1)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	o.Brokers = s.Addrs()
	r, err := sc.newReader(ctx, o.Brokers)
	if err != nil {
		return c, err
	}
	defer r.close()
	if err := sc.workAndDie(ctx, s, r, o); err != nil {
		return c, err
	}
	before, err := r.quiet(ctx, settleTime)
	if err != nil {
		return c, err
	}
	if before == sc.records {
		return c, errors.New("killing a process in the middle of its work: it had done all of it")
	}
	o.Adopt = false
	restart := time.Now()
	p, err := rig.Start(ctx, RuntimeKind, "", o)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	up := time.Since(restart)
	var said ready
	if err := p.Said(&said); err != nil {
		return c, err
	}
	if err := p.Begin(); err != nil {
		return c, err
	}
	if err := r.have(p.Alive(), sc.records); err != nil {
		return c, err
	}
	_, err = p.End()
	began := up - said.Ready.At
	return comeback{
		began: began, opened: began + said.Opened, joined: began + said.First.At, ready: up,
		behind: said.Ready.Records, output: r.firstSince(restart).Sub(restart),
	}, err
}

// workAndDie lets a process work until half of the counts have come, and
// kills it.
func (sc scene) workAndDie(ctx context.Context, s *rig.Stage, r *reader, o RuntimeOrder) error {
	o.Adopt = true
	p, err := rig.Start(ctx, RuntimeKind, "", o)
	if err != nil {
		return err
	}
	err = s.Open(ctx)
	if err == nil {
		err = r.have(p.Alive(), recoveryAfter*sc.records/recoveryRecords)
	}
	return errors.Join(err, p.Kill())
}

func recoverySection(sc scene, turns []comeback, workers int) *report.Section {
	in := func(figure func(comeback) time.Duration) string {
		return report.SpreadBy(turns, func(c comeback) float64 { return figure(c).Seconds() }).In(2)
	}
	t := report.NewTable("seconds from the start until", "")
	t.AppendRow([]any{"the process has begun", in(func(c comeback) time.Duration { return c.began })})
	t.AppendRow([]any{"its database is open", in(func(c comeback) time.Duration { return c.opened })})
	t.AppendRow([]any{"it is in the group, and the first task is being restored", in(func(c comeback) time.Duration { return c.joined })})
	t.AppendRow([]any{"a reader has the first new count", in(func(c comeback) time.Duration { return c.output })})
	t.AppendRow([]any{"all tasks are restored", in(func(c comeback) time.Duration { return c.ready })})
	behind := report.SpreadBy(turns, func(c comeback) float64 { return float64(c.behind) })
	return &report.Section{
		Part: RecoveryPart, Title: "killed in the middle of work, and started again at once",
		Conditions: []string{
			fmt.Sprintf("state of %d keys of %d bytes in Pebble; %d records, of which half are done when the process is killed (SIGKILL); %d turns, %d partitions, %d workers",
				sc.keys, recoveryBytes, sc.records, len(turns), sc.partitions, workers),
			"changelog records that had to be read again: " + behind.In(0),
		},
		Blocks: []report.Block{{Table: t, Note: "A task that is restored works while others are not yet. Every turn ends with all records counted exactly once, or the run fails."}},
		Aims: []report.Aim{{
			What: "from the start of the process to the first new count", Unit: "s", Want: 3, AtMost: true, Decimals: 2,
			Have: report.SpreadBy(turns, func(c comeback) float64 { return c.output.Seconds() }).Median,
		}},
	}
}
