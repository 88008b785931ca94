package stream

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// work is one piece of asynchronous work (rule E13).
type work struct {
	tenure *tenure
	key    string
	number int64
	txn    int64 // the transaction that started it
	place  int64 // among the works of its key that are not settled, from 1
	result any
	// settled says that the transaction that asked for it is committed. Work
	// of one that is aborted is begun anew, under another number.
	settled bool
	// dropped says that nobody is to hear of the result: the transaction
	// that asked for it was aborted, or its partition has gone.
	dropped bool
	// summoned says that its key was to be woken by name meanwhile.
	summoned bool
	// handed says that the open transaction has handed the result over.
	handed bool
}

// pool runs the work of one worker.
type pool struct {
	perform func(context.Context, any) any
	bell    *bell
	gauge   prometheus.Gauge // of what is under way in the process

	performers performers
	echo       echo
	unbegun    atomic.Int64 // pieces that were started and have had no processor yet

	mu       sync.Mutex
	inFlight int
	finished []*work
	number   int64
}

// maxUnbegun is how many pieces of a worker's work may wait for a processor.
// Beyond that this machine is behind: more of them would only make each later,
// and whoever is called look slow.
const maxUnbegun = 64

// muchWork is how much work a worker has under way before it is asked whether this
// machine hears of it late. Less does no harm.
const muchWork = 64

// start runs one piece of work. It is done when it is in the list that
// collect returns.
func (p *pool) start(te *tenure, key string, request any, txn int64) *work {
	ctx := te.enter()
	p.mu.Lock()
	p.number++
	p.inFlight++
	te.running++
	w := &work{tenure: te, key: key, number: p.number, txn: txn}
	p.mu.Unlock()
	p.gauge.Inc()
	p.unbegun.Add(1)
	te.work.Add(1)
	p.performers.do(func() {
		defer te.work.Done()
		p.begun()
		defer ctx.leave()
		defer p.gauge.Dec()
		result := p.run(ctx, request)
		p.mu.Lock()
		w.result = result
		p.inFlight--
		te.running--
		p.finished = append(p.finished, w)
		p.mu.Unlock()
		p.bell.ring()
	})
	return w
}

func (p *pool) run(ctx context.Context, request any) (result any) {
	defer func() {
		if r := recover(); r != nil {
			result = fmt.Errorf("performing asynchronous work: panic: %v", r)
		}
	}()
	return p.perform(ctx, request)
}

// collect returns the work that has finished since the last call.
func (p *pool) collect() []*work {
	p.mu.Lock()
	defer p.mu.Unlock()
	done := p.finished
	p.finished = nil
	return done
}

func (p *pool) running() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inFlight
}

// behind tells whether this machine is behind: as much work waits for a processor
// as may, or much is under way and what comes back is heard late.
func (p *pool) behind() bool {
	return p.unbegun.Load() >= maxUnbegun || p.running() >= muchWork && p.echo.late()
}

// begun notes that a piece of work has got one, and wakes the worker when it may
// have waited for that.
func (p *pool) begun() {
	if p.unbegun.Add(-1) == maxUnbegun/2 {
		p.bell.ring()
	}
}

// busy tells whether a task has work that has not returned.
func (p *pool) busy(te *tenure) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return te.running > 0
}

// bell wakes a worker out of its poll.
type bell struct {
	mu   sync.Mutex
	rung bool
	wake context.CancelFunc
}

// ring wakes the worker, or keeps the next wait from starting.
func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rung = true
	if b.wake != nil {
		b.wake()
	}
}

// arm makes ring call wake, until disarm.
func (b *bell) arm(wake context.CancelFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.wake = wake; b.rung {
		wake()
	}
}

func (b *bell) disarm() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wake, b.rung = nil, false
}
