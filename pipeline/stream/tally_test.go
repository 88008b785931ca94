package stream

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
)

// tally is the job of the tests: a sum for each key. A record's value is a
// list of commands:
//
//	+N      add N and tell the sum
//	in N    be woken in N ms
//	gone    forget the key
//	work X  start asynchronous work, and with X "again" whenever it ends
//	big N   write a record of N bytes
//	bloat N keep N bytes in the state that cannot be compressed
//	table   tell what the broadcast table says of the key
//	fail, panic, wake-fail, unreadable
//
// The key is lower case when it is as it should be.
type tally struct{}

type tallyState struct {
	sum      int
	open     int // work under way
	wakeFail bool
	bloat    int
}

func (tally) Decode(r job.Record) (string, any, error) {
	value := string(r.Value)
	switch value {
	case "unreadable":
		return "", nil, errors.New("reading a command: it is none")
	case "unreadable-panic":
		panic("a bug in the reader")
	}
	return strings.ToLower(string(r.Key)), value, nil
}

func (tally) Process(c *job.Call, in job.Input) error {
	s, _ := c.State.(*tallyState)
	if s == nil {
		s = &tallyState{}
	}
	wake := c.WakeAt
	for command := range strings.SplitSeq(in.Value.(string), ",") {
		name, arg, _ := strings.Cut(command, " ")
		n, _ := strconv.Atoi(strings.TrimPrefix(arg, "+"))
		switch name {
		case "in":
			wake = c.Now.Add(time.Duration(n) * time.Millisecond)
		case "gone":
			c.Delete()
			return nil
		case "work":
			c.Start(arg)
			s.open++
		case "big":
			c.Emit(job.Output{Topic: "out", Key: c.Key, Value: noise(n)})
		case "bloat":
			s.bloat = n
		case "table":
			c.Emit(job.Output{Topic: "out", Key: c.Key, Value: fmt.Append(nil, c.Table("words").(map[string]string)[c.Key])})
		case "first":
			c.Emit(job.Output{Topic: "out", Key: c.Key, Value: fmt.Appendf(nil, "first %s/%d@%d", in.First.Topic, in.First.Partition, in.First.Offset)})
		case "fail":
			s.sum += 1000 // a change that must not stay
			return errors.New("asked to fail")
		case "panic":
			var nobody *tallyState
			nobody.sum++
		case "wake-fail":
			s.wakeFail = true
		default:
			n, _ = strconv.Atoi(strings.TrimPrefix(name, "+"))
			s.sum += n
			c.Emit(job.Output{Topic: "out", Key: c.Key, Value: fmt.Appendf(nil, "sum %d at %d", s.sum, c.Now.UnixMilli())})
		}
	}
	c.Put(s, wake)
	return nil
}

// noise is n bytes that cannot be compressed.
func noise(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(data)
	return data
}

func (tally) Wake(c *job.Call) error {
	s := c.State.(*tallyState)
	if s.wakeFail {
		return errors.New("asked to fail when woken")
	}
	c.Emit(job.Output{Topic: "out", Key: c.Key, Value: fmt.Appendf(nil, "woken %d at %d", s.sum, c.Now.UnixMilli())})
	c.Put(s, time.Time{})
	return nil
}

func (tally) Complete(c *job.Call, result any) error {
	s, _ := c.State.(*tallyState)
	if s == nil {
		s = &tallyState{open: 1}
	}
	if result == "fail" {
		return errors.New("asked to fail on a result")
	}
	if result == "again" { // it does not give up
		c.Start(result)
		c.Put(s, c.WakeAt)
		return nil
	}
	s.open--
	c.Emit(job.Output{Topic: "out", Key: c.Key, Value: fmt.Appendf(nil, "done %v", result)})
	if *s == (tallyState{}) {
		c.Delete()
		return nil
	}
	c.Put(s, c.WakeAt)
	return nil
}

func (tally) EncodeState(dst []byte, state any) ([]byte, error) {
	s := state.(*tallyState)
	dst = fmt.Appendf(dst, "%d %d %t %d ", s.sum, s.open, s.wakeFail, s.bloat)
	return append(dst, noise(s.bloat)...), nil
}

func (tally) DecodeState(data []byte) (any, error) {
	s := &tallyState{}
	_, err := fmt.Sscanf(string(data), "%d %d %t %d ", &s.sum, &s.open, &s.wakeFail, &s.bloat)
	return s, err
}

// event is a record of a replay.
type event struct {
	topic string
	key   string
	at    int64 // arrival, ms
	value string
}

// model says what a replay's outputs are, key by key, without partitions,
// transactions or an overlay: events in order of (arrival, topic), wake-ups
// before the first event that is not earlier, and all that are due by the end.
func model(events []event, end int64) map[string][]string {
	out, _ := play(events, end)
	return out
}

// play is model, and tells as well what the state is at the end, by key.
func play(events []event, end int64) (out map[string][]string, state map[string]string) {
	events = append([]event(nil), events...)
	sort.SliceStable(events, func(i, j int) bool {
		if events[i].at != events[j].at {
			return events[i].at < events[j].at
		}
		return events[i].topic < events[j].topic
	})
	type value struct {
		state []byte // encoded, so that a call that fails leaves no trace
		wake  time.Time
		now   int64
	}
	out, state = map[string][]string{}, map[string]string{}
	values := map[string]*value{}
	run := func(key string, now int64, call func(*job.Call) error) {
		v := values[key]
		v.now = now
		var state any
		if v.state != nil {
			state, _ = tally{}.DecodeState(v.state)
		}
		c := job.NewCall(key, 0, time.UnixMilli(now).UTC(), state, v.wake, nil)
		if call(c) != nil {
			return
		}
		if c.Changed() {
			v.state, v.wake = nil, c.WakeAt
		}
		if c.Changed() && c.State != nil {
			v.state, _ = tally{}.EncodeState(nil, c.State)
		}
		for _, o := range c.Outputs() {
			out[key] = append(out[key], string(o.Value))
		}
	}
	fire := func(key string, until int64) {
		v := values[key]
		if at := v.wake; !at.IsZero() && at.UnixMilli() <= until {
			v.wake = time.Time{}
			run(key, max(v.now, at.UnixMilli()), tally{}.Wake) // time never runs back
		}
	}
	for _, e := range events {
		if values[e.key] == nil {
			values[e.key] = &value{}
		}
		fire(e.key, e.at)
		run(e.key, e.at, func(c *job.Call) error { return tally{}.Process(c, job.Input{Key: e.key, Value: e.value}) })
	}
	for key, v := range values {
		fire(key, end)
		if v.state != nil || !v.wake.IsZero() {
			state[key] = stateText(v.state, v.wake.UnixMilli(), !v.wake.IsZero())
		}
	}
	return out, state
}

// stateText is a key's state and next wake-up for comparison.
func stateText(payload []byte, wakeAt int64, wakes bool) string {
	if !wakes {
		return fmt.Sprintf("%q", payload)
	}
	return fmt.Sprintf("%q until %d", payload, wakeAt)
}

func records(events []event) []*kgo.Record {
	var out []*kgo.Record
	for _, e := range events {
		out = append(out, &kgo.Record{Topic: e.topic, Partition: -1, Key: []byte(e.key), Value: []byte(e.value), Timestamp: time.UnixMilli(e.at)})
	}
	return out
}

// replay makes a repeatable history of n events over some keys, with wake-ups.
func replay(n, keys int) []event {
	var events []event
	at := int64(1_300_000_000_000)
	for i := range n {
		at += int64(i*7919%50) * 10
		e := event{topic: "first", key: fmt.Sprintf("k%d", i*31%keys), at: at, value: fmt.Sprintf("+%d", i%9+1)}
		if i%3 == 0 {
			e.topic = "second"
		}
		if i%4 == 0 {
			e.value += fmt.Sprintf(",in %d", i%11*300+1)
		}
		if i%29 == 0 {
			e.value = "gone"
		}
		events = append(events, e)
	}
	return events
}

func endOf(events []event) int64 { return events[len(events)-1].at + 10_000 }
