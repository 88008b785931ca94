package lanes

import "time"

// wait puts a call into the waiting room.
func (l *Lanes) wait(n *lane, c *Call, now time.Time) *waiter {
	w := &waiter{call: *c, deadline: now.Add(patience), quick: n.quick(now), ready: make(chan struct{})}
	if c.Manual {
		n.byHand.push(w)
	} else {
		n.live.push(w)
	}
	l.count(w, n, 1)
	return w
}

// count adds a waiting call to what is counted of them, or takes it away.
func (l *Lanes) count(w *waiter, n *lane, by int) {
	l.process.waiting += by
	l.process.bytes += by * w.call.Bytes
	if w.call.Fresh {
		n.fresh += by
	}
	if w.quick {
		l.crowd.Add(int64(by))
	}
}

// giveUp ends the wait of a call whose context has ended. It may have come to a
// seat in the same moment: then it has it.
func (l *Lanes) giveUp(n *lane, w *waiter) (Seat, Cause) {
	l.mu.Lock()
	defer l.unlock()
	select {
	case <-w.ready:
		return w.seat, w.cause
	default:
	}
	w.gone = true
	if w.call.Manual {
		n.byHand.n--
	} else {
		n.live.n--
	}
	l.count(w, n, -1)
	l.settle(n, time.Now())
	return Seat{}, Canceled
}

// serve gives seats to those that wait, in their order, live traffic first.
func (l *Lanes) serve(n *lane, now time.Time) {
	for _, q := range []*queue{&n.live, &n.byHand} {
		for w := q.first(); w != nil; w = q.first() {
			if n.blocked(w.call.Manual, now) != Seated || l.process.blocked(n, 0, now) {
				break
			}
			q.pop()
			l.count(w, n, -1)
			w.seat = l.seat(n, &w.call, now)
			close(w.ready)
		}
		if q.n > 0 {
			return
		}
	}
}

// dismiss turns away all that wait.
func (l *Lanes) dismiss(n *lane, now time.Time) {
	cause := n.blocked(false, now)
	if cause == Seated {
		cause = Process
	}
	for _, q := range []*queue{&n.live, &n.byHand} {
		for q.first() != nil {
			l.dismissFirst(n, q, cause, now)
		}
	}
}

// expire turns away those that have waited for too long.
func (l *Lanes) expire(n *lane, now time.Time) {
	for _, q := range []*queue{&n.live, &n.byHand} {
		for w := q.first(); w != nil && !w.deadline.After(now); w = q.first() {
			cause := n.blocked(w.call.Manual, now)
			if cause == Seated {
				cause = Process
			}
			l.dismissFirst(n, q, cause, now)
		}
	}
}

func (l *Lanes) dismissFirst(n *lane, q *queue, cause Cause, now time.Time) {
	w := q.pop()
	l.count(w, n, -1)
	l.turnAway(n, &w.call, cause, now)
	w.cause = cause
	close(w.ready)
}
