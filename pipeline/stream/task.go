package stream

import (
	"errors"
	"slices"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/store"
)

// task is one partition of all inputs, with the state of its keys: the unit
// that is assigned, restored and committed. It does no input or output of its
// own; what it wants done goes to effects.
type task struct {
	partition  int32
	cfg        *Config
	job        job.Job
	partitions int            // of each input
	inputs     []*input       // in merge order
	state      *overlay       // nil until begin
	tables     map[string]any // fixed for the transaction

	current job.Call     // memory of the call that is under way
	headers []job.Header // memory of its record's headers
	outputs job.Arena    // keys and values of the transaction's outputs

	streamTime time.Time
	lead       lead
	nextWake   int64 // when the first wake-up was due at the last look, ms, 0 for none
	pulse      pulse // for metrics
	committed  snapshot
	touched    bool      // something happened since the last commit
	awaits     string    // why the next record cannot be read yet; empty: it can
	oldest     time.Time // arrival of the first of the records handled since then, by time; zero for none

	poisoned   map[cause]refusal  // what to leave out when the transaction is run again
	watched    map[string]*watch  // keys whose state is to be concluded and measured after each call
	spent      []cause            // of those, the ones left out in the open transaction
	refused    rate               // calls that the job failed on
	unreadable rate               // records that could not be read
	unread     int                // of those, the ones in the open transaction
	results    []*work            // finished work that waits for its call
	consumed   []*work            // results handed over in the open transaction
	works      map[string][]*work // by key: what was started and is not settled
	summons    []string           // keys that were woken by name in the open transaction
	resummon   []string           // keys that are to be woken by name once more
}

// snapshot is what a task goes back to when its transaction is aborted.
type snapshot struct {
	streamTime time.Time
	inputs     []inputMark
}

type inputMark struct {
	position int64
	epoch    int32
	ended    bool
}

// effects is what a step asks for.
type effects interface {
	// produce adds a record to the open transaction on behalf of c.
	produce(t *task, c cause, o output)
	// start begins asynchronous work of a key.
	start(t *task, key string, request any)
	// saturated tells that no more work may be started now (rule E12).
	saturated() bool
	// count counts a record by what became of it.
	count(topic string, outcome outcome)
	// rerouted counts a misplaced record that is sent on, beside count.
	rerouted(topic string, by producer)
	// lettered counts a dead letter.
	lettered(why class)
	// woke counts a wake-up.
	woke()
	// summoned counts a wake-up by name, and whether it did anything.
	summoned(did bool)
}

func newTask(cfg *Config, j job.Job, partition, partitions int32) *task {
	t := &task{
		partition: partition, partitions: int(partitions), cfg: cfg, job: j,
		poisoned:   map[cause]refusal{},
		watched:    map[string]*watch{},
		works:      map[string][]*work{},
		refused:    rate{limit: cfg.MaxPoison, window: cfg.PoisonWindow},
		unreadable: rate{limit: cfg.MaxUnreadable, window: cfg.PoisonWindow},
	}
	t.current.Lend(&t.outputs)
	for _, topic := range cfg.inputs() {
		t.inputs = append(t.inputs, &input{topic: topic, full: cfg.Prefix + topic, epoch: -1})
	}
	return t
}

// step does the one thing that comes next: a result of asynchronous work, a
// due wake-up, or the next record. It returns false when there is nothing to
// do before something arrives or time goes on.
func (t *task) step(wall time.Time, fx effects) (bool, error) {
	next, idle := merge(t.inputs, t.cfg.Clock)
	var head *queued
	if next != nil {
		head = next.head()
	}
	if head != nil && head.record.Attrs.IsControl() {
		t.touched = true
		next.take()
		return true, nil
	}
	horizon := t.horizon(head, idle, wall)
	timer, timed, err := t.state.next()
	if err != nil {
		return false, err
	}
	t.nextWake = timer.At
	timed = timed && timer.At <= toMillis(horizon)
	if len(t.results) > 0 {
		if head == nil && !timed {
			t.streamTime = horizon
		}
		return true, t.complete(fx)
	}
	if fx.saturated() {
		return false, nil
	}
	if timed && t.busy(timer.Key) {
		return true, t.putOff(timer, later(wall, horizon))
	}
	if timed {
		return true, t.wake(timer, fx)
	}
	t.streamTime = horizon
	if head == nil {
		return false, nil
	}
	touched := t.touched
	t.touched = true
	if err := t.handle(next, head, fx); err != nil {
		if p, waits := errors.AsType[pending](err); waits {
			t.await(p, touched)
			return false, nil
		}
		return false, err
	}
	t.awaits = ""
	if t.oldest.IsZero() || head.arrival.Before(t.oldest) {
		t.oldest = head.arrival
	}
	next.take()
	return true, nil
}

// horizon returns how far the task's time may go before the next record is
// handled (rule E8).
func (t *task) horizon(head *queued, idle bool, wall time.Time) time.Time {
	if t.cfg.Clock == Live && t.streamTime.After(wall) {
		return t.lead.horizon(t.streamTime, wall)
	}
	t.lead = lead{}
	return t.cfg.Clock.horizon(t.streamTime, head, idle, calendar(wall), t.cfg.IdleMargin)
}

// busy tells whether a key has work under way whose result it has not heard.
func (t *task) busy(key string) bool {
	return slices.ContainsFunc(t.works[key], func(w *work) bool { return !w.handed })
}

// putOff lets a wake-up wait for the result of its key's work: the key asked
// for it in case that the work is lost, which it is not while it is under way
// here (rule E13). Stream time may run far ahead of the work, so the wake-up is
// put off from now on by the wall clock. Should this process end, it is still
// due then.
func (t *task) putOff(timer store.Timer, now time.Time) error {
	c := cause{kind: wakeCall, key: timer.Key, number: timer.At}
	e, err := t.state.peek(timer.Key)
	if err != nil {
		return t.blame(c, err)
	}
	t.touched = true
	e.wakeAt = toMillis(now.Add(time.Second))
	t.state.keep(e, c)
	return nil
}

// unsettled counts the works of a key that the open transaction has started.
func (t *task) unsettled(key string) (n int64) {
	for _, w := range t.works[key] {
		if !w.settled {
			n++
		}
	}
	return n
}

// forget drops works that are settled: handed over for good, or dropped.
func (t *task) forget(settled func(*work) bool) {
	for key, works := range t.works {
		if works = slices.DeleteFunc(works, settled); len(works) == 0 {
			delete(t.works, key)
		} else {
			t.works[key] = works
		}
	}
}

// idleUntil returns the wall time when the next wake-up of an idle live task
// comes due, zero for never: until then it has nothing to do of its own.
func (t *task) idleUntil() (time.Time, error) {
	if t.cfg.Clock != Live {
		return time.Time{}, nil
	}
	if _, idle := merge(t.inputs, Live); !idle {
		return time.Time{}, nil
	}
	timer, ok, err := t.state.next()
	if err != nil || !ok {
		return time.Time{}, err
	}
	if !t.lead.read.IsZero() {
		return t.lead.reaches(fromMillis(timer.At)), nil
	}
	return fromMillis(timer.At).Add(t.cfg.IdleMargin), nil
}

// snap remembers the present as committed.
func (t *task) snap() {
	t.committed.streamTime = t.streamTime
	t.committed.inputs = t.committed.inputs[:0]
	for _, in := range t.inputs {
		t.committed.inputs = append(t.committed.inputs, inputMark{in.position, in.epoch, in.ended})
	}
	for c := range t.poisoned {
		if slices.Contains(t.spent, c) || !t.recurs(c) {
			delete(t.poisoned, c)
		}
	}
	clear(t.watched)
	t.outputs.Again()
	t.unreadable.exceeded(t.cfg.now(), t.unread)
	t.forget(func(w *work) bool { return w.handed })
	t.touched, t.spent, t.consumed, t.unread, t.summons, t.oldest = false, nil, nil, 0, t.summons[:0], time.Time{}
}

// recurs tells whether a call that a committed transaction has not met is still
// to come. Work of that transaction is started no more, and its key may have
// asked for another wake-up in place of the one that failed: should it ask for
// that time once more, it is another call. One that cannot be looked up is left
// to fail again.
func (t *task) recurs(c cause) bool {
	switch c.kind {
	case completeCall:
		return c.number > 0
	case summonCall:
		return slices.Contains(t.resummon, c.key)
	case wakeCall:
		e, err := t.state.peek(c.key)
		return err == nil && e.wakeAt == c.number
	}
	return true
}

// rewind goes back to what is committed. The poisoned causes stay.
func (t *task) rewind() error {
	t.streamTime = t.committed.streamTime
	for i, in := range t.inputs {
		mark := t.committed.inputs[i]
		in.rewind(mark.position, mark.epoch, mark.ended)
	}
	for _, w := range t.consumed {
		w.handed = false
	}
	for _, w := range t.watched {
		*w = watch{}
	}
	t.forget(func(w *work) bool { return w.dropped })
	results := append(t.consumed, t.results...)
	t.results = slices.DeleteFunc(results, func(w *work) bool { return w.dropped })
	t.resummon = append(t.summons, t.resummon...)
	t.touched, t.spent, t.consumed, t.unread, t.summons, t.oldest = false, nil, nil, 0, nil, time.Time{}
	t.outputs = job.Arena{} // the client may still read it
	return t.state.drop()
}
