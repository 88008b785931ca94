package tracking

import (
	"waybill/schemas"
	"waybill/schemas/status"
)

// event is a carrier's event as the history holds it. Times are milliseconds
// since 1970, UTC.
type event struct {
	id     uint64   // identity (I2)
	hash   uint32   // content (I4); compared among equal identities only
	within *written // what was written last and has it, if anything; no part of the state's bytes
	key    orderKey

	occurred   int64
	local      localTime
	text       string // as the carrier wrote it, where that is not the local form
	textLocal  bool   // it wrote the local form
	zone       string
	precision  string
	confidence string
	received   int64 // at our connector; arrival is key.arrived
	created    int64 // object_created
	updated    int64 // object_updated

	code        string
	leg         string
	source      string
	sourceKind  string
	mapVersion  string
	rawCode     string
	rawStatus   string
	description string
	signedBy    string
	location    *schemas.Location

	decision string // final
	previous string // main status of the shipment before it
	weak     bool   // its identity rests on its text (I2)
	clamped  bool   // ordered by when it was received (T3)
	refused  bool   // the present status stood against it (O7)

	told []telling // by further sources (I3)
	by   tellers   // who gave what, where several told
}

// pending is an event on its way into the history: new, or held.
type pending struct {
	event
	eta       target
	etaReason string
	etaSource string

	position source
	version  int64  // decisions made on it so far
	held     string // decision that holds it; empty while it is new
	due      int64  // when it is released

	withdraws bool // a retraction that waits for somebody to follow the parcel (O8)
}

// source is where a raw event first lay.
type source struct {
	topic     string
	partition int32
	offset    int64
}

// newPending reads a carrier event. Its identity depends on the shipment it
// belongs to and is not set yet.
func (t *turn) newPending(e *schemas.CarrierEvent, arrived int64) *pending {
	code, mapVersion := t.codeFor(e)
	p := &pending{event: event{
		occurred: e.OccurredAt.UnixMilli(), received: arrived,
		text: clip(e.OccurredText, maxName), zone: clip(e.OccurredZone, maxName),
		precision: e.OccurredPrecision, confidence: e.OccurredConfidence,
		code: code.Name, leg: e.Leg, source: clip(e.Source, maxName), sourceKind: e.SourceKind,
		mapVersion: clip(mapVersion, maxName), rawCode: clip(e.RawCode, maxName), rawStatus: clip(e.RawStatus, maxName),
		description: clip(e.Description, maxDescription), signedBy: clip(e.SignedBy, maxName),
		location: clipLocation(e.Location),
	}}
	if e.ReceivedAt != nil {
		p.received = e.ReceivedAt.UnixMilli()
	}
	local := clip(e.OccurredLocal, maxName)
	p.local = newLocalTime(local, p.occurred)
	if p.text != "" && p.text == local {
		p.text, p.textLocal = "", true
	}
	p.hash = contentHash(e, code)
	p.eta, p.etaReason, p.etaSource = etaOf(e), clip(e.ETAReason, maxDescription), p.source
	p.key = orderKey{
		at: t.orderedAt(&p.event), rank: uint8(code.Status.Rank),
		priority: priority(e.SourceKind), arrived: arrived,
	}
	return p
}

// codeFor gives the code of a raw event, and the version of the map that made
// it: as its source says it, or, where that gives the carrier's words only, by
// the maps.
func (t *turn) codeFor(e *schemas.CarrierEvent) (code *status.Code, mapVersion string) {
	if t.maps != nil && e.Status == "" && e.Code == "" && (e.RawCode != "" || e.RawStatus != "" || e.Description != "") {
		if name, version, ok := t.maps.Lookup(e.Source, t.carrier, e.RawCode, e.RawStatus, e.Description); ok {
			code, _ = t.model.Resolve("", name)
			return code, version
		}
	}
	code, _ = t.model.Resolve(e.Status, e.Code)
	return code, e.MapVersion
}

// knownCode is what a name was found to stand for: a call asks for the same few
// codes some twenty times.
type knownCode struct {
	name string
	code *status.Code // nil: nothing
}

// codeOf returns the model's code of an event. A code that a newer model no
// longer has counts as unmapped.
func (t *turn) codeOf(name string) *status.Code {
	if name == "" {
		return t.unmapped
	}
	k := &t.codes[(len(name)^int(name[len(name)-1]))%len(t.codes)]
	if k.name != name {
		*k = knownCode{name: name, code: t.model.Code(name)}
	}
	if k.code == nil {
		return t.unmapped
	}
	return k.code
}

// warnings are what stands beside every decision on the event.
func (e *event) warnings() []string {
	list := []string{}
	if e.code == status.CodeUnmapped {
		list = append(list, "unmapped")
	}
	if e.weak {
		list = append(list, "weak_identity")
	}
	if e.clamped {
		list = append(list, "clamped")
	}
	return list
}
