package tracking

import (
	"cmp"
	"slices"

	"waybill/schemas"
	"waybill/schemas/status"
)

// maxSources is how many sources of one event are named (I3). What further ones
// say of it changes nothing.
const maxSources = 8

// telling is that one more source told of an event (I3). What the first one
// told stands in the event itself.
type telling struct {
	source string
	kind   string
	id     uint64 // identity of what it told (I2)
	hash   uint32 // and content (I4)
}

// tellers says which source each group of an event's facts comes from: 0 is the
// first, others are told[n-1]. Whatever the order in which sources come, each
// group is that of the highest source that has it, or, of times, the most exact.
type tellers struct{ code, words, when, place, signer uint8 }

// tellings gives how many sources told of the event.
func (e *event) tellings() int { return 1 + len(e.told) }

func (e *event) telling(i int) telling {
	if i == 0 {
		return telling{source: e.source, kind: e.sourceKind, id: e.id, hash: e.hash}
	}
	return e.told[i-1]
}

// tellingOf gives the place of a source among those that told of the event, or
// -1.
func (e *event) tellingOf(source string) int {
	if e.source == source {
		return 0
	}
	at := slices.IndexFunc(e.told, func(o telling) bool { return o.source == source })
	if at < 0 {
		return -1
	}
	return at + 1
}

// is tells whether an identity is the event's, as any of its sources told it.
func (e *event) is(id uint64) bool {
	return e.id == id || slices.ContainsFunc(e.told, func(o telling) bool { return o.id == id })
}

// ids gives the identities of the event, each once.
func (e *event) ids() []uint64 {
	ids := []uint64{e.id}
	for i := range e.told {
		if !slices.Contains(ids, e.told[i].id) {
			ids = append(ids, e.told[i].id)
		}
	}
	return ids
}

// says tells whether what is told of the event was told before, and whether by
// the same source (I4).
func (e *event) says(p *event) (known, again bool) {
	for i := range e.tellings() {
		if o := e.telling(i); o.id == p.id && o.hash == p.hash {
			known, again = true, again || o.source == p.source
		}
	}
	return known, again
}

// above tells whether a source goes before another: by how direct it is (O2),
// else by name.
func (o telling) above(other telling) bool {
	return cmp.Or(cmp.Compare(priority(o.kind), priority(other.kind)), -cmp.Compare(o.source, other.source)) > 0
}

func (e *event) outranks(a, b uint8) bool { return e.telling(int(a)).above(e.telling(int(b))) }

// highest gives the place of the source that outranks the others.
func (e *event) highest() uint8 {
	best := uint8(0)
	for i := range e.told {
		if e.outranks(uint8(i+1), best) {
			best = uint8(i + 1)
		}
	}
	return best
}

// alsoFrom names the sources beside the highest one, by name.
func (e *event) alsoFrom(highest uint8) []string {
	var names []string
	for i := range e.tellings() {
		if i != int(highest) {
			names = append(names, e.telling(i).source)
		}
	}
	slices.Sort(names)
	return names
}

// learn takes over what another telling of the event knows more (I3, I4), and
// names its sources. It gives whether anything was learned, and whether a source
// is new.
func (e *event) learn(p *event) (learned, named bool) {
	var at [maxSources]uint8 // where p's sources are among the event's
	if !e.hasRoomFor(p) {
		return false, false
	}
	e.alter()
	for i := range p.tellings() {
		o := p.telling(i)
		known := e.tellingOf(o.source)
		if known < 0 {
			e.told, known, named = append(e.told, o), e.tellings(), true
		}
		at[i] = uint8(known)
	}
	if named {
		e.key.priority = priority(e.telling(int(e.highest())).kind)
	}
	for _, group := range []func(*event, *event, *[maxSources]uint8) bool{learnCode, learnWords, learnPlace, learnSigner, learnTime} {
		learned = group(e, p, &at) || learned
	}
	switch from := e.tellingOf(p.source); {
	case named:
		e.received = min(e.received, p.received)
	case !learned:
	case from == 0:
		e.hash, e.received = p.hash, max(e.received, p.received)
	default:
		e.told[from-1].hash, e.received = p.hash, max(e.received, p.received)
	}
	return learned, named
}

// hasRoomFor tells whether all sources of another telling can be named.
func (e *event) hasRoomFor(p *event) bool {
	room := maxSources - e.tellings()
	for i := range p.tellings() {
		if e.tellingOf(p.telling(i).source) < 0 {
			room--
		}
	}
	return room >= 0
}

// learnCode takes the code of the same source where that was received later,
// and of a higher one; what is mapped goes before what is not. That a carrier
// does not know the parcel any more unmakes no event (D5).
func learnCode(e, p *event, at *[maxSources]uint8) bool {
	from, mapped := at[p.by.code], e.code != status.CodeUnmapped
	better := e.outranks(from, e.by.code)
	if from == e.by.code {
		better = p.received > e.received && p.code != e.code
	}
	if p.code == status.CodeUnmapped || p.code == status.CodeNotFound || mapped && !better {
		return false
	}
	if from != e.by.code {
		e.rawCode, e.rawStatus, e.leg, e.by.code = p.rawCode, p.rawStatus, p.leg, from
	}
	learned := e.code != p.code
	e.code, e.mapVersion, e.key.rank = p.code, p.mapVersion, p.key.rank
	return learned
}

// learnWords takes the longer text of the same source, and that of a higher
// one.
func learnWords(e, p *event, at *[maxSources]uint8) bool {
	from := at[p.by.words]
	better := e.outranks(from, e.by.words) || from == e.by.words && len(p.description) > len(e.description)
	return fill(&e.description, p.description, better, &e.by.words, from)
}

func learnSigner(e, p *event, at *[maxSources]uint8) bool {
	from := at[p.by.signer]
	return fill(&e.signedBy, p.signedBy, e.outranks(from, e.by.signer), &e.by.signer, from)
}

// fill takes over a text that is given where none was, or where it is better.
func fill(have *string, given string, better bool, by *uint8, from uint8) bool {
	if given == "" || *have != "" && !better {
		return false
	}
	learned := *have != given
	*have, *by = given, from
	return learned
}

// learnPlace takes the parts that the same source left out before, and the
// whole place of a higher one.
func learnPlace(e, p *event, at *[maxSources]uint8) bool {
	from := at[p.by.place]
	if p.location == nil {
		return false
	}
	if e.location == nil || e.outranks(from, e.by.place) {
		learned := e.location == nil || *e.location != *p.location
		place := *p.location
		e.location, e.by.place = &place, from
		return learned
	}
	if from != e.by.place {
		return false
	}
	place := *e.location
	longer := len(p.location.Name) > len(place.Name)
	learned := fill(&place.Name, p.location.Name, longer, &e.by.place, from)
	for _, part := range [...]struct {
		have  *string
		given string
	}{{&place.City, p.location.City}, {&place.State, p.location.State}, {&place.PostalCode, p.location.PostalCode}, {&place.Country, p.location.Country}} {
		learned = fill(part.have, part.given, false, &e.by.place, from) || learned
	}
	e.location = &place
	return learned
}

// learnTime takes the more exact time, and of equally exact ones that of the
// higher source. A known zone counts for more than seconds.
func learnTime(e, p *event, at *[maxSources]uint8) bool {
	from := at[p.by.when]
	if from == e.by.when {
		return false
	}
	more := cmp.Compare(p.exactness(), e.exactness())
	if more < 0 || more == 0 && !e.outranks(from, e.by.when) {
		return false
	}
	learned := e.occurred != p.occurred || more > 0
	e.occurred, e.local, e.text, e.textLocal = p.occurred, p.local, p.text, p.textLocal
	e.zone, e.precision, e.confidence = p.zone, p.precision, p.confidence
	e.key.at, e.clamped, e.by.when = p.key.at, p.clamped, from
	return learned
}

// exactness orders times by how well they are known.
func (e *event) exactness() int {
	known := 0
	if e.zoned() {
		known = 3
	}
	switch e.precision {
	case schemas.PrecisionSecond:
		known += 2
	case schemas.PrecisionMinute:
		known++
	}
	return known
}
