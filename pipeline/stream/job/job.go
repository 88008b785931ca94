package job

import "time"

// Job is a stateful, deterministic piece of work over keys. Its methods are
// called one at a time for a key, in order. They must not keep or share what
// they are handed, start goroutines, or read a clock.
//
// An error from Decode sends the record to dead letters, unless it is a NotYet
// that says so: then the record waits, and with it what lies behind it on its
// partition. An error or panic
// from Process, Wake or Complete undoes the transaction; a record that caused
// it goes to dead letters with the cause (rule E11).
//
// A key's value stays in memory while there is room: a call may be handed the
// value that an earlier one gave to Put, or what DecodeState has made of its
// bytes, and the two must do equally well.
type Job interface {
	// Decode reads a record: the canonical key it belongs to, and its value.
	Decode(r Record) (key string, value any, err error)
	// Process handles one input record of the call's key.
	Process(c *Call, in Input) error
	// Wake says that the time the key asked to be woken at has come, or that
	// it was called by name: there may be room for its work, or a broadcast
	// table has changed. Then its time may not have come, c.WakeAt still says
	// when it will, and who has nothing to do should change nothing.
	Wake(c *Call) error
	// Complete hands over the result of work that the key started (rule E13).
	Complete(c *Call, result any) error

	// EncodeState appends a key's value to dst. DecodeState reads it back.
	EncodeState(dst []byte, state any) ([]byte, error)
	DecodeState(data []byte) (state any, err error)
}

// Concluder is a job with outputs that say how a key stands, not what happened
// to it, so that of those of one transaction only the last is ever looked at. It
// writes them in Conclude: once for each key and transaction, not once for each
// call.
type Concluder interface {
	Job
	// Conclude is called for each key that a transaction has changed and that has a
	// value, when the last call is over, and before the value is encoded: it is
	// handed the one that was put. It may only Emit. The value may be changed in
	// what EncodeState leaves out, such as what is still to be said of the key. It
	// may be called more often than once, where the runtime looks for the call that
	// is to blame for a failure. A key that was deleted is not asked: what is to be
	// said of it in the end, the call that deletes it emits.
	Conclude(c *Call) error
}

// Conclude ends a call that is a transaction of its own, for those who run a job
// without the runtime.
func Conclude(j Job, c *Call) error {
	concluder, ok := j.(Concluder)
	if !ok || !c.changed || c.State == nil {
		return nil
	}
	return concluder.Conclude(c)
}

// NotYet is an error of Decode that says that a record cannot be read yet, though
// nothing is wrong with it: a schema that it names is being asked for. It is
// tried again until it can.
type NotYet interface {
	error
	NotYet() bool
}

// Call is what a job may see and do within one call: nothing else.
type Call struct {
	// Key is the canonical key the call is for.
	Key string
	// Partition is the partition of the task that the key belongs to.
	Partition int32
	// Now is the stream time of the task (rule E8).
	Now time.Time
	// State is the key's value, nil when it has none. It may be changed in
	// place, but a change counts only once it is handed to Put. What it takes
	// from a record it should copy: the record's bytes are part of a large
	// fetch, which would stay in memory with them.
	State any
	// WakeAt is when the key will be woken, zero for never.
	WakeAt time.Time

	tables  map[string]any
	arena   *Arena
	own     bool // arena was lent by nobody
	changed bool
	outputs []Output
	work    []any
}

// NewCall makes a call. The runtime and tests use it.
func NewCall(key string, partition int32, now time.Time, state any, wakeAt time.Time, tables map[string]any) *Call {
	c := &Call{}
	c.Reset(key, partition, now, state, wakeAt, tables)
	return c
}

// Reset makes c a new call in the memory of the one that it was, which is over.
func (c *Call) Reset(key string, partition int32, now time.Time, state any, wakeAt time.Time, tables map[string]any) {
	clear(c.outputs)
	clear(c.work)
	if c.own {
		c.arena.Again()
	}
	*c = Call{
		Key: key, Partition: partition, Now: now, State: state, WakeAt: wakeAt,
		tables: tables, arena: c.arena, own: c.own, outputs: c.outputs[:0], work: c.work[:0],
	}
}

// Lend gives the calls that are made in c memory for their outputs.
func (c *Call) Lend(arena *Arena) { c.arena, c.own = arena, false }

// Arena is where values of outputs may be written, so that they cost no memory of
// their own: it is used again once the transaction has ended. Where nobody lent
// one, what lies there is good until Reset.
func (c *Call) Arena() *Arena {
	if c.arena == nil {
		c.arena, c.own = &Arena{}, true
	}
	return c.arena
}

// Put replaces the key's value and its next wake-up (zero for never).
func (c *Call) Put(state any, wakeAt time.Time) {
	c.State, c.WakeAt, c.changed = state, wakeAt, true
}

// Delete removes the key's value and its wake-up.
func (c *Call) Delete() { c.Put(nil, time.Time{}) }

// Emit adds a record to the transaction.
func (c *Call) Emit(o Output) { c.outputs = append(c.outputs, o) }

// Start asks for asynchronous work (rule E13). Its result comes back through
// Complete. It may start before the transaction commits, and it may be
// started again after a crash or a hand-over: only what the state says is
// open is known to be open.
func (c *Call) Start(request any) { c.work = append(c.work, request) }

// Table returns a broadcast table (rule E14) by its topic's logical name, as
// built for this job, or nil when the job has none of that name. It does not
// change within a transaction.
func (c *Call) Table(topic string) any { return c.tables[topic] }

// Changed tells whether Put or Delete was called.
func (c *Call) Changed() bool { return c.changed }

// Outputs returns the records emitted so far, in order.
func (c *Call) Outputs() []Output { return c.outputs }

// Work returns the asynchronous work asked for so far, in order.
func (c *Call) Work() []any { return c.work }
