package lanes

import "time"

// settle sees to it that a lane goes on after something has changed: those that
// were turned away are asked for, and the timer is set for what comes by itself.
func (l *Lanes) settle(n *lane, now time.Time) {
	if n.waiting() == 0 && !n.recall.owed {
		return
	}
	cause := l.cause(n, now)
	if cause == Process {
		l.process.standInLine(n)
	}
	room := l.free(n, cause, now)
	if count := n.recall.ask(room, now); count > 0 {
		l.counts.asked++
		l.wakes = append(l.wakes, wake{n.id, count})
	}
	l.arm(n, n.nextDue(cause, room, now), now)
}

// cause says what keeps a live call of a lane from a seat now.
func (l *Lanes) cause(n *lane, now time.Time) Cause {
	cause := n.blocked(false, now)
	if cause == Seated && l.process.blocked(n, 0, now) {
		return Process
	}
	return cause
}

// free is how many more calls the lane would take now, seated or waiting.
func (l *Lanes) free(n *lane, cause Cause, now time.Time) int {
	if l.process.full(0) {
		return 0
	}
	places := n.room(l.process.places(), now)
	room := max(0, places-n.waiting())
	if n.recall.byHand() {
		room = min(room, max(0, handPlaces(places)-n.byHand.n))
	}
	if cause != Seated {
		return room
	}
	seats := n.freeSeats(now)
	if n.recall.byHand() { // more would be sent to and fro
		seats = min(seats, max(0, handSeats(n.seats(now))-n.manual))
	}
	return room + seats
}

// nextDue is when the lane must be looked at although nothing happens in it,
// zero for never. cause is what keeps calls from it, room how many it would
// take.
func (n *lane) nextDue(cause Cause, room int, now time.Time) time.Time {
	var due time.Time
	at := func(t time.Time) {
		if due.IsZero() || t.Before(due) {
			due = t
		}
	}
	for _, q := range []*queue{&n.live, &n.byHand} {
		if w := q.first(); w != nil {
			at(w.deadline)
		}
	}
	if n.waiting() > 0 && n.inFlight > 0 {
		at(n.silentFrom())
	}
	if n.recall.owed && room > 0 {
		at(n.recall.nextAsk(now))
	}
	switch {
	case cause == Hold:
		at(n.hold)
	case cause == Breaker && !n.breaker.trying:
		at(n.breaker.until)
	case cause == Rate:
		at(n.tokenAt(now))
	case room == 0 && (cause == Process || cause == Seated): // others may leave without a word
		at(now.Add(recallGrace))
	}
	return due
}

// leastDelay keeps timers from being set for what is due already, over and over.
const leastDelay = time.Millisecond

// arm sets the lane's timer. One that is set for earlier is left alone: it looks
// again and goes on.
func (l *Lanes) arm(n *lane, due, now time.Time) {
	if due.IsZero() || !n.due.IsZero() && !n.due.After(due) {
		return
	}
	delay := max(leastDelay, due.Sub(now))
	n.due = now.Add(delay)
	if n.timer == nil {
		n.timer = time.AfterFunc(delay, func() { l.tick(n) })
		return
	}
	n.timer.Reset(delay)
}

// tick looks at a lane whose timer has come.
func (l *Lanes) tick(n *lane) {
	l.mu.Lock()
	defer l.unlock()
	now := time.Now()
	n.due = time.Time{}
	l.serve(n, now)
	if n.silent(now) {
		l.dismiss(n, now)
	}
	l.expire(n, now)
	l.look(n, now)
}
