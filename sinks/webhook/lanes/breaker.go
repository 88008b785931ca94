package lanes

import (
	"math"
	"time"
)

const (
	// breakerOpens is the weight of failures in a row that opens the breaker. No
	// answer weighs more than a bad one: an endpoint that fails half of its
	// calls is still there.
	breakerOpens  = 20
	weightAbsent  = 4
	weightAnswer  = 1
	firstInterval = time.Second
	maxInterval   = 30 * time.Second
	// breakerCalm is how long a closed breaker remembers how long it was open:
	// an endpoint that comes and goes is asked less and less often.
	breakerCalm = time.Minute
)

// breaker stops calls to an endpoint that does not answer. While it is open, one
// call at a time tries, at growing intervals; any answer that somebody is there
// closes it.
type breaker struct {
	weight   int // of failures in a row
	open     bool
	trying   bool      // a call that tries is under way
	until    time.Time // when the next may, while open
	level    int       // of the interval
	closedAt time.Time
	// spread, from 0 to 1, makes the intervals of endpoints differ that failed
	// together.
	spread float64
}

// allows tells whether a call may be made now.
func (b *breaker) allows(now time.Time) bool {
	return !b.open || !b.trying && !now.Before(b.until)
}

// heard takes in a verdict. trial tells whether the call was the one that tries.
// It returns true when that opened the breaker.
func (b *breaker) heard(v Verdict, trial bool, now time.Time) bool {
	if trial {
		b.trying = false
	}
	weight := weightAnswer
	switch v {
	case Unknown:
		return false
	case Good, Refused:
		if b.open {
			b.open, b.closedAt = false, now
		}
		b.weight = 0
		return false
	case Absent:
		weight = weightAbsent
	}
	if b.open && !trial {
		return false // from before it was opened
	}
	b.weight += weight
	if !trial && b.weight < breakerOpens {
		return false
	}
	switch {
	case trial:
		b.level++
	case !b.closedAt.IsZero() && now.Sub(b.closedAt) < breakerCalm:
		b.level++
	default:
		b.level = 0
	}
	b.open, b.until = true, now.Add(b.interval())
	return true
}

// interval grows to maxInterval, spread over the last third of itself.
func (b *breaker) interval() time.Duration {
	full := min(maxInterval, firstInterval<<min(b.level, 10))
	_, part := math.Modf(b.spread + float64(b.level)*math.Phi)
	return full - time.Duration(float64(full/3)*part)
}
