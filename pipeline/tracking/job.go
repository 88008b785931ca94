package tracking

import (
	"errors"
	"fmt"
	"sync"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// Job is the tracking rules as a job of the runtime: it reads the topics
// registrations and carrier-events, keeps a State per shipment key, and writes
// tracking-events, decisions, shipments, webhook-jobs, usage, poll-requests and,
// for what goes to another carrier, registrations. It is safe for concurrent use
// on different keys.
type Job struct {
	rules   *rules
	codecs  *schemas.Codecs
	symbols *symbols
	coders  sync.Pool // of *coder
	turns   sync.Pool // of *turn
}

var _ job.Concluder = (*Job)(nil)

// NewJob makes the job. The error says which setting is wrong.
func NewJob(cfg Config) (*Job, error) {
	r, err := newRules(cfg)
	if err != nil {
		return nil, err
	}
	j := &Job{rules: r, codecs: cfg.Codecs, symbols: newSymbols()}
	j.coders.New = func() any { return newCoder(j.symbols) }
	j.turns.New = func() any { return &turn{rules: r, memory: &memory{}} }
	return j, nil
}

// Decode reads a registration or a carrier event and finds its canonical key
// (I1). A rerouted record is of the kind of the topic it first lay on.
func (j *Job) Decode(r job.Record) (key string, value any, err error) {
	topic := r.Topic
	if topic == schemas.TopicRerouted {
		topic = header(r.Headers, schemas.HeaderFirstTopic)
	}
	switch topic {
	case schemas.TopicRegistrations:
		reg, err := j.codecs.Registration.Decode(r.Value)
		if err != nil {
			return "", nil, err
		}
		if err := j.rules.validRegistration(reg); err != nil {
			return "", nil, err
		}
		key, err = j.key(reg.Carrier, reg.TrackingNumber)
		return key, reg, err
	case schemas.TopicCarrierEvents:
		event, err := j.codecs.CarrierEvent.Decode(r.Value)
		if err != nil {
			return "", nil, err
		}
		if err := validEvent(event); err != nil {
			return "", nil, err
		}
		key, err = j.key(event.Carrier, event.TrackingNumber)
		return key, event, err
	}
	return "", nil, fmt.Errorf("reading a record of topic %q: tracking reads %s and %s", topic, schemas.TopicRegistrations, schemas.TopicCarrierEvents)
}

func (j *Job) key(carrier, number string) (string, error) {
	return schemas.ShipmentKey(j.rules.carriers.Canonical(carrier), number)
}

func header(headers []job.Header, key string) string {
	for _, h := range headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

// Process lets the time until the record pass and then handles the record.
func (j *Job) Process(c *job.Call, in job.Input) error {
	t, err := j.turn(c)
	if err != nil {
		return err
	}
	if err := j.precede(c, t, in.Value); err != nil {
		return err
	}
	if err := t.handle(in, c.Now.UnixMilli()); err != nil {
		return err
	}
	return j.finish(c, t)
}

// handle is what the rules make of a record.
func (t *turn) handle(in job.Input, now int64) error {
	arrived := in.FirstArrival.UnixMilli()
	t.advance(now)
	switch value := in.Value.(type) {
	case *schemas.Registration:
		if isAct(value) {
			t.act(value, arrived)
		} else if err := t.register(value, arrived); err != nil {
			return err
		}
	case *schemas.CarrierEvent:
		t.take(value, source{topic: in.First.Topic, partition: in.First.Partition, offset: in.First.Offset}, arrived)
	default:
		return fmt.Errorf("processing a record of %s: its value is a %T", in.First.Topic, in.Value)
	}
	t.advance(now)
	return nil
}

// Wake lets the time until now pass.
func (j *Job) Wake(c *job.Call) error {
	t, err := j.turn(c)
	if err != nil {
		return err
	}
	if err := j.precede(c, t, nil); err != nil {
		return err
	}
	t.advance(c.Now.UnixMilli())
	t.out.changed = true // at least the wake-up
	return j.finish(c, t)
}

// Complete is never called: the rules start no work.
func (j *Job) Complete(*job.Call, any) error {
	return errors.New("completing work of the tracking job: it starts none")
}

func (j *Job) turn(c *job.Call) (*turn, error) {
	state, ok := c.State.(*State)
	if c.State != nil && !ok {
		return nil, fmt.Errorf("reading the state of %s: it is a %T", c.Key, c.State)
	}
	endpoints, ok := c.Table(schemas.TopicWebhookEndpoints).(*schemas.EndpointTable)
	if !ok {
		return nil, fmt.Errorf("reading the table %s: the job was not given it", schemas.TopicWebhookEndpoints)
	}
	t, ok := j.turns.Get().(*turn)
	if !ok {
		return nil, errors.New("beginning a turn: the pool holds something else")
	}
	t.reset(c.Key, state, endpoints)
	t.outbox.arena = c.Arena()
	t.baselines, _ = c.Table(schemas.TopicBaselines).(*schemas.BaselineTable) // without it the settings decide
	t.used, _ = c.Table(schemas.TopicQuotas).(*schemas.QuotaTable)            // without it nothing is known to be used
	return t, nil
}

// EncodeState appends a *State to dst.
func (j *Job) EncodeState(dst []byte, state any) ([]byte, error) {
	s, ok := state.(*State)
	if !ok {
		return dst, fmt.Errorf("writing the tracking state: it is a %T", state)
	}
	c, ok := j.coders.Get().(*coder)
	if !ok {
		return dst, errors.New("writing the tracking state: the pool holds something else")
	}
	c.format, c.buf = stateFormat, append(dst, stateFormat)
	layoutState(c, s)
	dst = c.buf
	c.reset()
	j.coders.Put(c)
	return dst, nil
}

// DecodeState reads what EncodeState wrote. Any bytes give a state or an error.
func (j *Job) DecodeState(data []byte) (any, error) {
	if len(data) == 0 || data[0] < firstStateFormat || data[0] > stateFormat {
		return nil, fmt.Errorf("reading the tracking state: its format is unknown; this build reads formats %d to %d", firstStateFormat, stateFormat)
	}
	c, ok := j.coders.Get().(*coder)
	if !ok {
		return nil, errors.New("reading the tracking state: the pool holds something else")
	}
	c.read(data)
	s := &State{}
	layoutState(c, s)
	left, err := len(c.buf), c.err
	c.reset()
	j.coders.Put(c)
	if err != nil {
		return nil, fmt.Errorf("reading the tracking state: %w", err)
	}
	if left > 0 {
		return nil, fmt.Errorf("reading the tracking state: %d bytes follow its end", left)
	}
	return s, nil
}
