package stream

import (
	"maps"
	"math"
	"slices"
	"sync"
)

// Wake asks that up to atMost keys be woken which have a value, begin with
// prefix and do something when they are: put another value, write, or start
// work. A key's call has the stream time as now and keeps the wake-up that it
// asked for, unless it puts another.
//
// It returns at once and may be called from anywhere, from within Perform as
// well. The keys are woken soon after, beside other work and when there is room
// for work, in order from where the last such request for the prefix ended, until
// so many have done something or all that this process has were asked. A key
// with work under way is asked once that is done. Asked for again before it is
// done, the greater number counts.
//
// It is a hint: nobody remembers it over the end of a session. With the clock
// Log, which must give the same output whenever it is run, it does nothing.
func (r *Runtime) Wake(prefix string, atMost int) {
	if r.cfg.Clock == Live && atMost > 0 {
		r.waker.wake(prefix, min(atMost, math.MaxInt32))
	}
}

// Share returns how many partitions this process works on, and how many there
// are; 0 of 0 before it knows.
func (r *Runtime) Share() (owned, all int) { return r.board.share() }

// waker tells the workers of a process which keys to wake by name.
type waker struct {
	mu      sync.Mutex
	workers []*session
	turn    int // whose it is to get the odd one
}

// hint asks a worker to wake some keys of a prefix.
type hint struct {
	atMost int
	more   int // on top of what the worker is at: what another one has left
	hops   int
}

func (k *waker) join(s *session) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.workers = append(k.workers, s)
}

func (k *waker) leave(s *session) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.workers = slices.DeleteFunc(k.workers, func(one *session) bool { return one == s })
}

// wake shares a request out evenly over the workers.
func (k *waker) wake(prefix string, atMost int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := len(k.workers)
	if n == 0 {
		return
	}
	for i := range min(n, atMost) {
		share := atMost / n
		if i < atMost%n {
			share++
		}
		k.workers[(k.turn+i)%n].mail.hint(prefix, hint{atMost: share})
	}
	k.turn = (k.turn + atMost%n) % n
}

// pass gives what a worker has left of a request to the next one, until all
// have had a look.
func (k *waker) pass(from *session, w *sweep) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at, n := slices.Index(k.workers, from), len(k.workers)
	if at >= 0 && w.left > 0 && w.hops+1 < n {
		k.workers[(at+1)%n].mail.hint(w.prefix, hint{more: w.left, hops: w.hops + 1})
	}
}

// news has all workers wake all keys of prefixes, with the tables that there
// are now.
func (k *waker) news(prefixes []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range k.workers {
		s.mail.tell(prefixes)
	}
}

// mail is what a worker was asked to wake and has not heard of yet.
type mail struct {
	bell *bell

	mu    sync.Mutex
	hints map[string]hint // by prefix
	news  map[string]bool // prefixes
}

func newMail(b *bell) *mail { return &mail{bell: b, hints: map[string]hint{}, news: map[string]bool{}} }

func (m *mail) hint(prefix string, h hint) {
	m.mu.Lock()
	was := m.hints[prefix]
	m.hints[prefix] = hint{max(was.atMost, h.atMost), was.more + h.more, max(was.hops, h.hops)}
	m.mu.Unlock()
	m.bell.ring()
}

func (m *mail) tell(prefixes []string) {
	m.mu.Lock()
	for _, prefix := range prefixes {
		m.news[prefix] = true
	}
	m.mu.Unlock()
	m.bell.ring()
}

// open begins the sweeps that were asked for. News are taken between
// transactions only, before the tables are renewed, so that no key is woken
// with a table that is older than the news.
func (m *mail) open(q *sweeps, renewing bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, prefix := range slices.Sorted(maps.Keys(m.hints)) {
		q.some(prefix, m.hints[prefix])
	}
	clear(m.hints)
	if !renewing {
		return
	}
	for _, prefix := range slices.Sorted(maps.Keys(m.news)) {
		q.news(prefix)
	}
	clear(m.news)
}
