package tracking

import (
	"cmp"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/tracking/body"
	"waybill/schemas"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// world runs the job as the runtime does, with timers at their times, for any
// number of keys and without a broker. State goes through its bytes at every
// third step of a key, and is kept as it is between, as in the runtime's cache.
type world struct {
	t         tester
	job       *Job
	codecs    *schemas.Codecs
	endpoints map[string][]byte
	table     *schemas.EndpointTable

	baselineRows  map[string][]byte
	baselineTable *schemas.BaselineTable

	state   map[string][]byte
	kept    map[string]any // the same, not as bytes
	steps   map[string]int // of each key
	wake    map[string]time.Time
	now     time.Time
	offsets map[string]int64
	jump    bool // timers fire only with the next record, all at once
	used    *schemas.QuotaTable
	live    map[string]any // when set, state is kept here at every step
	open    bool           // a transaction goes on: nothing is concluded after a call
}

// tester is a *testing.T, *testing.B or *rapid.T.
type tester interface {
	require.TestingT
	Helper()
}

// outputs are the records that one or several calls made, read back.
type outputs struct {
	decisions []schemas.Decision
	events    []schemas.TrackingEvent
	shipments []schemas.Shipment
	jobs      []schemas.WebhookJob
	usage     []schemas.Usage
	polls     []schemas.PollRequest
	moves     []schemas.Registration
}

// book is what the tests know of carriers: numbers of carrier sim end in an
// even digit, and RM is an alias.
type book struct{}

func (book) Canonical(carrier string) string {
	if slug := schemas.CanonicalCarrier(carrier); slug != "rm" {
		return slug
	}
	return "royal-mail"
}

func (book) CheckNumber(carrier, number string) (known, valid bool, reason string) {
	if carrier != "sim" {
		return false, true, ""
	}
	if last := number[len(number)-1]; last%2 == 0 {
		return true, true, ""
	}
	return true, false, "The check digit is odd."
}

// Tracked: carrier sim does not track letters, and nobody is a carrier.
func (book) Tracked(carrier string, service *schemas.ServiceLevel) (known, tracked bool, reason string) {
	if service != nil && service.Token == "letter" {
		return true, false, "Letters are not tracked."
	}
	return carrier != "nobody", true, ""
}

// Polled: carrier asked has a poller.
func (book) Polled(carrier string) bool { return carrier == "asked" }

// Codecs and model are read once; they are safe to share.
var (
	allCodecs = sync.OnceValues(schemas.NewCodecs)
	theModel  = sync.OnceValues(status.Default)

	theDialects = sync.OnceValues(func() (*body.Dialects, error) {
		model, err := theModel()
		if err != nil {
			return nil, err
		}
		maps, err := codemap.Default(model)
		if err != nil {
			return nil, err
		}
		return body.NewDialects(maps)
	})
)

func newWorld(t tester, change func(*Config)) *world {
	t.Helper()
	codecs, err := allCodecs()
	require.NoError(t, err)
	model, err := theModel()
	require.NoError(t, err)
	dialects, err := theDialects()
	require.NoError(t, err)
	cfg := Config{Codecs: codecs, Model: model, Carriers: book{}, Dialects: dialects, ReorderHold: DefaultReorderHold}
	if change != nil {
		change(&cfg)
	}
	j, err := NewJob(cfg)
	require.NoError(t, err)
	w := &world{
		t: t, job: j, codecs: codecs, endpoints: map[string][]byte{},
		baselineRows: map[string][]byte{}, state: map[string][]byte{}, kept: map[string]any{}, steps: map[string]int{}, wake: map[string]time.Time{}, offsets: map[string]int64{},
	}
	w.endpoint(nil)
	return w
}

// endpoint adds an endpoint to the broadcast table.
func (w *world) endpoint(e *schemas.WebhookEndpoint) {
	w.t.Helper()
	if e != nil {
		e.Order, e.State = schemas.OrderShipment, schemas.EndpointEnabled
		value, err := w.codecs.WebhookEndpoint.Encode(e)
		require.NoError(w.t, err)
		w.endpoints[e.EndpointID] = value
	}
	table, err := schemas.NewEndpointTable(w.codecs.WebhookEndpoint, w.endpoints)
	require.NoError(w.t, err)
	w.table = table
}

// register and event put a record on the log at the world's time or later.
func (w *world) register(at time.Time, r *schemas.Registration) outputs {
	w.t.Helper()
	r.Backfill = cmp.Or(r.Backfill, schemas.BackfillNone)
	value, err := w.codecs.Registration.Encode(r)
	require.NoError(w.t, err)
	return w.record(schemas.TopicRegistrations, at, value)
}

func (w *world) event(at time.Time, e *schemas.CarrierEvent) outputs {
	w.t.Helper()
	e.Leg = cmp.Or(e.Leg, schemas.LegForward)
	e.SourceKind = cmp.Or(e.SourceKind, schemas.SourceCarrierPush)
	e.OccurredPrecision = cmp.Or(e.OccurredPrecision, schemas.PrecisionSecond)
	e.OccurredConfidence = cmp.Or(e.OccurredConfidence, schemas.ConfidenceGiven)
	value, err := w.codecs.CarrierEvent.Encode(e)
	require.NoError(w.t, err)
	return w.record(schemas.TopicCarrierEvents, at, value)
}

func (w *world) record(topic string, at time.Time, value []byte) outputs {
	w.t.Helper()
	var out outputs
	if w.jump {
		w.now = at
	} else {
		out = w.advance(at)
	}
	r := job.Record{Position: job.Position{Topic: topic, Offset: w.offsets[topic]}, Value: value, Arrival: at}
	w.offsets[topic]++
	key, decoded, err := w.job.Decode(r)
	require.NoError(w.t, err)
	in := job.Input{Record: r, Key: key, Value: decoded, First: r.Position, FirstArrival: at}
	return out.and(w.call(key, func(c *job.Call) error { return w.job.Process(c, in) }))
}

// advance lets time pass: every timer fires at its time.
func (w *world) advance(to time.Time) outputs {
	w.t.Helper()
	require.False(w.t, to.Before(w.now), "time runs back from %s to %s", w.now, to)
	var out outputs
	for {
		key, at := w.nextWake()
		if key == "" || at.After(to) {
			break
		}
		w.now = at
		if w.jump {
			w.now = to
		}
		before := w.wake[key]
		out = out.and(w.call(key, w.job.Wake))
		require.NotEqual(w.t, before, w.wake[key], "the timer at %s fired and is set again", before)
	}
	w.now = to
	return out
}

func (w *world) nextWake() (string, time.Time) {
	next, at := "", time.Time{}
	for key, due := range w.wake {
		if !due.IsZero() && (next == "" || due.Before(at) || due.Equal(at) && key < next) {
			next, at = key, due
		}
	}
	return next, at
}

func (w *world) call(key string, do func(*job.Call) error) outputs {
	w.t.Helper()
	out, err := w.try(key, do)
	require.NoError(w.t, err)
	return out
}

// try makes a call; an error undoes it.
func (w *world) try(key string, do func(*job.Call) error) (outputs, error) {
	w.t.Helper()
	state := w.kept[key]
	delete(w.kept, key) // what the call changes and does not put must not stay
	w.steps[key]++
	if w.live != nil {
		state = w.live[key]
	} else if data := w.state[key]; data != nil && (state == nil || w.steps[key]%3 == 0) {
		var err error
		state, err = w.job.DecodeState(data)
		require.NoError(w.t, err)
	}
	c := job.NewCall(key, 0, w.now, state, w.wake[key], w.tables())
	if err := do(c); err != nil {
		return outputs{}, err
	}
	if !w.open {
		if err := job.Conclude(w.job, c); err != nil {
			return outputs{}, err
		}
	}
	if c.Changed() {
		w.keep(c)
	}
	return w.read(c.Outputs()), nil
}

func (w *world) keep(c *job.Call) {
	w.t.Helper()
	if c.State == nil {
		delete(w.state, c.Key)
		delete(w.wake, c.Key)
		delete(w.live, c.Key)
		return
	}
	require.True(w.t, c.WakeAt.IsZero() || c.WakeAt.After(w.now), "a timer is left behind at %s", c.WakeAt)
	w.wake[c.Key] = c.WakeAt
	data, err := w.job.EncodeState(nil, c.State)
	require.NoError(w.t, err)
	for _, s := range c.State.(*State).shipments {
		requireGist(w.t, s)
		s.written = written{}
	}
	anew, err := w.job.EncodeState(nil, c.State)
	require.NoError(w.t, err)
	require.Equal(w.t, anew, data, "what was copied of the history is not what it says now")
	if w.live != nil {
		w.live[c.Key] = c.State
		return
	}
	w.state[c.Key], w.kept[c.Key] = data, c.State
}

func (w *world) read(list []job.Output) outputs {
	w.t.Helper()
	var out outputs
	for _, o := range list {
		switch o.Topic {
		case schemas.TopicDecisions:
			out.decisions = append(out.decisions, *decode(w, w.codecs.Decision, o))
		case schemas.TopicTrackingEvents:
			out.events = append(out.events, *decode(w, w.codecs.TrackingEvent, o))
		case schemas.TopicShipments:
			out.shipments = append(out.shipments, *decode(w, w.codecs.Shipment, o))
		case schemas.TopicWebhookJobs:
			out.jobs = append(out.jobs, *decode(w, w.codecs.WebhookJob, o))
		case schemas.TopicRegistrations:
			out.moves = append(out.moves, *decode(w, w.codecs.Registration, o))
		case schemas.TopicUsage:
			out.usage = append(out.usage, *decode(w, w.codecs.Usage, o))
		case schemas.TopicPollRequests:
			out.polls = append(out.polls, *decode(w, w.codecs.PollRequest, o))
		default:
			require.Fail(w.t, "a record on topic "+o.Topic)
		}
	}
	return out
}

func decode[T any](w *world, codec *schemas.Codec[T], o job.Output) *T {
	w.t.Helper()
	v, err := codec.Decode(o.Value)
	require.NoError(w.t, err)
	return v
}

func (o outputs) and(more outputs) outputs {
	return outputs{
		decisions: append(o.decisions, more.decisions...),
		events:    append(o.events, more.events...),
		shipments: append(o.shipments, more.shipments...),
		jobs:      append(o.jobs, more.jobs...),
		usage:     append(o.usage, more.usage...),
		polls:     append(o.polls, more.polls...),
		moves:     append(o.moves, more.moves...),
	}
}
