package subset

import (
	"encoding/binary"
	"errors"

	"waybill/schemas/status"
)

// Numbers are Avro's longs, texts and bytes have their length before them as
// Avro's do, so any Avro library reads what is written here.

func appendLong(dst []byte, v int64) []byte { return binary.AppendVarint(dst, v) }

func appendText[T string | []byte](dst []byte, v T) []byte {
	return append(appendLong(dst, int64(len(v))), v...)
}

// appendEvent writes a tracking event: sequence, whether it came late, the
// status after and before, the code, when it arrived, and the raw event.
func appendEvent(dst []byte, p *parcel, h *held, late bool, before string) []byte {
	if dst == nil {
		dst = make([]byte, 0, 96+len(h.raw))
	}
	kind := int64(0)
	if late {
		kind = 1
	}
	dst = appendLong(appendLong(dst, p.events), kind)
	dst = appendText(appendText(dst, statusOf(p.present)), before)
	dst = appendLong(appendText(dst, h.code.Name), h.order.arrival)
	return appendText(dst, h.raw)
}

// jobType is the one webhook type of the subset.
const jobType = "tracking.status_changed"

// appendJob writes a job: endpoint, sequence, type, previous status and status,
// and the tracking event that caused it.
func (j *Job) appendJob(dst []byte, p *parcel, previous string, event []byte) []byte {
	if dst == nil {
		dst = make([]byte, 0, 128+len(event))
	}
	dst = appendText(appendLong(appendText(dst, j.endpoint), p.jobs), jobType)
	dst = appendText(appendText(dst, previous), p.told)
	return appendText(dst, event)
}

// EncodeState implements job.Job.
func (*Job) EncodeState(dst []byte, state any) ([]byte, error) {
	p, ok := state.(*parcel)
	if !ok {
		return nil, errors.New("writing a parcel's state: it is none")
	}
	dst = appendText(appendLong(appendLong(dst, p.registered), p.expires), p.told)
	dst = appendLong(appendLong(dst, p.jobs), p.events)
	dst = appendOrder(appendText(dst, nameOf(p.present)), p.presentAt)
	dst = appendLong(dst, int64(len(p.history)))
	for i := range p.history {
		dst = appendText(appendOrder(dst, p.history[i].order), p.history[i].code.Name)
	}
	dst = appendLong(dst, int64(len(p.known)))
	for i := range p.known {
		id := &p.known[i]
		dst = appendLong(appendText(appendLong(dst, id.second), id.what), id.ordinal)
	}
	dst = appendLong(dst, int64(len(p.held)))
	for i := range p.held {
		h := &p.held[i]
		dst = appendText(appendText(appendOrder(dst, h.order), h.code.Name), h.raw)
	}
	return dst, nil
}

// DecodeState implements job.Job.
func (j *Job) DecodeState(data []byte) (any, error) {
	r := reader{data: data, text: string(data), model: j.model}
	p := &parcel{registered: r.long(), expires: r.long(), told: r.string()}
	p.jobs, p.events = r.long(), r.long()
	p.present, p.presentAt = r.code(), r.order()
	for n := r.count(); n > 0; n-- {
		p.history = append(p.history, past{order: r.order(), code: r.code()})
	}
	for n := r.count(); n > 0; n-- {
		p.known = append(p.known, identity{second: r.long(), what: r.string(), ordinal: r.long()})
	}
	for n := r.count(); n > 0; n-- {
		p.held = append(p.held, held{order: r.order(), code: r.code(), raw: []byte(r.string())})
	}
	if r.failed || len(r.data) > 0 {
		return nil, errors.New("reading a parcel's state: it is malformed")
	}
	return p, nil
}

func appendOrder(dst []byte, o order) []byte {
	return appendLong(appendLong(appendLong(appendLong(dst, o.occurred), o.rank), o.priority), o.arrival)
}

func nameOf(code *status.Code) string {
	if code == nil {
		return ""
	}
	return code.Name
}

// reader reads a state. After a mistake it gives zero values.
type reader struct {
	data   []byte // left to read
	text   string // all of it; texts are parts
	model  *status.Model
	failed bool
}

func (r *reader) fail() { r.data, r.failed = nil, true }

func (r *reader) long() int64 {
	v, size := binary.Varint(r.data)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.data = r.data[size:]
	return v
}

// count reads how many follow; each has a byte at least.
func (r *reader) count() int {
	n := r.long()
	if n < 0 || n > int64(len(r.data)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) string() string {
	n := r.count()
	at := len(r.text) - len(r.data)
	if r.failed {
		return ""
	}
	r.data = r.data[n:]
	return r.text[at : at+n]
}

func (r *reader) code() *status.Code {
	name := r.string()
	code := r.model.Code(name)
	if code == nil && name != "" {
		r.fail()
	}
	return code
}

func (r *reader) order() order {
	return order{occurred: r.long(), rank: r.long(), priority: r.long(), arrival: r.long()}
}

// Event is a tracking event as it was written, as far as it is looked at.
type Event struct {
	Sequence     int64
	Late         bool
	Status       string
	Before, Code string
	Arrival      int64 // ms
}

// ReadEvent reads a value of TopicEvents.
func ReadEvent(data []byte) (Event, error) {
	r := reader{data: data, text: string(data)}
	e := Event{Sequence: r.long(), Late: r.long() == 1, Status: r.string(), Before: r.string(), Code: r.string(), Arrival: r.long()}
	r.string() // the raw event
	if r.failed || len(r.data) > 0 {
		return Event{}, errors.New("reading a tracking event of the subset: it is malformed")
	}
	return e, nil
}

// JobRecord is a job as it was written.
type JobRecord struct {
	Endpoint         string
	Sequence         int64
	Type             string
	Previous, Status string
	Event            Event
}

// ReadJob reads a value of TopicJobs.
func ReadJob(data []byte) (JobRecord, error) {
	r := reader{data: data, text: string(data)}
	j := JobRecord{Endpoint: r.string(), Sequence: r.long(), Type: r.string(), Previous: r.string(), Status: r.string()}
	event, err := ReadEvent([]byte(r.string()))
	if err != nil || r.failed || len(r.data) > 0 {
		return JobRecord{}, errors.Join(errors.New("reading a job of the subset: it is malformed"), err)
	}
	j.Event = event
	return j, nil
}
