package lanes

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how much there is to share. Zero means the default.
type Options struct {
	// Seats is how many calls may be under way in this process. Default 2048.
	Seats int
	// InFlight is how many may be to an endpoint that names no limit of its own,
	// over all instances. Default 100.
	InFlight int
	// Share says how many partitions this process owns, and how many there are.
	// Nil: all. It is asked about once a second, and must not call back.
	Share func() (owned, all int)
	// Wake asks for up to atMost webhooks of an endpoint that was turned away
	// and has room again. Nil: nobody is asked for. It must not wait.
	Wake func(endpoint string, atMost int)
}

const (
	defaultSeats    = 2048
	defaultInFlight = 100
	// crowdSize is how many calls waiting for quick endpoints are enough to keep
	// this machine busy until more come. It is less than the half of a quick
	// endpoint's room, so reading stops before any is turned away.
	crowdSize = 256
	// shareHolds is how long an answer of Share is used.
	shareHolds = time.Second
)

// Lanes are the lanes of all endpoints in this process. They are safe for
// concurrent use. One lock guards everything; it is held for about as long as a
// map takes to look something up.
type Lanes struct {
	options Options

	mu      sync.Mutex
	process process
	known   generations
	part    float64   // of the endpoints' limits that is this process's
	partAt  time.Time // when that was asked
	wakes   []wake    // to be called when the lock is let go
	counts  counts

	crowd atomic.Int64 // calls that wait for quick endpoints
}

// wake is a call of Options.Wake.
type wake struct {
	endpoint string
	atMost   int
}

// New makes lanes.
func New(o Options) *Lanes {
	if o.Seats == 0 {
		o.Seats = defaultSeats
	}
	if o.InFlight == 0 {
		o.InFlight = defaultInFlight
	}
	return &Lanes{options: o, process: process{seats: o.Seats}, counts: newCounts()}
}

// Board waits for a seat, no longer than 5 s. The cause says why there is none;
// then nothing is to be left.
func (l *Lanes) Board(ctx context.Context, c Call) (Seat, Cause) {
	l.mu.Lock()
	now := time.Now()
	n := l.lane(&c, now)
	if !c.Fresh {
		n.recall.arrived(&c, now)
	}
	cause := l.blocked(n, &c, now)
	if cause == Seated {
		seat := l.seat(n, &c, now)
		l.settle(n, now)
		l.unlock()
		return seat, Seated
	}
	if !l.mayWait(n, &c, cause, now) {
		l.turnAway(n, &c, cause, now)
		l.settle(n, now)
		l.unlock()
		return Seat{}, cause
	}
	w := l.wait(n, &c, now)
	l.settle(n, now)
	l.unlock()
	select {
	case <-w.ready:
		return w.seat, w.cause
	case <-ctx.Done():
		return l.giveUp(n, w)
	}
}

// Leave gives a seat back, with what came of the call.
func (l *Lanes) Leave(s Seat, o Outcome) {
	l.mu.Lock()
	defer l.unlock()
	now := time.Now()
	n := s.lane
	used := 2*n.inFlight >= n.seats(now)
	n.inFlight--
	l.process.used--
	l.process.bytes -= s.call.Bytes
	if s.call.Manual {
		n.manual--
	}
	if s.call.Fresh {
		n.fresh--
	}
	if n.heard(&s, o, used, now) {
		l.dismiss(n, now)
	}
	for range min(linePortion, len(l.process.line)) {
		l.look(l.process.nextInLine(), now)
	}
	l.look(n, now)
}

// look gives a lane what it can have now.
func (l *Lanes) look(n *lane, now time.Time) {
	l.serve(n, now)
	l.settle(n, now)
}

// Crowded tells whether so many calls wait for quick endpoints that it is this
// machine that is too slow. Taking on more would only make each of them later,
// and keep more of them in memory; slow endpoints never bring that about.
func (l *Lanes) Crowded() bool { return l.crowd.Load() >= crowdSize }

// unlock lets the lock go and asks for those who were turned away.
func (l *Lanes) unlock() {
	wakes := l.wakes
	l.wakes = nil
	l.mu.Unlock()
	for _, w := range wakes {
		l.options.Wake(w.endpoint, w.atMost)
	}
}

// lane finds or makes the lane of a call.
func (l *Lanes) lane(c *Call, now time.Time) *lane {
	if l.partAt.IsZero() || now.Sub(l.partAt) >= shareHolds {
		l.part, l.partAt = l.ask(), now
	}
	inFlight := c.InFlight
	if inFlight == 0 {
		inFlight = l.options.InFlight
	}
	n := l.known.lane(c.Endpoint, now)
	n.set(c, inFlight, l.part, now)
	return n
}

// ask gives this process's share, above 0: calls may come of a partition that
// has just been taken over, or given up.
func (l *Lanes) ask() float64 {
	if l.options.Share == nil {
		return 1
	}
	owned, all := l.options.Share()
	if all <= 0 {
		return 1
	}
	return float64(max(1, min(owned, all))) / float64(all)
}

// blocked says why a call cannot have a seat now.
func (l *Lanes) blocked(n *lane, c *Call, now time.Time) Cause {
	before := n.live.n // those who wait for the same seat
	if c.Manual {
		before = n.waiting()
	}
	cause := n.blocked(c.Manual, now)
	switch {
	case cause == Seated && (before > 0 || l.halfIsFresh(n, c, now)):
		return Limit
	case cause == Seated && l.process.blocked(n, c.Bytes, now):
		return Process
	}
	return cause
}

// halfIsFresh tells whether fresh calls have their half of the room, while others
// have been turned away.
func (l *Lanes) halfIsFresh(n *lane, c *Call, now time.Time) bool {
	return c.Fresh && n.recall.owed && 2*n.fresh >= n.seats(now)+n.room(l.process.places(), now)
}

// mayWait tells whether a call that is blocked may wait. Those that are sent by
// hand have half of the room, so that live traffic finds some.
func (l *Lanes) mayWait(n *lane, c *Call, cause Cause, now time.Time) bool {
	room := n.room(l.process.places(), now)
	if c.Manual && n.byHand.n >= handPlaces(room) {
		return false
	}
	return cause != Hold && cause != Breaker && !l.process.full(c.Bytes) && n.waiting() < room && !l.halfIsFresh(n, c, now)
}

// seat takes a seat.
func (l *Lanes) seat(n *lane, c *Call, now time.Time) Seat {
	if n.inFlight == 0 {
		n.busySince = now
	}
	n.inFlight++
	l.process.used++
	l.process.bytes += c.Bytes
	if c.Manual {
		n.manual++
	}
	if c.Fresh {
		n.fresh++
	}
	if n.bucket != nil {
		n.bucket.AllowN(now, 1)
	}
	s := Seat{lane: n, call: *c, began: now, with: n.inFlight, trial: n.breaker.open}
	if s.trial {
		n.breaker.trying = true
	}
	n.limit.board(&s)
	return s
}

// turnAway notes a call that got no seat.
func (l *Lanes) turnAway(n *lane, c *Call, cause Cause, now time.Time) {
	l.counts.turnedAway[cause]++
	if l.options.Wake != nil {
		n.recall.turnedAway(c, now)
	}
}
