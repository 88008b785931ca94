package stream

import "sync"

// performers are goroutines that do one thing after the other. Each keeps the
// stack that it has grown, which costs a new one more than to begin does. There
// are as many as were ever at work at a time: what waits is a stack, which the
// collector of garbage makes smaller.
type performers struct {
	mu     sync.Mutex
	idle   []chan func() // of those that wait; the last to come goes first
	closed bool
}

// do has a performer call f, which must not panic, and does not wait for it.
func (p *performers) do(f func()) {
	if next := p.take(); next != nil {
		next <- f // it has room
		return
	}
	go p.work(f)
}

// take gives what a waiting performer is told by, nil when none waits.
func (p *performers) take() chan func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return nil
	}
	next := p.idle[last]
	p.idle[last], p.idle = nil, p.idle[:last]
	return next
}

func (p *performers) work(f func()) {
	next := make(chan func(), 1)
	for ok := true; ok; f, ok = <-next {
		f()
		if !p.wait(next) {
			return
		}
	}
}

// wait puts a performer among those that wait. It returns false when that is to
// end.
func (p *performers) wait(next chan func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.idle = append(p.idle, next)
	return true
}

// close ends those that wait, and each other when it has done what it does.
func (p *performers) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, next := range p.idle {
		close(next)
	}
	p.idle, p.closed = nil, true
}
