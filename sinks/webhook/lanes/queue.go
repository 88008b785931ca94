package lanes

import "time"

// patience is how long a call waits for a seat at most. It is well below the
// time after which delivery takes an attempt for lost.
const patience = 5 * time.Second

// waiter is a call that waits for a seat.
type waiter struct {
	call     Call
	deadline time.Time
	quick    bool // the endpoint was, when it came
	next     *waiter
	gone     bool // cancelled; it is dropped when it comes to the front
	// seat and cause are the end of the wait. ready says that it has come.
	seat  Seat
	cause Cause
	ready chan struct{}
}

// queue holds waiters in the order in which they came.
type queue struct {
	front, back *waiter
	n           int // without those that have gone
}

func (q *queue) push(w *waiter) {
	if q.front == nil {
		q.front = w
	} else {
		q.back.next = w
	}
	q.back = w
	q.n++
}

// first is the one that has waited longest, nil for none.
func (q *queue) first() *waiter {
	for q.front != nil && q.front.gone {
		q.front = q.front.next
	}
	return q.front
}

// pop takes out the first.
func (q *queue) pop() *waiter {
	w := q.first()
	q.front, w.next = w.next, nil
	q.n--
	return w
}
