//go:build synctests

package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream"
)

// plan is a history before it happens: all of it is drawn from one seed. Any
// part of its steps is a plan too, which is how a failing one is made smaller.
type plan struct {
	seed         uint64
	clock        stream.Clock
	partitions   int32
	brokers      int
	commitMillis int
	latency      time.Duration // of a request
	pebble       bool          // state on disk, else in memory
	refresh      time.Duration // between flushes
	standbys     int
	lag          int64 // that is acceptable
	leave        bool  // processes leave the group when they end in order
	steps        []step
}

// step is one thing that happens, at its time or as soon as the one before it
// is over.
type step struct {
	at      time.Duration
	kind    kind
	name    string // of the process
	workers int
	left    leftover
	records []*written
	key     kmsg.Key
	nth     int
	fate    fate
	err     *kerr.Error
	after   bool // the process dies after the write, not before
	lasts   time.Duration
	silent  bool
	notice  int
}

type kind int

const (
	produce kind = iota
	start
	stop
	crash
	trapRequest
	trapWrite
	cutOff
	usurp
	refuse
	moveLeaders
	moveCoordinators
	compact
	deleteHandled
	notify // drawn apart
	kinds
)

var names = []string{"a", "b", "c"}

// weights say how often a kind of step is drawn.
var weights = [kinds]int{
	produce: 30, start: 14, stop: 3, crash: 5, trapRequest: 14, trapWrite: 4, cutOff: 8, usurp: 1,
	refuse: 14, moveLeaders: 2, moveCoordinators: 2, compact: 3, deleteHandled: 2,
}

// drawing draws a plan.
type drawing struct {
	*rand.Rand
	plan    *plan
	arrival int64 // of the last record, with the clock Log
	count   int
}

func draw(seed uint64) *plan {
	d := &drawing{Rand: rand.New(rand.NewPCG(seed, 0)), arrival: past}
	d.plan = &plan{
		seed: seed, clock: stream.Clock(d.IntN(2)), partitions: 1 + int32(d.IntN(4)), brokers: 1 + d.IntN(2),
		commitMillis: []int{1, 20, 100}[d.IntN(3)], leave: d.IntN(2) == 0,
		latency: time.Duration(100+d.IntN(1000)) * time.Microsecond, pebble: d.IntN(2) == 0,
		refresh: time.Duration(200+d.IntN(5000)) * time.Millisecond, standbys: max(0, d.IntN(4)-1), lag: int64(1 + d.IntN(30)),
	}
	at := time.Duration(0)
	d.add(step{kind: start, name: names[0], workers: 1 + d.IntN(2)})
	for range 4 + d.IntN(20) {
		at += time.Duration(d.IntN(6)*d.IntN(6)*d.IntN(6)*d.IntN(50)) * time.Millisecond
		d.add(d.step(at))
	}
	if d.plan.clock == stream.Live {
		d.notices(rand.New(rand.NewPCG(seed, 1)))
	}
	return d.plan
}

// notices puts changes of the broadcast table between the other steps, and
// requests to wake keys. They are drawn from numbers of their own.
func (d *drawing) notices(r *rand.Rand) {
	for n := range r.IntN(5) {
		i := 1 + r.IntN(len(d.plan.steps))
		s := step{kind: notify, at: d.plan.steps[i-1].at, notice: n + 1, name: names[r.IntN(len(names))]}
		d.plan.steps = slices.Insert(d.plan.steps, i, s)
	}
}

func (d *drawing) add(s step) { d.plan.steps = append(d.plan.steps, s) }

func (d *drawing) step(at time.Duration) step {
	s := step{at: at, kind: d.kind(), name: names[d.IntN(len(names))], nth: 1 + d.IntN(3)}
	switch s.kind {
	case produce:
		s.records = d.records()
	case start, usurp:
		s.workers, s.left = 1+d.IntN(3), max(newest, leftover(d.IntN(6))-nothing-1)
	case trapRequest:
		s.key, s.fate = trapped[d.IntN(len(trapped))], 1+fate(d.IntN(int(fates-1)))
	case trapWrite:
		s.after = d.IntN(2) == 0
	case cutOff:
		s.lasts, s.silent = time.Duration(d.IntN(8000))*time.Millisecond, d.IntN(2) == 0
	case refuse:
		one := refusals[d.IntN(len(refusals))]
		s.key, s.err = one.key, one.errors[d.IntN(len(one.errors))]
	}
	return s
}

func (d *drawing) kind() kind {
	sum := 0
	for _, n := range weights {
		sum += n
	}
	at := d.IntN(sum)
	for k, n := range weights {
		if at -= n; at < 0 {
			return kind(k)
		}
	}
	return produce
}

func (d *drawing) records() []*written {
	var out []*written
	for range 1 + d.IntN(8) {
		d.count++
		d.arrival += int64(d.IntN(3) * d.IntN(200))
		r := &written{key: fmt.Sprintf("k%d", d.IntN(6)), command: command{ID: fmt.Sprint(d.count), Add: 1 + d.IntN(9)}}
		r.record = &kgo.Record{Topic: []string{"first", "second"}[d.IntN(2)], Key: []byte(r.key), Partition: -1}
		if d.plan.clock == stream.Log {
			r.record.Timestamp = time.UnixMilli(d.arrival)
		}
		d.command(r)
		out = append(out, r)
	}
	return out
}

// command draws what a record asks for beside its sum.
func (d *drawing) command(r *written) {
	switch d.IntN(12) {
	case 0, 1, 2, 3:
		r.Wake = 1 + int64(d.IntN(30)*d.IntN(100))
	case 4:
		r.Gone = true
	case 5:
		r.Fail = d.IntN(2) == 0
	}
	if d.plan.clock == stream.Log {
		return
	}
	switch d.IntN(8) {
	case 0, 1: // keys that start work are not forgotten, or its end would be too
		r.key, r.Gone = "w"+r.key, false
		r.record.Key = []byte(r.key)
		r.Work = 1 + int64(d.IntN(40)*d.IntN(40))
	case 2:
		r.record.Partition = int32(d.IntN(int(d.plan.partitions)))
	case 3:
		r.record.Key = []byte(strings.ToUpper(r.key))
	}
}

// fresh returns a copy that has not happened yet.
func (p *plan) fresh() *plan {
	c := *p
	c.steps = slices.Clone(p.steps)
	for i, s := range c.steps {
		c.steps[i].records = make([]*written, len(s.records))
		for k, r := range s.records {
			record := *r.record
			c.steps[i].records[k] = &written{r.command, r.key, &record}
		}
	}
	return &c
}

// String shows the plan as a reader needs it.
func (p *plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: clock %v, %d partitions, %d brokers, a commit each %d ms, %v a request, leave %t, pebble %t, a flush each %v, %d standbys within %d records\n",
		p.seed, p.clock, p.partitions, p.brokers, p.commitMillis, p.latency, p.leave, p.pebble, p.refresh, p.standbys, p.lag)
	for _, s := range p.steps {
		fmt.Fprintf(&b, "  %8v  %v\n", s.at, s)
	}
	return b.String()
}

func (s step) String() string {
	switch s.kind {
	case produce:
		var b strings.Builder
		b.WriteString("produce")
		for _, r := range s.records {
			fmt.Fprintf(&b, " %s[%s]%+v", r.record.Topic, r.record.Key, r.command)
		}
		return b.String()
	case start:
		return fmt.Sprintf("start %s with %d workers and %v", s.name, s.workers, s.left)
	case stop:
		return "stop " + s.name
	case crash:
		return "kill " + s.name
	case trapRequest:
		return fmt.Sprintf("%s: %s number %d: %v", s.name, s.key.Name(), s.nth, s.fate)
	case trapWrite:
		return fmt.Sprintf("%s: dies at write number %d of its store, after it %t", s.name, s.nth, s.after)
	case cutOff:
		return fmt.Sprintf("%s: cut off for %v, silently %t", s.name, s.lasts, s.silent)
	case usurp:
		return fmt.Sprintf("another %s with %d workers", s.name, s.workers)
	case refuse:
		return fmt.Sprintf("answer %d of %s with %s", s.nth, s.key.Name(), s.err.Message)
	case moveLeaders:
		return "move leaders"
	case moveCoordinators:
		return "move coordinators"
	case compact:
		return "compact the changelog"
	case deleteHandled:
		return "delete what is handled"
	case notify:
		return fmt.Sprintf("notice %d for all keys, and wake some of %s", s.notice, s.name)
	}
	return "nothing"
}

// past is when histories with the clock Log lie, ms since 1970; bubbles begin in 2000.
const past = 900_000_000_000
