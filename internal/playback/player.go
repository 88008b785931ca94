package playback

import (
	"container/heap"
	"errors"
	"fmt"
	"maps"
	"time"

	"waybill/connectors/replay"
	"waybill/pipeline/stream/job"
	"waybill/pipeline/tracking"
	"waybill/schemas"
)

// Options say with what to play. Job and Codecs are required.
type Options struct {
	Job    *tracking.Job
	Codecs *schemas.Codecs
	// Endpoints are who gets webhooks. Each is taken to be enabled.
	Endpoints []schemas.WebhookEndpoint
	// Tables are further broadcast tables (E14), by their topics' names, as the
	// rules expect them.
	Tables map[string]any
	// Topics are the outputs that are read back; the others are left unread, which
	// is faster. None: all.
	Topics []string
	// Emit is handed what each call of the rules made, in order, where it made
	// anything that is read back. It may keep it. An error ends the play. Nil:
	// nobody looks.
	Emit func(*Output) error
}

// Player plays a log. Records come in order of arrival; it is for one goroutine
// at a time. Parcels do not touch one another, so several players may share the
// parcels of a log (Another).
type Player struct {
	options Options
	reader  reader
	tables  map[string]any
	parcels map[string]*parcel
	wakes   wakes
	now     time.Time
	offsets map[string]int64
	call    *job.Call
	before  []byte // state of the parcel in hand, for a record that is refused
}

// parcel is one key: its state as a value, and when it wants to be woken.
type parcel struct {
	key   string
	state any
	wake  time.Time
	at    int // place among the wake-ups, -1 for none
}

// New makes a player that has played nothing.
func New(o Options) (*Player, error) {
	if o.Job == nil || o.Codecs == nil {
		return nil, errors.New("making a player: the job and the codecs are required")
	}
	values := make(map[string][]byte, len(o.Endpoints))
	for _, e := range o.Endpoints {
		e.Order, e.State = schemas.OrderShipment, schemas.EndpointEnabled
		value, err := o.Codecs.WebhookEndpoint.Encode(&e)
		if err != nil {
			return nil, fmt.Errorf("making a player with endpoint %s: %w", e.EndpointID, err)
		}
		values[e.EndpointID] = value
	}
	endpoints, err := schemas.NewEndpointTable(o.Codecs.WebhookEndpoint, values)
	if err != nil {
		return nil, fmt.Errorf("making a player: %w", err)
	}
	p := &Player{options: o, reader: newReader(&o), tables: map[string]any{}}
	maps.Copy(p.tables, o.Tables)
	p.tables[schemas.TopicWebhookEndpoints] = endpoints
	return p.Another(o.Emit), nil
}

// Another makes a player with the same rules and tables, which has played
// nothing. The two may play at the same time.
func (p *Player) Another(emit func(*Output) error) *Player {
	o := p.options
	o.Emit = emit
	return &Player{
		options: o, reader: p.reader, tables: p.tables,
		parcels: map[string]*parcel{}, offsets: map[string]int64{}, call: &job.Call{},
	}
}

// Parcels is how many parcels have state now.
func (p *Player) Parcels() int { return len(p.parcels) }

// Play lets the time until the record's arrival pass, and then puts the record
// on the log. A record that the rules refuse goes to Emit as such; an error
// means that the play cannot go on.
func (p *Player) Play(r *replay.Record) error {
	value, err := p.encode(r)
	if err != nil {
		return p.refuse(r, err)
	}
	if err := p.Advance(r.Arrival); err != nil {
		return err
	}
	topic := r.Topic()
	raw := job.Record{Position: job.Position{Topic: topic, Offset: p.offsets[topic]}, Value: value, Arrival: r.Arrival}
	p.offsets[topic]++
	key, decoded, err := p.options.Job.Decode(raw)
	if err != nil {
		return p.refuse(r, err)
	}
	in := job.Input{Record: raw, Key: key, Value: decoded, First: raw.Position, FirstArrival: r.Arrival}
	return p.process(p.find(key), r, in)
}

func (p *Player) encode(r *replay.Record) ([]byte, error) {
	if r.Registration != nil {
		return p.options.Codecs.Registration.Encode(r.Registration)
	}
	if r.Event == nil {
		return nil, errors.New("reading a record: it is neither a registration nor an event")
	}
	return p.options.Codecs.CarrierEvent.Encode(r.Event)
}

func (p *Player) find(key string) *parcel {
	if known := p.parcels[key]; known != nil {
		return known
	}
	fresh := &parcel{key: key, at: -1}
	p.parcels[key] = fresh
	return fresh
}

// process hands the rules one record. Where they refuse it, the parcel is as it
// was (E11).
func (p *Player) process(at *parcel, r *replay.Record, in job.Input) error {
	p.before = p.before[:0]
	if at.state != nil {
		var err error
		if p.before, err = p.options.Job.EncodeState(p.before, at.state); err != nil {
			return err
		}
	}
	p.call.Reset(at.key, 0, p.now, at.state, at.wake, p.tables)
	if err := p.options.Job.Process(p.call, in); err != nil {
		if undo := p.undo(at); undo != nil {
			return undo
		}
		return p.refuse(r, err)
	}
	return p.keep(at, r)
}

func (p *Player) undo(at *parcel) error {
	if at.state == nil {
		delete(p.parcels, at.key)
		return nil
	}
	var err error
	at.state, err = p.options.Job.DecodeState(p.before)
	return err
}

// keep takes over what a call of the rules changed, and hands on what it made.
func (p *Player) keep(at *parcel, r *replay.Record) error {
	if err := job.Conclude(p.options.Job, p.call); err != nil {
		return err
	}
	if p.call.Changed() {
		at.state, at.wake = p.call.State, p.call.WakeAt
		p.schedule(at)
	}
	if at.state == nil {
		delete(p.parcels, at.key)
	}
	if p.options.Emit == nil {
		return nil
	}
	out, err := p.reader.read(p.call.Outputs())
	if err != nil {
		return fmt.Errorf("reading what became of %s: %w", at.key, err)
	}
	if out == nil {
		return nil
	}
	out.Key, out.At, out.Cause = at.key, p.now, r
	return p.options.Emit(out)
}

func (p *Player) refuse(r *replay.Record, why error) error {
	if p.options.Emit == nil {
		return nil
	}
	return p.options.Emit(&Output{Key: r.Key, At: r.Arrival, Cause: r, Refused: why})
}

// schedule puts the parcel's wake-up among the others, or takes it from them.
func (p *Player) schedule(at *parcel) {
	switch wanted := at.state != nil && !at.wake.IsZero(); {
	case wanted && at.at < 0:
		heap.Push(&p.wakes, at)
	case wanted:
		heap.Fix(&p.wakes, at.at)
	case at.at >= 0:
		heap.Remove(&p.wakes, at.at)
	}
}
