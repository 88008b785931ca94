package stream

import (
	"errors"
	"fmt"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/store"
)

// output is a record to be produced, by logical topic name. A partition below
// zero means the one that the key hashes to.
type output struct {
	job.Output
	key       []byte // as it goes out: Key, or bytes that are no string key
	partition int32
	// suspect is the key that the record tells the state of, where it is not
	// known which call made it so.
	suspect string
}

// size is a record's bytes as Kafka counts them, roughly: the lengths of its
// fields and the most that their framing takes.
func (o *output) size() int {
	n := len(o.key) + len(o.Value) + 64
	for _, h := range o.Headers {
		n += len(h.Key) + len(h.Value) + 10
	}
	return n
}

// handle does what the record at the head of an input asks for.
func (t *task) handle(in *input, q *queued, fx effects) error {
	if isTick(q.record) {
		in.ended = true
		fx.count(in.topic, outcomeTick)
		return nil
	}
	rec := t.record(in, q.record, q.arrival)
	c := cause{kind: processCall, record: rec.Position}
	if why, out := t.poisoned[c]; out {
		t.spent = append(t.spent, c)
		t.refuse(rec, c, why, fx)
		return nil
	}
	input, ours, err := t.read(rec, c, fx)
	if err != nil {
		return err
	}
	if !ours {
		return t.checkUnreadable()
	}
	fx.count(in.topic, outcomeProcessed)
	return t.call(input.Key, t.streamTime, c, fx, func(call *job.Call) error { return t.job.Process(call, input) })
}

// read decodes a record and sees to it that it lies where it should. It is not
// ours to handle when it was refused, or sent on to where it belongs. The error
// says that it cannot be read yet.
func (t *task) read(rec job.Record, c cause, fx effects) (in job.Input, ours bool, err error) {
	in, err = t.decode(rec)
	if notYet(err) {
		return in, false, pending{err}
	}
	moved, other := false, classUnreadable
	if err == nil {
		moved, err = t.route(in, fx)
		other = classMisplaced
	}
	if err != nil {
		t.unread++
		t.refuse(rec, c, refusal{err: err, class: classOf(err, other)}, fx)
	}
	return in, err == nil && !moved, nil
}

func (t *task) decode(rec job.Record) (in job.Input, err error) {
	in = job.Input{Record: rec, First: rec.Position, FirstArrival: rec.Arrival}
	if rec.Topic == t.cfg.Rerouted {
		if in.First, in.FirstArrival, err = firstPosition(rec); err != nil {
			return in, err
		}
	}
	err = guard(func() error {
		in.Key, in.Value, err = t.job.Decode(rec)
		return err
	})
	return in, err
}

// wake calls a key whose time has come. Now is the due time, whenever it is
// that the call is made, so that a replay fires it where it would have been.
func (t *task) wake(timer store.Timer, fx effects) error {
	if due := fromMillis(timer.At); due.After(t.streamTime) {
		t.streamTime = due
	}
	t.touched = true
	c := cause{kind: wakeCall, key: timer.Key, number: timer.At}
	if why, out := t.poisoned[c]; out {
		return t.leaveOut(c, why, fx)
	}
	fx.woke()
	return t.call(timer.Key, t.streamTime, c, fx, t.job.Wake)
}

// complete hands the result of finished work to its key.
func (t *task) complete(fx effects) error {
	w := t.results[0]
	t.touched = true
	c := cause{kind: completeCall, key: w.key, number: -w.place}
	if w.settled {
		c.number = w.number
	}
	var err error
	if why, out := t.poisoned[c]; out {
		err = t.leaveOut(c, why, fx)
	} else {
		err = t.call(w.key, t.streamTime, c, fx, func(call *job.Call) error { return t.job.Complete(call, w.result) })
	}
	if err != nil {
		return err
	}
	t.results[0] = nil
	t.results = t.results[1:]
	t.consumed = append(t.consumed, w)
	w.handed = true
	t.heard(w)
	return nil
}

// leaveOut stands in for a wake-up or a result that the job failed on. The key
// cannot be skipped in silence: its state goes to the dead letters with the
// cause and stays as it is; the wake-up, or the result, is gone.
func (t *task) leaveOut(c cause, why refusal, fx effects) error {
	e, err := t.state.peek(c.key)
	if err != nil {
		return t.blame(c, err)
	}
	payload, err := e.payload(t.job)
	if err != nil {
		return t.blame(c, err)
	}
	if c.kind == wakeCall {
		e.wakeAt = 0
		t.state.keep(e, c)
	}
	t.spent = append(t.spent, c)
	t.refuseCall(c, payload, why, fx)
	return nil
}

// call runs one call of the job and takes over what it asked for. Whatever
// goes wrong in it, or is wrong with what it asked for, poisons c.
func (t *task) call(key string, now time.Time, c cause, fx effects, run func(*job.Call) error) error {
	e, err := t.state.load(key)
	if err != nil {
		return t.blame(c, err)
	}
	_, err = t.callOn(e, now, c, fx, run)
	return err
}

// callOn is call for a key whose entry is loaded. It tells whether the call
// changed, wrote or started anything.
func (t *task) callOn(e *entry, now time.Time, c cause, fx effects, run func(*job.Call) error) (did bool, err error) {
	if c.kind == wakeCall {
		e.wakeAt = 0
	}
	call := &t.current
	call.Reset(e.key, t.partition, now, e.state, fromMillis(e.wakeAt), t.tables)
	if err := guard(func() error { return run(call) }); err != nil {
		return false, t.blame(c, err)
	}
	if err := t.emit(call, c, "", fx); err != nil {
		return false, t.blame(c, err)
	}
	if call.Changed() {
		e.state, e.wakeAt = call.State, wakeMillis(call.WakeAt)
	}
	if did = t.retain(e, c); did {
		if err := t.measure(e, c); err != nil {
			return false, err
		}
	}
	if len(call.Work()) > 0 && t.cfg.Perform == nil {
		return false, t.blame(c, errors.New("starting asynchronous work: the runtime was given nothing to perform it with"))
	}
	for _, request := range call.Work() {
		fx.start(t, call.Key, request)
	}
	did = did || asked(call)
	return did, t.concludeWatched(e, c, fx)
}

// emit takes over the records of a call, which tell the state of a suspect, if
// one is named.
func (t *task) emit(call *job.Call, c cause, suspect string, fx effects) error {
	outputs := call.Outputs()
	for i := range outputs {
		o := output{Output: outputs[i], key: t.outputs.Copy(outputs[i].Key), partition: -1, suspect: suspect}
		if size := o.size(); size > t.cfg.MaxRecordBytes {
			return sizeError{fmt.Errorf("writing to %s: the record has %d bytes, the limit is %d", o.Topic, size, t.cfg.MaxRecordBytes)}
		}
		fx.produce(t, c, o)
	}
	return nil
}

// retain gives an entry back to the overlay as its call has left it, and tells
// whether that changed it. A key that is woken by name has often nothing to do,
// and puts what it had: that is to cost no transaction.
func (t *task) retain(e *entry, c cause) (changed bool) {
	call, summoned := &t.current, c.kind == summonCall
	changed = call.Changed() || c.kind == wakeCall
	if summoned && changed && !asked(call) {
		changed = !t.state.same(e, t.cfg.MaxRecordBytes)
	}
	switch {
	case changed:
		t.state.keep(e, c)
	case summoned:
		t.state.pass(e)
	default:
		t.state.leave(e)
	}
	return changed
}

// asked tells whether a call wrote anything, or started work.
func asked(call *job.Call) bool { return len(call.Outputs())+len(call.Work()) > 0 }

// blame makes an error the poison of a call, unless it is the store's.
func (t *task) blame(c cause, err error) error {
	var p *poison
	if isStoreError(err) || errors.As(err, &p) {
		return err
	}
	return &poison{task: t, cause: c, err: err}
}

// wakeMillis rounds up: nobody is woken before the time that was asked for.
// A time that lies before 1970 is due at once.
func wakeMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(1, t.Add(time.Millisecond-1).UnixMilli())
}
