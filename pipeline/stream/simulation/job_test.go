//go:build synctests

package simulation

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"waybill/pipeline/stream/job"
)

// ledger is the job of the histories. Each call that is not refused writes one
// entry that says what it was, when, and what the state of its key is after it.
// So the entries of a key, in order, are the whole life of its state, and what
// is lost, done twice or done in the wrong order shows in them.
type ledger struct{}

// command is the value of a record, as JSON.
type command struct {
	ID   string // of its own in a history
	Add  int
	Wake int64 `json:",omitempty"` // be woken that many ms later
	Work int64 `json:",omitempty"` // start work that takes that many ms
	Gone bool  `json:",omitempty"` // forget the key
	Fail bool  `json:",omitempty"` // fail, having changed the state in place
}

// account is the state of a key.
type account struct {
	Count int
	Sum   int
	Due   int64           `json:",omitempty"` // when to be woken, ms since 1970
	Open  map[string]work `json:",omitempty"` // work that was asked for, by command
	// Notice is the newest that a call has seen in the broadcast table.
	Notice int `json:",omitempty"`
}

// work is asynchronous work under way.
type work struct {
	ID    string
	Takes int64 // ms
	Since int64 // when it was begun, ms since 1970
}

// lostAfter is how long a key waits for the result of its work before it holds
// it for lost and begins it again (rule E13). No work takes that long.
const lostAfter = 3000

// outcome is what work comes to.
type outcome struct {
	id        string
	cancelled bool
}

// perform does a piece of work: it takes its time.
func perform(ctx context.Context, request any) any {
	w := request.(work)
	done := time.NewTimer(time.Duration(w.Takes) * time.Millisecond)
	defer done.Stop()
	select {
	case <-ctx.Done():
		return outcome{w.ID, true}
	case <-done.C:
		return outcome{w.ID, false}
	}
}

// entry is an output.
type entry struct {
	Kind  string // record, wake, notice, done, cancelled, twice
	ID    string `json:",omitempty"` // of the command
	At    int64  // the call's now, ms since 1970
	After *account
}

// Decode implements job.Job. The canonical key is in lower case.
func (ledger) Decode(r job.Record) (string, any, error) {
	var c command
	err := json.Unmarshal(r.Value, &c)
	return strings.ToLower(string(r.Key)), c, err
}

// Process implements job.Job.
func (ledger) Process(c *job.Call, in job.Input) error {
	cmd, a := in.Value.(command), accountOf(c)
	a.Count++
	a.Sum += cmd.Add
	if cmd.Fail {
		return errors.New("asked to fail")
	}
	if cmd.Wake > 0 {
		a.Due = c.Now.UnixMilli() + cmd.Wake
	}
	if cmd.Work > 0 {
		begin(c, a, work{ID: cmd.ID, Takes: cmd.Work})
	}
	if cmd.Gone {
		a = nil
	}
	return tell(c, "record", cmd.ID, a)
}

// Wake implements job.Job. A key that is woken by name has nothing to do unless
// there is a notice that it has not seen, or its time has come as well.
func (ledger) Wake(c *job.Call) error {
	before, _ := c.State.(*account)
	seen := before != nil && before.Notice >= noticeFor(c)
	a, now := accountOf(c), c.Now.UnixMilli()
	if at := a.wakeAt(); at == 0 || at > now {
		if seen {
			return nil
		}
		return tell(c, "notice", "", a)
	}
	if a.Due <= now {
		a.Due = 0
	}
	for _, id := range slices.Sorted(maps.Keys(a.Open)) {
		if a.Open[id].Since+lostAfter <= now {
			begin(c, a, a.Open[id])
		}
	}
	return tell(c, "wake", "", a)
}

// Complete implements job.Job. Work that was cancelled is begun again at the
// next wake-up, by whoever has the key then.
func (ledger) Complete(c *job.Call, result any) error {
	a, out := accountOf(c), result.(outcome)
	w, open := a.Open[out.id]
	switch {
	case !open:
		return tell(c, "twice", out.id, a)
	case out.cancelled:
		w.Since = c.Now.UnixMilli() - lostAfter
		a.Open[out.id] = w
		return tell(c, "cancelled", out.id, a)
	}
	delete(a.Open, out.id)
	return tell(c, "done", out.id, a)
}

func accountOf(c *job.Call) *account {
	a, _ := c.State.(*account)
	if a == nil {
		a = &account{}
	}
	if a.Open == nil {
		a.Open = map[string]work{}
	}
	a.Notice = max(a.Notice, noticeFor(c))
	return a
}

// notices builds the broadcast table: the newest notice by what keys begin with.
func notices(entries map[string][]byte) (any, error) {
	table := map[string]int{}
	for prefix, value := range entries {
		n, err := strconv.Atoi(string(value))
		if err != nil {
			return nil, err
		}
		table[prefix] = n
	}
	return table, nil
}

// noticeFor is the newest notice for the key of a call.
func noticeFor(c *job.Call) int {
	table, _ := c.Table("notices").(map[string]int)
	return table[strings.TrimRight(c.Key, "0123456789")]
}

func begin(c *job.Call, a *account, w work) {
	w.Since = c.Now.UnixMilli()
	a.Open[w.ID] = w
	c.Start(w)
}

// tell ends a call: the state is kept and told.
func tell(c *job.Call, kind, id string, a *account) error {
	value, err := json.Marshal(entry{kind, id, c.Now.UnixMilli(), a})
	if err != nil {
		return err
	}
	c.Emit(job.Output{Topic: "out", Key: c.Key, Value: value})
	if a == nil {
		c.Delete()
		return nil
	}
	var wake time.Time
	if at := a.wakeAt(); at != 0 {
		wake = time.UnixMilli(at)
	}
	c.Put(a, wake)
	return nil
}

// wakeAt is when the key must next be woken, 0 for never.
func (a *account) wakeAt() int64 {
	at := a.Due
	for _, w := range a.Open {
		if lost := w.Since + lostAfter; at == 0 || lost < at {
			at = lost
		}
	}
	return at
}

// Conclude implements job.Concluder: it tells the state as it is to be kept.
func (l ledger) Conclude(c *job.Call) error {
	value, err := l.EncodeState(nil, c.State)
	c.Emit(job.Output{Topic: "standing", Key: c.Key, Value: value})
	return err
}

// EncodeState implements job.Job.
func (ledger) EncodeState(dst []byte, state any) ([]byte, error) {
	data, err := json.Marshal(state)
	return append(dst, data...), err
}

// DecodeState implements job.Job.
func (ledger) DecodeState(data []byte) (any, error) {
	a := &account{}
	return a, json.Unmarshal(data, a)
}
