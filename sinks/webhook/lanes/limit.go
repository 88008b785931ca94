package lanes

import (
	"math"
	"time"
)

const (
	// firstLimit is what a lane begins with: what an endpoint may get that has
	// never answered.
	firstLimit = 4
	// leastRound is the least number of answers that a mean is taken of.
	leastRound = 8
	// latencySlack is how much longer an answer may take than usual before that
	// says anything: our own scheduling takes that long at times.
	latencySlack = 25 * time.Millisecond
	// quickAnswer and quickRate are the latency up to which, and the calls a
	// second from which on an endpoint is quick: what waits for it is gone sooner
	// than anything else could be made of it.
	quickAnswer = 50 * time.Millisecond
	quickRate   = 1000
	// silence is how long an endpoint may give no answer at all, beyond twice
	// its usual latency, before it gets no more than one that never answered.
	silence = 2 * time.Second
)

// limit says how many calls may be in flight at a time. It begins small, doubles
// by the round while it is used and answers are good, and halves when they say
// that it is too much.
type limit struct {
	calls float64
	// threshold ends slow start: above it, growth is by a tenth a round.
	threshold float64
	// shrunkAt is the time of the last cut for overload. Calls from before it
	// tell nothing new.
	shrunkAt time.Time
	// falling means that no good round has passed since then.
	falling bool

	round round
	// usual is the latency of good answers, smoothed; 0 before the first.
	usual time.Duration
	// base is the mean latency of a round at less load than now.
	base time.Duration
	// trial is the limit to come back to, while a round at half the load shows
	// whether the load is what makes answers slow; 0 otherwise.
	trial float64
	// slow is the mean latency that led to the trial.
	slow time.Duration
}

// round is a number of calls that began one after the other, under one limit. It
// ends when the last of them does: a mean of those that are back first would be
// one of the quick ones.
type round struct {
	number  int
	size    int // of calls that it is to have
	begun   int
	answers int
	total   time.Duration
	load    int  // sum of how many were in flight when each began
	used    bool // at least half of the limit, at some time
}

func (r *round) mean() time.Duration { return r.total / time.Duration(r.answers) }

func (r *round) meanLoad() float64 { return float64(r.load) / float64(r.answers) }

func newLimit() limit {
	l := limit{calls: firstLimit, threshold: math.Inf(1)}
	l.begin()
	return l
}

// allows is the number of calls, at least 1 and at most most.
func (l *limit) allows(most int) int { return max(1, min(int(l.calls), most)) }

// good takes in a good answer. used tells whether the lane had use for at least
// half of the limit; most bounds it.
func (l *limit) good(s *Seat, took time.Duration, used bool, most int) {
	if l.usual == 0 {
		l.usual = took
	}
	l.usual += (took - l.usual) / 8
	if used && l.trial == 0 && l.calls < l.threshold {
		l.calls = min(l.calls+1, float64(most))
	}
	if s.round == l.round.number {
		l.round.answers++
		l.round.total += took
		l.round.load += s.with
		l.round.used = l.round.used || used
		l.end(most)
	}
}

// board makes a call part of the round, if that wants more.
func (l *limit) board(s *Seat) {
	if l.round.begun < l.round.size {
		l.round.begun++
		s.round = l.round.number
	}
}

// leave takes a call out of the round that brought no good answer.
func (l *limit) leave(s *Seat, most int) {
	if s.round == l.round.number {
		l.round.begun--
		l.round.size--
		l.end(most)
	}
}

// end ends the round when all of its calls are back.
func (l *limit) end(most int) {
	if l.round.answers < l.round.size {
		return
	}
	if l.round.answers > 0 {
		l.judge(most)
	}
	l.begin()
}

// judge ends a round of good answers by its mean latency.
func (l *limit) judge(most int) {
	l.falling = false
	mean, used := l.round.mean(), l.round.used
	switch {
	case l.trial > 0 && mean > l.slow*3/4: // less load did not help
		l.calls, l.trial, l.base = min(l.trial, float64(most)), 0, mean
	case l.trial > 0:
		l.threshold, l.trial, l.base = l.calls, 0, mean
	case l.base == 0:
		l.base = mean
	case used && l.calls >= 2 && mean > l.base*3/2+latencySlack:
		l.trial, l.slow = l.calls, mean
		l.calls = max(1, min(l.calls, l.round.meanLoad())/2)
	default:
		if used && l.calls >= l.threshold {
			l.calls = min(l.calls+max(1, l.calls/10), float64(most))
		}
		l.base = min(l.base, (3*l.base+mean)/4)
	}
}

// overload halves the limit after an answer, or none, that says the endpoint
// has too much.
func (l *limit) overload(s *Seat, most int, now time.Time) {
	if s.began.Before(l.shrunkAt) {
		l.leave(s, most)
		return
	}
	if !l.falling { // an outage must not wear down what the endpoint used to take
		l.threshold = max(firstLimit, max(l.calls, l.trial)/2)
	}
	l.falling, l.trial, l.shrunkAt = true, 0, now
	l.calls = max(1, l.calls/2)
	l.begin()
}

// begin begins a round.
func (l *limit) begin() {
	l.round = round{number: l.round.number + 1, size: max(leastRound, int(l.calls))}
}

// perSecond is how many calls a second the endpoint could take at most calls at
// a time, 0 before its first answer.
func (l *limit) perSecond(most int) float64 {
	if l.usual <= 0 {
		return 0
	}
	return float64(most) / l.usual.Seconds()
}
