package stream

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"pgregory.net/rapid"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/layout"
	"waybill/pipeline/stream/store"
)

// simulation runs the tasks of a replay without a broker: logs are slices,
// polls bring records in any portions, and commits, aborts and crashes happen
// anywhere between two steps. Everything but Kafka is the real thing.
type simulation struct {
	t         *rapid.T
	cfg       Config
	tasks     []*simulated
	committed map[string][]string // outputs that readers see, by key
}

// simulated is one task with its logs.
type simulated struct {
	*task
	sim       *simulation
	logs      [][]*kgo.Record // by input
	changelog []store.Change
	at        map[string]layout.Committed // committed
	outputs   []job.Output                // of the open transaction
}

func newSimulation(t *rapid.T, events []event, end int64, partitions int32) *simulation {
	s := &simulation{t: t, committed: map[string][]string{}}
	s.cfg = Config{App: "a", Instance: "i", Brokers: []string{"none"}, Inputs: []string{"first", "second"}, Changelog: "state", DeadLetters: "dead", Clock: Log, MaxPoison: 1000}
	s.cfg.CacheBytes = rapid.SampledFrom([]int{-1, 1000, 0}).Draw(t, "cache") // none, for a few keys, for all
	s.cfg.setDefaults()
	for p := range partitions {
		one := &simulated{sim: s, logs: make([][]*kgo.Record, 2), at: map[string]layout.Committed{"first": {Offset: -1}, "second": {Offset: -1}}}
		one.task = newTask(&s.cfg, tally{}, p, partitions)
		one.begin(memoryStore(t), one.at, bounds{})
		s.tasks = append(s.tasks, one)
	}
	add := func(p int32, topic string, r *kgo.Record) {
		i := 0
		if topic == "second" {
			i = 1
		}
		log := &s.tasks[p].logs[i]
		r.Partition, r.Offset = p, int64(len(*log))
		*log = append(*log, r)
	}
	for i, r := range records(events) {
		add(layout.PartitionOf(r.Key, int(partitions)), events[i].topic, r)
	}
	for p := range partitions {
		for _, topic := range s.cfg.Inputs {
			add(p, topic, &kgo.Record{Timestamp: time.UnixMilli(end), Headers: []kgo.RecordHeader{{Key: job.TickHeader}}})
		}
	}
	return s
}

func (s *simulated) produce(_ *task, _ cause, o output) {
	if o.Topic == "out" {
		o.Value = bytes.Clone(o.Value) // as the client does by the end of the transaction
		s.outputs = append(s.outputs, o.Output)
	}
}
func (s *simulated) start(*task, string, any)  {}
func (s *simulated) saturated() bool           { return false }
func (s *simulated) count(string, outcome)     {}
func (s *simulated) lettered(class)            {}
func (s *simulated) rerouted(string, producer) {}
func (s *simulated) woke()                     {}
func (s *simulated) summoned(bool)             {}

// poll brings up to n records of one input.
func (s *simulated) poll(i, n int) {
	in := s.inputs[i]
	for ; n > 0 && in.next < int64(len(s.logs[i])); n-- {
		r := s.logs[i][in.next]
		in.accept(r, r.Timestamp)
	}
	in.end = int64(len(s.logs[i]))
}

// commit makes the transaction stand. A crash between the commit and the write
// to the store leaves the store behind the changelog.
func (s *simulated) commit(crash bool) {
	changes, err := s.state.changes(s.cfg.MaxRecordBytes)
	require.NoError(s.sim.t, err)
	for _, change := range changes {
		s.checkFormer(change)
		change.Value = bytes.Clone(change.Value)
		s.changelog = append(s.changelog, change)
	}
	for _, in := range s.inputs {
		s.at[in.topic] = layout.Committed{Offset: in.position, Note: layout.Note{StreamTime: s.streamTime, Ended: in.ended}, Noted: true}
	}
	for _, o := range s.outputs {
		s.sim.committed[o.Key] = append(s.sim.committed[o.Key], string(o.Value))
	}
	s.outputs = nil
	if crash {
		s.restart()
		return
	}
	require.NoError(s.sim.t, s.state.commit(store.Mark{Offset: int64(len(s.changelog))}))
	s.snap()
}

// checkFormer holds what a change says of the store against the store.
func (s *simulated) checkFormer(c store.Change) {
	value, err := s.state.store.Get(c.Key)
	require.NoError(s.sim.t, err)
	want := store.Former{Known: true, Bytes: len(value)}
	if value != nil {
		want.WakeAt = envelopeWake(value)
	}
	require.Equal(s.sim.t, want, c.Former)
}

// restart begins anew from what is committed, as another process does, or with
// the store that this one left.
func (s *simulated) restart() {
	require.NoError(s.sim.t, s.state.close())
	st := s.state.store
	if rapid.Bool().Draw(s.sim.t, "lose the store") {
		st = memoryStore(s.sim.t)
	}
	mark := st.Mark()
	require.NoError(s.sim.t, st.Apply(store.Batch{Changes: s.changelog[mark.Offset:], Mark: store.Mark{Offset: int64(len(s.changelog))}}))
	s.task = newTask(&s.sim.cfg, tally{}, s.partition, int32(s.partitions))
	s.begin(st, s.at, bounds{})
	s.outputs = nil
}

func (s *simulated) abort() {
	s.outputs = nil
	require.NoError(s.sim.t, s.rewind())
}

func (s *simulated) finished() bool {
	for i, in := range s.inputs {
		if in.position < int64(len(s.logs[i])) {
			return false
		}
	}
	return true
}

func (s *simulated) run() {
	for !s.finished() {
		switch rapid.IntRange(0, 19).Draw(s.sim.t, fmt.Sprintf("turn of %d", s.partition)) {
		case 0, 1, 2:
			s.commit(rapid.Bool().Draw(s.sim.t, "crash"))
		case 3:
			s.abort()
		case 4:
			s.restart()
		case 5, 6, 7, 8, 9:
			s.poll(rapid.IntRange(0, 1).Draw(s.sim.t, "input"), rapid.IntRange(1, 9).Draw(s.sim.t, "records"))
		default:
			for range rapid.IntRange(1, 8).Draw(s.sim.t, "steps") {
				_, err := s.step(time.Now(), s)
				if p, ok := errors.AsType[*poison](err); ok {
					require.NoError(s.sim.t, s.poison(p))
					s.abort()
				} else {
					require.NoError(s.sim.t, err)
				}
			}
		}
	}
	s.commit(false)
}

func histories(t *rapid.T) ([]event, int64) {
	commands := rapid.SampledFrom([]string{"+1", "+2", "+3,in 1", "+4,in 40", "in 100", "+5,in 0", "gone", "+6,in -5", "fail", "+7,in 30,wake-fail"})
	n := rapid.IntRange(1, 30).Draw(t, "events")
	events := make([]event, n)
	at := int64(1_000_000)
	for i := range events {
		at += rapid.Int64Range(0, 60).Draw(t, "gap")
		events[i] = event{
			topic: rapid.SampledFrom([]string{"first", "second"}).Draw(t, "topic"),
			key:   rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "key"),
			at:    at, value: commands.Draw(t, "command"),
		}
	}
	return events, at + 1000
}

// Rule E8: the same log gives the same output whatever the partitions, the
// portions of the polls, and what fails in between.
func TestSameLogSameOutput(t *testing.T) {
	for _, partitions := range []int32{1, 5} {
		t.Run(fmt.Sprint(partitions), rapid.MakeCheck(func(t *rapid.T) {
			events, end := histories(t)
			s := newSimulation(t, events, end, partitions)
			for _, one := range s.tasks {
				one.run()
			}
			require.Equal(t, model(events, end), s.committed)
		}))
	}
}
