package tracking

import (
	"slices"
	"strings"

	"waybill/schemas"
)

// State is one key's value: every life of the number that is still known,
// oldest first. Times in it are milliseconds since 1970, UTC; 0 is none.
type State struct{ shipments []*shipment }

// newest returns the newest life of the number, or nil.
func (s *State) newest() *shipment {
	if len(s.shipments) == 0 {
		return nil
	}
	return s.shipments[len(s.shipments)-1]
}

// shipment is one life of a number: what the carrier did, and who follows it.
type shipment struct {
	epoch    int64 // arrival of its first input (I1)
	revision int64 // counts its changes; 0: nobody follows it yet (R9)
	created  int64 // stream time of the first change
	updated  int64 // stream time of the last change
	active   int64 // arrival of the last input that changed it (D9)
	ended    int64 // stream time at which its status became terminal
	closed   int64 // stream time at which its live state ended (D9)

	present  present
	released orderKey // of the last event in order that was released (O4)

	clockStart, clockStop, delivered mark

	firstEvent, lastEvent, lastScan int64 // occurred
	scanned                         int64 // the last scan as events are ordered: a day is its end (T2)
	heard                           int64 // arrival of the last event (I1)
	events                          int   // ever taken into the history
	attempts                        int   // delivery attempts that failed

	service, originCountry, destinationCountry string

	eta, originalETA target
	etaKey           orderKey // of the event that the ETA comes from
	etaReceived      int64    // and when that was received
	etaChanges       []etaChange
	episodes         []episode

	registrations []registration
	history       []*event // in order (O2)
	gist          gist     // of what the history was ever told; no part of the state's bytes
	forgotten     []uint64
	held          []*pending  // in the order in which they came
	waiting       [1]*pending // room for the list, for mostly none or one waits

	regions     regions     // of the lane
	watch       watch       // silence (D3)
	asking      asking      // polls, and what the carrier did not know (D5, D8)
	flood       flood       // new identities of a day
	retractions retractions // what was withdrawn (O8)
	erased      bool        // what is said of persons is not kept (P1)

	unwritten bool    // its row has not been written since it changed; no part of the state's bytes (Conclude)
	written   written // the history, as bytes
}

// present is the shipment's status and the event that it comes from (O6). Its
// order key outlives the event.
type present struct {
	id       uint64 // 0: no event yet
	key      orderKey
	occurred int64
	code     string
	leg      string
}

// mark is an event that a figure rests on: the first of its kind in order. It
// outlives the event.
type mark struct {
	id        uint64 // 0: none yet
	key       orderKey
	occurred  int64
	local     localTime
	date      string // calendar day, where local does not say it
	precision string
	code      string
}

// day gives the event's calendar day as written, for comparing days with days
// (D2).
func (m *mark) day() string {
	if local := m.local.write(m.occurred); m.date == "" && len(local) >= len(dateLayout) {
		return local[:len(dateLayout)]
	}
	return m.date
}

// target is when a parcel should be there, as the carrier (ETA) or the merchant
// (promise) says it: a day or an instant.
type target struct {
	date string // YYYY-MM-DD
	at   int64
	zone string // of date; empty: not known
}

func (g target) isSet() bool { return g.date != "" || g.at != 0 }

// etaChange is one move of the ETA (D1).
type etaChange struct {
	cause          uint64
	changed        int64 // arrival of the cause
	from, to       target
	source, reason string
}

// episode is a time in which something was wrong (D6).
type episode struct {
	opening     uint64
	key         orderKey // of the opening event
	opened      int64
	code        string
	closing     uint64 // 0 while open
	closed      int64
	closingCode string
}

// registration is one tenant's wish to be told, and how far that went.
type registration struct {
	id       string
	tenant   string
	state    string
	keys     []uint64 // hashes of the idempotency keys it was sent with (R6)
	newEpoch bool

	reference, metadata, transaction string
	promise                          target
	service                          *schemas.ServiceLevel
	origin, destination              *schemas.Address
	isReturn                         bool
	backfill                         string
	registered, expires              int64  // the window, half-open (R4)
	current                          uint64 // the one event of before that was sent, with backfill current

	status, previous string   // sent last, and before that
	seen             []string // statuses ever sent
	measure          string   // the measure that was found to have passed (D2)
	measured         target   // and what it was
	delayed, cleared int64    // stream times
	webhooks         int64
	sequences        []sequence // in the order of the endpoints' ids

	byHand byHand // what its tenant did (R7)
	risk   risk   // of missing the measure (D4)
	extras extras // given, for others' eyes (R1)
	erased bool   // what it says of persons is not kept, nor shown to it (P1)
}

// sequence is the number of the last webhook made for an endpoint (O3).
type sequence struct {
	endpoint string
	last     int64
}

func inOrder(a, b sequence) int { return strings.Compare(a.endpoint, b.endpoint) }

// Window states of a registration.
const (
	stateActive     = "active"
	stateExpired    = "expired"
	stateStopped    = "stopped"
	stateDoNotTrack = "do_not_track"
	stateClosed     = "closed"
	stateRefused    = "refused"
	stateMoved      = "moved"
)

// open tells whether the registration is in its window at an arrival.
func (g *registration) open(arrival int64) bool { return arrival < g.expires }

// follows tells whether an event that arrived then is for this registration
// (R4). The window has no beginning here, for the two topics race; what of the
// time before is sent, R5 says.
func (g *registration) follows(arrival int64) bool {
	return !g.followsNothing() && g.state != stateMoved && g.open(arrival)
}

// heardBy tells whether any registration follows what arrives at an instant.
func (s *shipment) heardBy(arrival int64) bool {
	for i := range s.registrations {
		if s.registrations[i].follows(arrival) {
			return true
		}
	}
	return false
}

// followsNothing tells whether the registration was never taken on (R2, R3,
// R8).
func (g *registration) followsNothing() bool {
	return g.state == stateDoNotTrack || g.state == stateRefused
}

// find returns a known event of the history.
func (s *shipment) find(id uint64) *event {
	if !s.gist.mayTell(id) {
		return nil
	}
	for i := range slices.Backward(s.history) { // most often the newest is asked for
		if s.history[i].id == id {
			return s.history[i]
		}
	}
	return nil
}

// findTold returns a known event of the history by an identity that any of its
// sources gave it (I3).
func (s *shipment) findTold(id uint64) *event {
	if !s.gist.mayTell(id) {
		return nil
	}
	for i := range s.history {
		if s.history[i].is(id) {
			return s.history[i]
		}
	}
	return nil
}

// findHeld returns a known event that waits.
func (s *shipment) findHeld(id uint64) *pending {
	for _, p := range s.held {
		if p.is(id) {
			return p
		}
	}
	return nil
}
