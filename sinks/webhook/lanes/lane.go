package lanes

import (
	"hash/fnv"
	"math"
	"time"

	"golang.org/x/time/rate"
)

const (
	// maxHold bounds how long an endpoint may ask to be left alone.
	maxHold = 5 * time.Minute
	// leastRoom is the least number of places in the waiting room of an
	// endpoint that has room at all, so that a burst need not be parked.
	leastRoom = 32
	// quickRoom is how long the last one has to wait, about, who comes into the
	// room of a quick endpoint.
	quickRoom = 250 * time.Millisecond
)

// lane is what is known of an endpoint, and who is there.
type lane struct {
	id     string
	most   int // limit by setting, this process's share
	limit  limit
	bucket *rate.Limiter // nil without a rate
	perSec float64       // its rate, this process's share
	hold   time.Time     // until when the endpoint wants to be left alone
	probe  bool          // it is suspended

	breaker breaker
	recall  recall

	inFlight, manual int // seats
	fresh            int // seats and places that calls have which are fresh
	live, byHand     queue
	busySince        time.Time // when the first of the calls in flight began
	heardAt          time.Time // the last answer, or failure

	starved bool // it stands in the line of those that wait for a seat of the process
	timer   *time.Timer
	due     time.Time // of the timer; zero when it is off
}

func newLane(id string) *lane {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return &lane{id: id, limit: newLimit(), breaker: breaker{spread: float64(h.Sum32()) / math.MaxUint32}}
}

// set takes over the endpoint's settings. part is this process's share of them,
// above 0 and up to 1.
func (n *lane) set(c *Call, inFlight int, part float64, now time.Time) {
	n.most = max(1, int(math.Ceil(float64(inFlight)*part)))
	n.probe = c.Probe
	perSec := c.Rate * part
	switch {
	case perSec == n.perSec:
		return
	case perSec <= 0:
		n.bucket = nil
	case n.bucket == nil:
		n.bucket = rate.NewLimiter(rate.Limit(perSec), burst(perSec))
	default:
		n.bucket.SetLimitAt(now, rate.Limit(perSec))
		n.bucket.SetBurstAt(now, burst(perSec))
	}
	n.perSec = perSec
}

// burst is a second's worth of tokens.
func burst(perSec float64) int { return max(1, int(math.Ceil(perSec))) }

// seats is how many calls may be in flight now.
func (n *lane) seats(now time.Time) int {
	switch {
	case n.probe:
		return 1
	case n.silent(now):
		return n.limit.allows(min(n.most, firstLimit))
	}
	return n.limit.allows(n.most)
}

// silent tells whether calls are in flight and nothing has been heard for long.
// Those that hang are found by that before their timeout.
func (n *lane) silent(now time.Time) bool { return n.inFlight > 0 && !now.Before(n.silentFrom()) }

// silentFrom is when that is so of the calls that are in flight, if nothing is
// heard before.
func (n *lane) silentFrom() time.Time {
	since := n.busySince
	if n.heardAt.After(since) {
		since = n.heardAt
	}
	return since.Add(silence + 2*n.limit.usual)
}

// absent tells whether nobody seems to be there: nothing is heard, or the last
// that was heard is that a call had no answer. Whoever waits for such an endpoint
// takes a place from the others and is parked in the end all the same.
func (n *lane) absent(now time.Time) bool {
	return n.silent(now) || n.breaker.weight >= weightAbsent
}

// trusted tells whether the endpoint does well, so that it may have nearly all
// that is free.
func (n *lane) trusted(now time.Time) bool {
	return n.limit.usual > 0 && !n.limit.falling && !n.silent(now)
}

// quick tells whether what waits for the endpoint does not wait long.
func (n *lane) quick(now time.Time) bool {
	return n.trusted(now) && n.limit.usual <= quickAnswer && n.limit.perSecond(n.most) >= quickRate
}

// blocked says what keeps the endpoint from taking a call now, apart from the
// process.
func (n *lane) blocked(manual bool, now time.Time) Cause {
	seats := n.seats(now)
	switch {
	case n.hold.After(now):
		return Hold
	case !n.breaker.allows(now):
		return Breaker
	case n.inFlight >= seats || manual && n.manual >= handSeats(seats):
		return Limit
	case n.tokenAt(now).After(now):
		return Rate
	}
	return Seated
}

// handSeats is how many of the seats calls may have that are sent by hand, and
// handPlaces how many of the places in the waiting room.
func handSeats(seats int) int   { return max(1, seats/4) }
func handPlaces(places int) int { return max(1, places/2) }

// tokenAt is when the bucket has a token, now or later.
func (n *lane) tokenAt(now time.Time) time.Time {
	if n.bucket == nil {
		return now
	}
	missing := 1 - n.bucket.TokensAt(now)
	if missing <= 0 {
		return now
	}
	// Rounded up, so that a timer for it does not come too early.
	return now.Add(time.Duration(missing/n.perSec*float64(time.Second)) + time.Microsecond)
}

// room is how many calls the waiting room holds. free is what the process has
// for those that are not quick.
func (n *lane) room(free int, now time.Time) int {
	if n.probe || n.breaker.open || n.hold.After(now) || n.absent(now) {
		return 0
	}
	room := min(max(leastRoom, n.seats(now)), max(1, free/4))
	if n.quick(now) {
		room = max(leastRoom, int(n.limit.perSecond(n.most)*quickRoom.Seconds()))
	}
	if n.bucket != nil { // no more than can hope for a token
		room = min(room, max(1, int(n.perSec*patience.Seconds()/2)))
	}
	return room
}

// freeSeats is how many more calls could be made now, where nothing blocks them.
func (n *lane) freeSeats(now time.Time) int {
	seats := n.seats(now) - n.inFlight
	if n.bucket != nil {
		seats = min(seats, int(n.bucket.TokensAt(now)))
	}
	if n.breaker.open {
		seats = 1
	}
	return max(0, seats)
}

// waiting is how many calls wait.
func (n *lane) waiting() int { return n.live.n + n.byHand.n }

// heard takes in what came of a call that has left its seat. It returns true
// when that stopped the lane, so that nobody need wait for a seat any more.
func (n *lane) heard(s *Seat, o Outcome, used bool, now time.Time) (stopped bool) {
	stopped = n.breaker.heard(o.Verdict, s.trial, now)
	if o.Verdict != Unknown {
		n.heardAt = now
	}
	switch o.Verdict {
	case Good:
		n.limit.good(s, o.Took, used, n.most)
	case Overloaded, Absent:
		n.limit.overload(s, n.most, now)
	default:
		n.limit.leave(s, n.most)
	}
	if o.Hold > 0 {
		if until := now.Add(min(o.Hold, maxHold)); until.After(n.hold) {
			n.hold = until
		}
		return true
	}
	return stopped
}

// idle tells whether a lane that has not been used for a while may be forgotten:
// what it knows can be learned again.
func (n *lane) idle(now time.Time) bool {
	return n.inFlight == 0 && n.waiting() == 0 && !n.recall.owed && !n.hold.After(now) &&
		(!n.breaker.open || n.breaker.until.Before(now))
}
