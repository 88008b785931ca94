package polling

import (
	"cmp"
	"math"
	"time"

	"golang.org/x/time/rate"
)

// Waits of an account that is not answered. Each failure in a row doubles the
// wait, from the first to the longest.
const (
	unavailableFirst, unavailableLongest   = time.Second, 5 * time.Minute
	unauthorizedFirst, unauthorizedLongest = time.Minute, time.Hour
	rateLimitedFirst, rateLimitedLongest   = 10 * time.Second, 15 * time.Minute
	// longestWait bounds what Retry-After may ask for: a day, after which quotas
	// begin anew.
	longestWait = 24 * time.Hour
	// tolerance is how many questions in a row may fail before an account that
	// was well waits: one or two are the network's.
	tolerance = 3
)

// pace says when an account may be asked (C3): by its rate, its quota of the
// day, and what became of the questions before. The time is an argument. It is
// not safe for concurrent use.
type pace struct {
	limits Limits
	share  float64 // this process's part of them, above 0 and up to 1
	bucket *rate.Limiter

	day      int64 // of UTC, that asked is of
	asked    int
	failures int       // in a row
	until    time.Time // nothing is asked before
	probing  bool      // the breaker is open: one question at a time
}

func newPace(limits Limits) *pace {
	return &pace{limits: limits, share: 1, bucket: rate.NewLimiter(rate.Limit(limits.Rate), 1)}
}

// set takes other limits, or another share of them.
func (p *pace) set(now time.Time, limits Limits, share float64) {
	p.limits, p.share = limits, share
	p.bucket.SetLimitAt(now, rate.Limit(limits.Rate*share))
}

// inFlight is how many questions may be under way.
func (p *pace) inFlight() int {
	if p.probing {
		return 1
	}
	return max(1, int(math.Round(float64(p.limits.InFlight)*p.share)))
}

// wait is how long the next question has to wait.
func (p *pace) wait(now time.Time) time.Duration {
	wait := p.until.Sub(now)
	if p.limits.PerDay > 0 && p.day == dayOf(now) && p.asked >= p.quota() {
		wait = max(wait, time.Unix((p.day+1)*secondsOfDay, 0).Sub(now))
	}
	if missing := 1 - p.bucket.TokensAt(now); missing > 0 {
		wait = max(wait, time.Duration(math.Ceil(missing/float64(p.bucket.Limit())*float64(time.Second))))
	}
	return max(wait, 0)
}

// quota is how many questions of a day are this process's.
func (p *pace) quota() int { return max(1, int(float64(p.limits.PerDay)*p.share)) }

// take counts a question that is asked now.
func (p *pace) take(now time.Time) {
	p.bucket.AllowN(now, 1)
	if day := dayOf(now); day != p.day {
		p.day, p.asked = day, 0
	}
	p.asked++
}

// stopped is 1 where the breaker is open, else 0.
func (p *pace) stopped() int {
	if p.probing {
		return 1
	}
	return 0
}

// note takes in what came of a question. wait is what the source asked for; 0:
// it did not.
func (p *pace) note(now time.Time, outcome Outcome, wait time.Duration) {
	switch outcome {
	case OutcomeUnauthorized:
		p.failures++
		p.stop(now, cmp.Or(wait, doubled(unauthorizedFirst, unauthorizedLongest, p.failures-1)))
	case OutcomeRateLimited:
		p.failures++
		p.stop(now, cmp.Or(wait, doubled(rateLimitedFirst, rateLimitedLongest, p.failures-1)))
	case OutcomeUnavailable, OutcomeUnreadable:
		p.failures++
		if p.failures >= tolerance || wait > 0 {
			p.stop(now, cmp.Or(wait, doubled(unavailableFirst, unavailableLongest, p.failures-tolerance)))
		}
	default:
		p.failures, p.probing = 0, false
	}
}

// stop opens the breaker. An answer that comes later does not shorten the wait.
func (p *pace) stop(now time.Time, wait time.Duration) {
	p.probing = true
	if until := now.Add(wait); until.After(p.until) {
		p.until = until
	}
}

// retry lets the next question go at once, for the account is another now.
func (p *pace) retry() { p.until = time.Time{} }

// doubled is a wait that has doubled so many times.
func doubled(first, longest time.Duration, times int) time.Duration {
	return min(first<<max(min(times, 20), 0), longest)
}

const secondsOfDay = 24 * 60 * 60

func dayOf(at time.Time) int64 { return at.Unix() / secondsOfDay }
