package stream

import (
	"cmp"
	"math"

	"waybill/pipeline/stream/store"
)

// sweepPortion is how many keys a sweep looks at before it is another's turn,
// and sweepBytes about how much they take in memory at the most.
const (
	sweepPortion = 256
	sweepBytes   = 1 << 20
)

// sweep wakes keys by name: those that begin with a prefix, in a worker's tasks
// by partition, and in each by key.
type sweep struct {
	prefix string
	task   int32 // the only one to look at; -1 for all
	left   int   // how many keys may still do something; below zero, all must be woken
	hops   int   // how many workers have passed on what they had left
	at     spot  // the next key to look at does not come before it
	start  spot  // where a sweep began that goes round
	round  bool  // it has come to the end, and gone on at the beginning
	again  bool  // there was news since it began, so it begins once more
	found  bool  // it has met a key
}

// spot is where a key lies, or would lie, among those of all tasks.
type spot struct {
	partition int32
	key       string
}

func (p spot) before(q spot) bool {
	return cmp.Or(cmp.Compare(p.partition, q.partition), cmp.Compare(p.key, q.key)) < 0
}

// after is the spot right behind a key.
func (p spot) after(key string) spot { return spot{p.partition, key + "\x00"} }

// all tells whether no key may be left out.
func (w *sweep) all() bool { return w.left < 0 }

// passed tells whether a key need not be looked at: the sweep has done what it
// may, or has come round to where it began.
func (w *sweep) passed(key string) bool {
	return w.left == 0 || w.round && !(spot{w.at.partition, key}).before(w.start)
}

// sweeps are those of a worker, which take turns.
type sweeps struct {
	queue []*sweep
	ends  map[string]spot // where the last sweep of a prefix that goes round has ended
}

// find returns the sweep over all tasks that wakes all keys of a prefix, or
// the one that wakes some; nil if there is none.
func (q *sweeps) find(prefix string, all bool) *sweep {
	for _, w := range q.queue {
		if w.prefix == prefix && w.task < 0 && w.all() == all {
			return w
		}
	}
	return nil
}

// news has all keys of a prefix woken.
func (q *sweeps) news(prefix string) {
	if w := q.find(prefix, true); w != nil {
		w.again = true
		return
	}
	q.queue = append(q.queue, &sweep{prefix: prefix, task: -1, left: -1})
}

// taken has all keys of a task woken that this worker has taken over.
func (q *sweeps) taken(partition int32) {
	q.queue = append(q.queue, &sweep{task: partition, left: -1, at: spot{partition: partition}})
}

// some has a number of keys woken, from where the last sweep of their prefix has
// ended.
func (q *sweeps) some(prefix string, h hint) {
	w := q.find(prefix, false)
	if w == nil {
		w = &sweep{prefix: prefix, task: -1, at: q.ends[prefix]}
		q.queue = append(q.queue, w)
	}
	w.left, w.hops = max(w.left, h.atMost)+h.more, max(w.hops, h.hops)
	w.start, w.round = w.at, false
}

// finished takes a sweep off the queue that has come to its end, unless there
// is more for it to do.
func (q *sweeps) finished(w *sweep) bool {
	switch {
	case w.again:
		w.at, w.again = spot{}, false
		return false
	case !w.all() && w.left > 0 && !w.round && w.start != (spot{}):
		w.at, w.round = spot{}, true
		return false
	}
	q.queue = q.queue[1:]
	switch {
	case w.all():
	case !w.found:
		delete(q.ends, w.prefix)
	case w.left > 0: // it has come round
		q.ends[w.prefix] = w.start
	default:
		q.ends[w.prefix] = w.at
	}
	return true
}

// sweep wakes the next keys that are to be woken by name, and returns how many
// it looked at, roughly: a portion of one task. Nothing is woken while no work
// may be started (rule E12).
func (s *session) sweep() (looked int, err error) {
	if s.crowded() {
		return 0, nil
	}
	if looked, err = s.repeat(); looked > 0 || err != nil {
		return looked, err
	}
	if len(s.sweeps.queue) == 0 {
		return 0, nil
	}
	w := s.sweeps.queue[0]
	if te := s.reached(w); te != nil {
		if looked, err = s.portion(w, te.task); err != nil {
			return looked, err
		}
	} else {
		w.at.partition = math.MaxInt32
	}
	over := w.at.partition == math.MaxInt32 || w.left == 0
	switch {
	case over && s.sweeps.finished(w):
		if !w.all() {
			s.waker.pass(s, w)
		}
	default: // the others' turn
		s.sweeps.queue = append(s.sweeps.queue[1:], w)
	}
	return max(1, looked), nil
}

// reached returns the task that a sweep has come to, nil at its end.
func (s *session) reached(w *sweep) *tenure {
	var next *tenure
	for partition, te := range s.tenures {
		if te.ready && partition >= w.at.partition && (w.task < 0 || w.task == partition) && (next == nil || partition < next.task.partition) {
			next = te
		}
	}
	if next != nil && next.task.partition > w.at.partition {
		w.at = spot{partition: next.task.partition}
	}
	return next
}

// portion wakes the next keys of a sweep in the task that it has come to.
func (s *session) portion(w *sweep, t *task) (looked int, err error) {
	limit := store.Limit{Keys: sweepPortion, Bytes: sweepBytes}
	if !w.all() {
		limit.Keys = min(limit.Keys, w.left+16) // some are in vain
	}
	items, more, err := t.state.span(w.prefix, w.at.key, limit)
	if err != nil {
		return 0, err
	}
	for _, item := range items {
		if w.passed(item.Key) {
			more = false
			break
		}
		if s.crowded() || s.outbox.bytes+t.state.bytes >= s.cfg.MaxOverlayBytes {
			return looked, nil
		}
		w.found, looked = true, looked+1
		w.at = w.at.after(item.Key)
		did, err := s.summon(t, item)
		if err != nil {
			return looked, err
		}
		if did && !w.all() {
			w.left--
		}
	}
	if !more && w.left != 0 {
		w.at = spot{partition: t.partition + 1}
	}
	if w.round && w.left > 0 && !w.at.before(w.start) {
		w.at.partition = math.MaxInt32
	}
	return looked, nil
}
