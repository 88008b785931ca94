package lanes

import "time"

const (
	// recallGrace is how long those that were asked for may take to come. The
	// time doubles while nobody comes: every question looks at all that sleep.
	recallGrace = time.Second
	maxGrace    = 10 * time.Minute
	// recallPause is how long no more are asked for when one who came was turned
	// away again, so that nobody is sent to and fro.
	recallPause = 100 * time.Millisecond
	// maxAsked bounds one question.
	maxAsked = 4096
	// vainAsks is after how many questions in vain the lane no longer asks, when
	// by its count nobody is left.
	vainAsks = 3
	// recallEnds is after what time in vain it no longer asks at all. By then
	// the webhooks wake by themselves.
	recallEnds = time.Hour
)

// recall knows that calls were turned away, and when to ask for them again. Who
// sleeps is not known here, so a question is measured by who comes.
type recall struct {
	owed  bool
	away  int       // turned away and not come back, about
	hand  int       // those of them that are sent by hand
	asked int       // how many are to come still
	came  int       // since the last question
	until time.Time // till when those are waited for; zero before the first question
	pause time.Time // no question before
	vain  int       // questions in a row that nobody came for
	since time.Time // when those in vain began
}

// turnedAway notes a call that found no room.
func (r *recall) turnedAway(c *Call, now time.Time) {
	if !r.owed {
		*r = recall{owed: true}
	}
	if !c.Fresh {
		r.pause = now.Add(recallPause)
	}
	r.away++
	if c.Manual {
		r.hand++
	}
	r.fruitful(now)
}

// byHand tells whether all who were turned away are sent by hand, as far as is
// known.
func (r *recall) byHand() bool { return r.hand > 0 && r.hand >= r.away }

// arrived notes a call that may have been turned away before.
func (r *recall) arrived(c *Call, now time.Time) {
	if !r.owed {
		return
	}
	r.away = max(0, r.away-1)
	if c.Manual {
		r.hand = max(0, r.hand-1)
	}
	if c.Follows { // it would have come all the same
		return
	}
	r.asked--
	r.came++
	r.fruitful(now)
}

// fruitful ends a time of questions in vain.
func (r *recall) fruitful(now time.Time) {
	if r.vain > 0 {
		r.vain = 0
		if soon := now.Add(recallGrace); r.until.After(soon) {
			r.until = soon
		}
	}
}

// ask says how many webhooks to wake when there is room for so many calls; 0
// for none now.
func (r *recall) ask(room int, now time.Time) int {
	if !r.owed || room <= 0 || now.Before(r.pause) {
		return 0
	}
	count := min(room, maxAsked)
	if now.Before(r.until) && r.asked > 0 && (r.vain > 0 || r.asked > count/2) {
		return 0 // they are on their way
	}
	if !r.until.IsZero() && !now.Before(r.until) && r.came == 0 && !r.inVain(now) {
		return 0
	}
	r.asked, r.came = count, 0
	r.until = now.Add(min(maxGrace, recallGrace<<min(r.vain, 10)))
	return r.asked
}

// nextAsk is when to think of the next question, where there is room.
func (r *recall) nextAsk(now time.Time) time.Time {
	if r.pause.After(now) {
		return r.pause
	}
	return r.until
}

// inVain notes that nobody came. It returns false when there is nobody left to
// ask for.
func (r *recall) inVain(now time.Time) bool {
	if r.vain++; r.vain == 1 {
		r.since = now
	}
	r.owed = r.vain < vainAsks || r.away > 0 && now.Sub(r.since) < recallEnds
	return r.owed
}
