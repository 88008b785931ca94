package dialects

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"waybill/schemas"
)

// Bounds of what a payload may tell.
const (
	maxEvents    = 10_000 // of a parcel
	maxAllEvents = 100_000
	maxTextBytes = 4 << 10
	maxFailures  = 10_000
)

// reader reads one payload.
type reader struct {
	Options

	dialect *Dialect
	zone    string // of times without one, where the payload shows it; empty: the dialect's
	payload []byte
	source  string     // of all events
	at      *time.Time // when all of them were received
	out     *Reading
	parcels []*parcel
	loose   *loose
	plain   cursor
	order   []int // of the events, by their time
	// thorough: something may be wrong with the payload, so it is read by loose.
	thorough bool
}

// readers are those that read no payload at the moment, with the memory that
// they had for the one before.
var readers = sync.Pool{New: func() any { return &reader{loose: newLoose()} }}

// maxKept is how many events a payload may have for its reader to keep the
// memory.
const maxKept = 1024

// release gives the reader back. Nothing that it has told refers to it.
func (r *reader) release() {
	kept := reader{loose: r.loose, plain: cursor{scratch: r.plain.scratch[:0]}}
	kept.loose.forget()
	if cap(r.order) <= maxKept && cap(r.parcels) <= maxKept && cap(kept.plain.scratch) <= maxTextBytes {
		clear(r.parcels)
		kept.order, kept.parcels = r.order[:0], r.parcels[:0]
	}
	*r = kept
	readers.Put(r)
}

// parcel is one parcel that a payload tells of. A dialect sets what it knows of
// it and tells its events.
type parcel struct {
	r               *reader
	carrier, number string
	leg             string
	signedBy        string // of the delivery
	eta             moment // the carrier's forecast as it now stands; zero: none
	etaReason       string
	keyed           bool // carrier and number make a key
	first           int  // of its events among those of the reading
	count           int
}

// scan is one event as its source tells it.
type scan struct {
	when     moment
	code     string // the source's own code: raw_code
	status   string // its main status, where it has one beside: raw_status
	words    string // for people: description
	place    *schemas.Location
	signedBy string
	leg      string // of this event alone; empty: the parcel's
	carrier  string // of this event alone; empty: the parcel's
}

// parcel begins a parcel. carrier is as the source calls it; empty: the
// dialect's, or the one that was asked about. So is number.
func (r *reader) parcel(carrier, number string) *parcel {
	carrier, number = first(carrier, r.dialect.Carrier, r.Carrier), first(strings.TrimSpace(number), r.Number)
	p := &parcel{r: r, carrier: r.Carriers.Canonical(carrier), number: number, leg: schemas.LegForward, first: len(r.out.Events)}
	r.parcels = append(r.parcels, p)
	return p
}

// tell adds an event. where names it in the payload, and err is why it cannot be
// read, for which the others do not suffer.
func (p *parcel) tell(where string, s scan, err error) {
	p.count++
	switch {
	case p.count > maxEvents:
		if p.count > maxEvents+1 {
			return
		}
		err = fmt.Errorf("a payload may tell %d events of a parcel; the others are left out", maxEvents)
	case len(p.r.out.Events) >= maxAllEvents:
		p.count = maxEvents + 1
		err = fmt.Errorf("a payload may tell %d events; those of this parcel from here on are left out", maxAllEvents)
	case err != nil:
	case s.when.at.IsZero():
		err = errors.New("it does not say when it occurred")
	}
	carrier := p.carrier
	if s.carrier != "" {
		carrier = p.r.Carriers.Canonical(s.carrier)
	}
	if err == nil && (!p.keyed || s.carrier != "") {
		err = p.r.checkKey(carrier, p.number)
		p.keyed = err == nil && s.carrier == ""
	}
	if err != nil {
		p.misread(where, s.code, err)
		return
	}
	p.r.out.Events = append(p.r.out.Events, schemas.CarrierEvent{
		Carrier: carrier, TrackingNumber: p.number, Source: p.r.source, SourceKind: p.r.kind(),
		RawCode: clip(s.code), RawStatus: clip(s.status), Description: clip(s.words),
		OccurredAt: s.when.at, OccurredLocal: s.when.local, OccurredText: clip(s.when.text), OccurredZone: s.when.zone,
		OccurredPrecision: s.when.precision, OccurredConfidence: s.when.confidence,
		ReceivedAt: p.r.at, Location: clipPlace(s.place), SignedBy: clip(s.signedBy), Leg: first(s.leg, p.leg),
	})
}

// checkKey tells whether an event can be published.
func (r *reader) checkKey(carrier, number string) error {
	if r.Unkeyed {
		carrier, number = first(carrier, "any"), first(number, "any")
	}
	var buffer [64]byte
	_, err := schemas.AppendShipmentKey(buffer[:0], carrier, number)
	return err
}

// forecast sets the carrier's forecast, which stands at where. Midnight, or the
// second before it, is how sources write a day, and a day it stays: that of the destination, unless its
// offset says otherwise (a day that became an instant of UTC would move to
// another one in most of the world).
func (p *parcel) forecast(where, written string, layouts ...string) {
	if strings.TrimSpace(written) == "" {
		return
	}
	m, err := p.r.when(written, nil, layouts...)
	if err != nil {
		p.misread(where, "", err)
		return
	}
	if strings.HasSuffix(m.local, "T00:00:00") || strings.HasSuffix(m.local, "T23:59:59") {
		m = m.asDay()
	}
	if m.zone == "UTC" && m.precision == schemas.PrecisionDay {
		m.zone = ""
	}
	p.eta = m
}

// window sets the forecast to the end of a window on a day, which is a time of
// day or a whole time; without one that can be read, to the day.
func (p *parcel) window(where, day, end string) {
	day = day[:min(len(day), len(localDay))]
	for _, written := range []string{end, day + "T" + end} {
		if m, err := p.r.when(written, nil); err == nil && end != "" {
			p.eta = m
			return
		}
	}
	p.forecast(where, day)
}

// misread adds what cannot be read of a parcel.
func (p *parcel) misread(where, code string, err error) {
	p.r.failed(Failure{
		Reason: ReasonBadEvent, Carrier: p.carrier, TrackingNumber: p.number, RawCode: clip(code), Description: err.Error(), Where: where,
	})
}

// fail adds what the source could not tell of a parcel.
func (p *parcel) fail(reason Reason, code, words string) {
	p.count++
	p.r.fail(reason, p.carrier, p.number, code, words)
}

// fail adds what the source could not tell.
func (r *reader) fail(reason Reason, carrier, number, code, words string) {
	r.failed(Failure{
		Reason: reason, Carrier: r.Carriers.Canonical(first(carrier, r.dialect.Carrier, r.Carrier)), TrackingNumber: first(number, r.Number),
		RawCode: clip(code), Description: clip(words),
	})
}

// failed adds a failure, as long as there are not too many.
func (r *reader) failed(f Failure) {
	switch n := len(r.out.Failures); {
	case n < maxFailures-1:
		r.out.Failures = append(r.out.Failures, f)
	case n < maxFailures:
		r.out.Failures = append(r.out.Failures, Failure{Reason: ReasonBadEvent, Description: fmt.Sprintf("there is more that cannot be read; %d failures are listed", n)})
	}
}

// noParcel adds that the payload is a message of another kind.
func (r *reader) noParcel(kind string) {
	r.fail(ReasonNoEvents, "", "", kind, "the message "+strconv.Quote(clip(kind))+" tells of no parcel")
}

// at names a member of a list.
func at(list string, i int) string {
	var buffer [64]byte
	return string(append(strconv.AppendInt(append(append(buffer[:0], list...), '['), int64(i), 10), ']'))
}

// inside is what the names of a member's own parts begin with. The only member of
// a list may stand in its place, and has no number.
func inside(list string, i, of int) string {
	if of > 1 {
		list = at(list, i)
	}
	if list == "" {
		return ""
	}
	return list + "."
}

// refine adds the finer word of a platform that also has a status. It is the
// event's code, unless the platform passes the carrier's own one on (I2): then
// it stands behind the status, where the maps find it.
func (s *scan) refine(detail string) {
	switch {
	case s.code == "":
		s.code = detail
	case detail != "":
		s.status += "/" + detail
	}
}

func (r *reader) kind() string {
	switch {
	case r.Way == Poll:
		return schemas.SourcePoll
	case r.Way == File:
		return schemas.SourceFile
	case r.dialect.Platform():
		return schemas.SourceProviderPush
	default:
		return schemas.SourceCarrierPush
	}
}

// clip bounds a text and makes it UTF-8.
func clip(s string) string {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	if len(s) <= maxTextBytes {
		return s
	}
	cut := maxTextBytes
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}

// clipPlace bounds a place; one that says nothing is none.
func clipPlace(l *schemas.Location) *schemas.Location {
	if l == nil || *l == (schemas.Location{}) {
		return nil
	}
	l.Name, l.City, l.State, l.PostalCode, l.Country = clip(l.Name), clip(l.City), clip(l.State), clip(l.PostalCode), clip(l.Country)
	if *l == (schemas.Location{}) {
		return nil
	}
	return l
}
