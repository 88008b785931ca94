package subset

import (
	"cmp"
	"slices"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
	"waybill/schemas/status"
)

// parcel is what is kept of a key.
type parcel struct {
	registered, expires int64        // the window, half-open, in ms; it is there once somebody follows the parcel
	told                string       // the main status that was last told, empty for none
	jobs, events        int64        // how many were made: the newest one's sequence
	present             *status.Code // nil before the first
	presentAt           order
	history             []past // in order
	known               []identity
	held                []held
}

// past is an event that has its place.
type past struct {
	order order
	code  *status.Code
}

// order is what events are ordered by (O2), in ms.
type order struct{ occurred, rank, priority, arrival int64 }

func (o order) compare(p order) int {
	return cmp.Or(cmp.Compare(o.occurred, p.occurred), cmp.Compare(o.rank, p.rank), cmp.Compare(o.priority, p.priority), cmp.Compare(o.arrival, p.arrival))
}

// identity tells the events of a parcel apart (I2): the second in which it
// occurred, the carrier's code, or its words where there is none, and the ordinal.
type identity struct {
	second  int64
	what    string
	ordinal int64
}

// held is an event that waits for its order, or is about to take its place.
type held struct {
	order order
	code  *status.Code
	raw   []byte // the record's value
}

const (
	dayMS    = 24 * 60 * 60 * 1000
	secondMS = 1000
)

// register begins a window, unless one is open (R4, R6).
func (p *parcel) register(arrival int64, days int) bool {
	if arrival < p.expires {
		return false
	}
	p.registered, p.expires, p.told = arrival, arrival+int64(days)*dayMS, ""
	return true
}

// take makes a new event out of a raw one. What is known already is not fresh.
func (j *Job) take(p *parcel, e *schemas.CarrierEvent, arrival int64, raw []byte) (h held, fresh bool) {
	occurred := e.OccurredAt.UnixMilli()
	id := identity{second: floorDiv(occurred, secondMS), what: e.RawCode, ordinal: int64(e.Ordinal)}
	if id.what == "" {
		id.what = e.Description
	}
	if slices.Contains(p.known, id) {
		return held{}, false
	}
	p.known = append(p.known, id)
	code, _ := j.model.Resolve(e.Status, e.Code)
	return held{
		order: order{occurred: occurred, rank: int64(code.Status.Rank), priority: priority(e.SourceKind), arrival: arrival},
		code:  code, raw: raw,
	}, true
}

// floorDiv rounds down also before 1970.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// priority ranks the ways in (O2).
func priority(sourceKind string) int64 {
	switch sourceKind {
	case schemas.SourceCarrierPush:
		return 3
	case schemas.SourceProviderPush:
		return 2
	case schemas.SourcePoll:
		return 1
	}
	return 0
}

// release lets go what is due, and all that occurred before it, in order (O1).
func (j *Job) release(c *job.Call, p *parcel, now int64) {
	var newest *order
	for i := range p.held {
		h := &p.held[i]
		if h.order.arrival+j.hold <= now && (newest == nil || newest.compare(h.order) < 0) {
			newest = &h.order
		}
	}
	if newest == nil {
		return
	}
	slices.SortStableFunc(p.held, func(a, b held) int { return a.order.compare(b.order) })
	upTo := slices.IndexFunc(p.held, func(h held) bool { return h.order.arrival+j.hold > now && h.order.compare(*newest) >= 0 })
	if upTo < 0 {
		upTo = len(p.held)
	}
	for i := range upTo {
		j.place(c, p, &p.held[i])
	}
	p.held = slices.Delete(p.held, 0, upTo)
}

// place gives an event its place and its sequence, and tells of it.
func (j *Job) place(c *job.Call, p *parcel, h *held) {
	before, present := statusOf(p.present), p.presentAt
	late := p.add(past{h.order, h.code})
	p.events++
	value := appendEvent(nil, p, h, late, before)
	c.Emit(job.Output{Topic: TopicEvents, Key: c.Key, Value: value})
	now := statusOf(p.present)
	follows := h.order.arrival >= p.registered && h.order.arrival < p.expires && h.order.occurred >= p.registered
	if p.presentAt == present || !follows || now == p.told {
		return
	}
	previous := p.told
	p.told = now
	if j.chosen[now] {
		p.jobs++
		c.Emit(job.Output{Topic: TopicJobs, Key: j.endpoint + "/" + c.Key, Value: j.appendJob(nil, p, previous, value)})
	}
}

// add puts an event where it belongs. One that comes late may change what was
// the present for all that follow it, so the history is walked anew (O4, O6).
func (p *parcel) add(e past) (late bool) {
	at := len(p.history)
	for at > 0 && e.order.compare(p.history[at-1].order) < 0 {
		at--
	}
	late = at < len(p.history)
	p.history = slices.Insert(p.history, at, e)
	if !late {
		p.meet(e)
		return false
	}
	p.present, p.presentAt = nil, order{}
	for _, e := range p.history {
		p.meet(e)
	}
	return true
}

// meet lets the next event in order become the present, if it may (O6, O7).
func (p *parcel) meet(e past) {
	switch {
	case e.code.DataOnly || e.code.Status.OfRegistration:
	case p.present != nil && (e.code.Name == status.CodeUnmapped || !p.present.Status.MayBecome(e.code)):
	default:
		p.present, p.presentAt = e.code, e.order
	}
}

func statusOf(code *status.Code) string {
	if code == nil {
		return ""
	}
	return code.Status.Name
}
