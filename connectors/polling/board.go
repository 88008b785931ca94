package polling

import (
	"slices"
	"time"

	"waybill/schemas"
)

// board holds the requests in hand: of each parcel one, the newest, and never
// more than one under way. Each account has a line of its own, so that one that
// is slow holds up no other. It is not safe for concurrent use.
type board struct {
	parcels map[string]*request // by shipment key
	waiting int                 // over all lines
}

// position is where a record lies on poll-requests.
type position struct {
	partition int32
	offset    int64
}

// request is a poll request in hand.
type request struct {
	key      string // shipment key
	carrier  string // the part of it
	line     *line
	position position
	merged   []position // of requests that came while this was under way: its answer is theirs
	epoch    int64      // ms
	expires  int64      // ms; then it has lost its use
	attempts uint8
	state    state
	alone    bool // a batch left it out
}

type state uint8

const (
	stateWaiting state = iota
	stateUnderWay
	stateGone // it left its line for another, or its partition did
)

// line is an account's.
type line struct {
	waiting []*request // first in, first out, from first on
	first   int
	again   []*request // asked before in vain; the last goes first of all
	count   int        // of those that wait
	limit   int        // of count
}

// verdict says what became of a request that came in.
type verdict uint8

const (
	verdictQueued     verdict = iota
	verdictSuperseded         // it took the place of an older one of its parcel
	verdictMerged             // its parcel is being asked about
	verdictFull               // its line is full
)

// routineShare is how much of a line requests may fill that will come again of
// themselves. The rest is for those that do not: a new parcel's, and the last one
// of a parcel that has ended.
const routineShare = 0.75

// add takes a request in. Superseded is where the older one lies that it takes
// the place of.
func (b *board) add(l *line, r request, reason string) (v verdict, superseded position) {
	old := b.parcels[r.key]
	if old != nil {
		superseded = old.position
	}
	switch {
	case old != nil && old.state == stateUnderWay:
		old.merged = append(old.merged, r.position)
		return verdictMerged, position{}
	case old != nil && old.line == l: // it keeps its place
		old.position, old.expires, old.epoch = r.position, r.expires, r.epoch
		return verdictSuperseded, superseded
	case l.full(reason):
		return verdictFull, position{}
	}
	made := r
	made.line = l
	if old != nil {
		made.merged = old.merged
		b.drop(old)
		v = verdictSuperseded
	}
	b.parcels[r.key] = &made
	l.waiting = append(l.waiting, &made)
	l.count++
	b.waiting++
	return v, superseded
}

func (l *line) full(reason string) bool {
	if reason == schemas.PollRegistered || reason == schemas.PollTerminal {
		return l.count >= l.limit
	}
	return float64(l.count) >= float64(l.limit)*routineShare
}

// take gives up to so many requests that are to be asked together, and puts them
// under way. Those that have lost their use leave.
func (b *board) take(l *line, most int, now time.Time) (batch, stale []*request) {
	for r := l.peek(); r != nil; r = l.peek() {
		if r.expires < now.UnixMilli() {
			b.drop(r)
			stale = append(stale, r)
			continue
		}
		if len(batch) >= most || len(batch) > 0 && (r.alone || slices.ContainsFunc(batch, r.sameNumber)) {
			break
		}
		l.pop()
		l.count--
		b.waiting--
		r.state = stateUnderWay
		batch = append(batch, r)
		if r.alone {
			break
		}
	}
	return batch, stale
}

// finish lets go of a request that was under way.
func (b *board) finish(r *request) { delete(b.parcels, r.key) }

// retry puts a request that was under way to the front of its line.
func (b *board) retry(r *request) {
	r.state = stateWaiting
	r.line.again = append(r.line.again, r)
	r.line.count++
	b.waiting++
}

// drop lets go of a request that waits.
func (b *board) drop(r *request) {
	r.state = stateGone
	r.line.count--
	b.waiting--
	delete(b.parcels, r.key)
}

// leave lets go of what waits of a partition, and tells how much of it is under
// way.
func (b *board) leave(partition int32) (underWay int) {
	for _, r := range b.parcels {
		switch {
		case r.position.partition != partition:
		case r.state == stateUnderWay:
			underWay++
		default:
			b.drop(r)
		}
	}
	return underWay
}

// peek gives the next request of a line, or nil. Those that are gone leave.
func (l *line) peek() *request {
	for n := len(l.again); n > 0; n = len(l.again) {
		if r := l.again[n-1]; r.state == stateWaiting {
			return r
		}
		l.again = l.again[:n-1]
	}
	for l.first < len(l.waiting) {
		if r := l.waiting[l.first]; r.state == stateWaiting {
			return r
		}
		l.advance()
	}
	return nil
}

// pop takes what peek gave.
func (l *line) pop() {
	if n := len(l.again); n > 0 {
		l.again = l.again[:n-1]
		return
	}
	l.advance()
}

// advance goes on by one, and gives back the room before it from time to time.
func (l *line) advance() {
	l.waiting[l.first] = nil
	l.first++
	if l.first == len(l.waiting) {
		l.waiting, l.first = l.waiting[:0], 0
	} else if l.first >= 1024 && l.first > len(l.waiting)/2 {
		l.waiting = append([]*request(nil), l.waiting[l.first:]...)
		l.first = 0
	}
}

func (r *request) number() string { return r.key[len(r.carrier)+1:] }

func (r *request) sameNumber(o *request) bool { return r.number() == o.number() }

func (r *request) parcel() parcel {
	return parcel{carrier: r.carrier, number: r.number(), epoch: time.UnixMilli(r.epoch).UTC()}
}
