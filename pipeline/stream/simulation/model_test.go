//go:build synctests

package simulation

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream"
	"waybill/pipeline/stream/job"
)

// model is the plain truth: the job run over values in a map, call by call,
// without partitions, transactions, overlay or store.
type model struct {
	values map[string]*value
}

type value struct {
	payload []byte // encoded, so that a call that fails leaves no trace
	wakeAt  int64
	notice  int              // that it has seen
	at      int64            // of the last call
	last    map[source]int64 // offset of the last record from there
}

// source is a stretch of log whose records of one key keep their order.
type source struct {
	topic     string
	partition int32
	misplaced bool
}

// run makes a call and returns the entry that it tells, nil if it fails.
func (m *model) run(key string, at int64, notice int, call func(*job.Call) error) (*entry, error) {
	v := m.of(key)
	var state any
	if v.payload != nil {
		var err error
		if state, err = (ledger{}).DecodeState(v.payload); err != nil {
			return nil, err
		}
	}
	table := map[string]any{"notices": map[string]int{"k": notice, "wk": notice}}
	c := job.NewCall(key, 0, time.UnixMilli(at).UTC(), state, time.Time{}, table)
	if call(c) != nil {
		return nil, nil //nolint:nilerr // a call that fails leaves no trace, as it should
	}
	v.payload, v.wakeAt, v.at = nil, 0, at
	if a, ok := c.State.(*account); ok {
		v.payload, _ = ledger{}.EncodeState(nil, a)
		v.wakeAt, v.notice = a.wakeAt(), a.Notice
	}
	var e entry
	return &e, json.Unmarshal(c.Outputs()[0].Value, &e)
}

func (m *model) of(key string) *value {
	v := m.values[key]
	if v == nil {
		v = &value{last: map[source]int64{}}
		m.values[key] = v
	}
	return v
}

func processing(r *written) func(*job.Call) error {
	return func(c *job.Call) error { return ledger{}.Process(c, job.Input{Key: r.key, Value: r.command}) }
}

// replay returns the outputs of a history with the clock Log, which are fixed:
// records by (arrival, topic, offset), wake-ups before them at their time, and
// all that are due by the end.
func replay(records []*written, end int64) (*model, map[string][]entry, error) {
	m, out := &model{values: map[string]*value{}}, map[string][]entry{}
	tell := func(key string, at int64, call func(*job.Call) error) error {
		e, err := m.run(key, at, 0, call)
		if e != nil {
			out[key] = append(out[key], *e)
		}
		return err
	}
	wake := func(key string, until int64) (err error) {
		for v := m.of(key); err == nil && v.wakeAt != 0 && v.wakeAt <= until; {
			err = tell(key, v.wakeAt, ledger{}.Wake)
		}
		return err
	}
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b *written) int {
		return cmp.Or(a.record.Timestamp.Compare(b.record.Timestamp), cmp.Compare(a.record.Topic, b.record.Topic), cmp.Compare(a.record.Offset, b.record.Offset))
	})
	for _, r := range records {
		at := r.record.Timestamp.UnixMilli()
		if err := errors.Join(wake(r.key, at), tell(r.key, at, processing(r))); err != nil {
			return nil, nil, err
		}
	}
	for key := range m.values {
		if err := wake(key, end); err != nil {
			return nil, nil, err
		}
	}
	return m, out, nil
}

// verify compares what readers see with the model. What is wrong may mend
// itself while the group has something to do, but not when it has not. A group
// that works must also have made every wake-up that is due.
func (w *world) verify(works bool) (*model, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bad != nil {
		return nil, w.bad
	}
	if err := w.verifyDead(); err != nil {
		return nil, err
	}
	if w.plan.clock == stream.Live {
		return w.verifyLive(works)
	}
	m, want, err := replay(w.written, w.ticked)
	if err != nil {
		return nil, err
	}
	for key := range m.values {
		if !reflect.DeepEqual(want[key], w.entries[key]) {
			return nil, fmt.Errorf("key %s: the outputs are\n%v\nnot\n%v", key, show(w.entries[key]), show(want[key]))
		}
	}
	return m, nil
}

// verifyDead: every record that was to fail is in the dead letters, once.
func (w *world) verifyDead() error {
	want := map[string]int{}
	for _, r := range w.written {
		if r.Fail {
			want[r.ID]++
		}
	}
	for _, c := range w.dead {
		want[c.ID]--
	}
	for id, n := range want {
		if n != 0 {
			return fmt.Errorf("dead letters: %d too few of record %s", n, id)
		}
	}
	return nil
}

// verifyLive takes the outputs of each key for the order in which its calls
// were made, which the clock Live leaves open, and checks that the model could
// have made those calls, all of them and no others.
func (w *world) verifyLive(works bool) (*model, error) {
	m, byID, left := &model{values: map[string]*value{}}, map[string]*written{}, map[string]bool{}
	for _, r := range w.written {
		byID[r.ID] = r
		left[r.ID] = !r.Fail
		m.of(r.key)
	}
	for key, entries := range w.entries {
		for i, e := range entries {
			if err := w.follows(m, key, e, byID, left); err != nil {
				return nil, fmt.Errorf("key %s: output %d, %v: %w, after\n%v", key, i, show(entries[i:i+1]), err, show(entries[:i]))
			}
		}
	}
	for id, missing := range left {
		if missing {
			return nil, fmt.Errorf("record %s of key %s is not handled", id, byID[id].key)
		}
	}
	now := time.Now().UnixMilli()
	for key, v := range m.values {
		if works && v.wakeAt != 0 && v.wakeAt+overdue < now {
			return nil, fmt.Errorf("key %s was not woken at %d, and it is %d", key, v.wakeAt, now)
		}
		if works && v.payload != nil && v.notice < w.noticed {
			return nil, fmt.Errorf("key %s has seen notice %d, and there were %d", key, v.notice, w.noticed)
		}
	}
	return m, nil
}

// overdue is how late a wake-up may be in a group at rest, in ms: the margin of
// an idle task, and a second that it waits for work.
const overdue = 1500

// follows tells whether an entry may be the next of its key, and lets the model
// make the call.
func (w *world) follows(m *model, key string, e entry, byID map[string]*written, left map[string]bool) error {
	v := m.of(key)
	if e.At < v.at {
		return fmt.Errorf("time ran back from %d", v.at)
	}
	var call func(*job.Call) error
	switch e.Kind {
	case "record":
		r := byID[e.ID]
		if r == nil || r.key != key || !left[e.ID] {
			return errors.New("no such record, or handled before")
		}
		left[e.ID] = false
		from := source{r.record.Topic, r.record.Partition, w.misplaced(r)}
		if last, seen := v.last[from]; seen && last > r.record.Offset {
			return fmt.Errorf("offset %d came before %d", last, r.record.Offset)
		}
		v.last[from] = r.record.Offset
		if key[0] != 'w' && v.wakeAt != 0 && v.wakeAt <= e.At {
			return fmt.Errorf("the wake-up at %d was passed over", v.wakeAt)
		}
		call = processing(r)
	case "wake":
		if v.wakeAt == 0 || v.wakeAt > e.At {
			return fmt.Errorf("woken too early, it asked for %d", v.wakeAt)
		}
		call = ledger{}.Wake
	case "notice":
		if e.After == nil || v.payload == nil || e.After.Notice <= v.notice {
			return errors.New("woken by name without need")
		}
		call = ledger{}.Wake
	case "done", "cancelled":
		call = func(c *job.Call) error { return ledger{}.Complete(c, outcome{e.ID, e.Kind == "cancelled"}) }
	default:
		return errors.New("work has ended twice")
	}
	notice := 0
	if e.After != nil {
		if notice = e.After.Notice; notice < v.notice && v.payload != nil || notice > w.noticed {
			return fmt.Errorf("it tells of notice %d, and there were %d", notice, w.noticed)
		}
	}
	told, err := m.run(key, e.At, notice, call)
	if err == nil && !reflect.DeepEqual(told, &e) {
		err = fmt.Errorf("the model tells %v", show([]entry{*told}))
	}
	return err
}

// misplaced tells whether a record must be sent on to where it belongs.
func (w *world) misplaced(r *written) bool {
	return r.record.Partition != w.home(r.key) || string(r.record.Key) != r.key
}

// home is the partition that a key belongs to.
func (w *world) home(key string) int32 {
	return int32(place("")(&kgo.Record{Key: []byte(key), Partition: -1}, int(w.plan.partitions)))
}

func show(entries []entry) string {
	out := ""
	for _, e := range entries {
		line, _ := json.Marshal(e)
		out += "  " + string(line) + "\n"
	}
	return out
}
