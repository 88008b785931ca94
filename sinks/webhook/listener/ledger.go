package listener

import (
	"maps"
	"sync"
)

// maxRemembered bounds the ids that are kept to know a webhook that comes
// again. Senders repeat within days, so what is forgotten is long over.
const maxRemembered = 1 << 18

// Snapshot holds a listener's counts.
type Snapshot struct {
	// Received counts calls; Verified those with a right signature and one id,
	// the first time as every time; Refused the others.
	Received, Verified, Refused int
	// Failed counts verified calls that were answered with a fault which was
	// asked for; what follows does not count them.
	Failed int
	// Repeated counts verified calls whose id had been seen before.
	Repeated int
	// Webhooks counts different webhooks, and ByType the same by type.
	Webhooks int
	ByType   map[string]int
	// Streams counts the sequences seen, one for each path and registration.
	// Missing counts the numbers between 1 and the highest seen that did not
	// come, over all streams; it falls when they come late.
	Streams, Missing int
	// OutOfOrder counts webhooks that came after a later one of their stream.
	OutOfOrder int
}

// ledger keeps a listener's counts. Its zero value is empty.
type ledger struct {
	mu      sync.Mutex
	counts  Snapshot
	seen    map[string]struct{}
	order   []string // ids in seen, as a ring once it is full
	oldest  int
	streams map[stream]*progress
}

type stream struct{ path, registrationID string }

// progress is how far a stream has come.
type progress struct {
	highest int64
	came    int64
}

// record counts a call and says in it whether it was seen before.
func (l *ledger) record(c *Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Received++
	if c.Err != nil {
		l.counts.Refused++
		return
	}
	l.counts.Verified++
	if c.Failed {
		l.counts.Failed++
		return
	}
	if c.Again = l.remember(c.ID); c.Again {
		l.counts.Repeated++
		return
	}
	l.counts.Webhooks++
	if l.counts.ByType == nil {
		l.counts.ByType = map[string]int{}
	}
	l.counts.ByType[c.Type]++
	if c.Sequence > 0 {
		l.advance(stream{c.Path, c.RegistrationID}, c.Sequence)
	}
}

func (l *ledger) advance(s stream, sequence int64) {
	if l.streams == nil {
		l.streams = map[stream]*progress{}
	}
	p := l.streams[s]
	if p == nil {
		p = &progress{}
		l.streams[s] = p
	}
	p.came++
	if sequence < p.highest {
		l.counts.OutOfOrder++
	}
	p.highest = max(p.highest, sequence)
}

// remember takes an id in and tells whether it was there.
func (l *ledger) remember(id string) bool {
	if _, ok := l.seen[id]; ok {
		return true
	}
	if l.seen == nil {
		l.seen = map[string]struct{}{}
	}
	l.seen[id] = struct{}{}
	if len(l.order) < maxRemembered {
		l.order = append(l.order, id)
		return false
	}
	delete(l.seen, l.order[l.oldest])
	l.order[l.oldest] = id
	l.oldest = (l.oldest + 1) % maxRemembered
	return false
}

func (l *ledger) snapshot() Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.counts
	s.ByType = maps.Clone(l.counts.ByType)
	s.Streams = len(l.streams)
	for _, p := range l.streams {
		s.Missing += int(p.highest - p.came)
	}
	return s
}
