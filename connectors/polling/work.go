package polling

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"waybill/schemas"
)

// maxAttempts is how often a request is asked before it is given up: a parcel
// whose answer always fails must not hold up its account. What the account is to
// blame for does not count.
const maxAttempts = 4

// worker asks what is in one account's line. The poller's lock guards it.
type worker struct {
	p       *Poller
	account *Account // nil: it was taken out of the file, and the worker ends
	line    line
	pace    *pace
	flying  int           // questions under way
	wake    chan struct{} // something may be done that could not before
	problem rate.Sometimes
}

func (p *Poller) newWorker(a *Account) *worker {
	w := &worker{p: p, account: a, pace: newPace(a.Limits), wake: make(chan struct{}, 1), problem: seldom()}
	w.set(a)
	return w
}

// set takes the account as it now is, and this process's share of it.
func (w *worker) set(a *Account) {
	if w.account != a {
		w.pace.retry()
	}
	w.account = a
	w.pace.set(time.Now(), a.Limits, w.p.share())
	// Beyond what it may ask while a request is of use, none need wait.
	w.line.limit = max(leastLine, int(a.Limits.Rate*w.p.share()*w.p.cfg.Useful.Seconds()))
	w.nudge()
}

func (w *worker) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// run asks until ctx is done. What is under way then goes on.
func (w *worker) run(ctx context.Context, asking *sync.WaitGroup) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		q, wait, ended := w.next()
		if ended {
			return
		}
		if q != nil {
			asking.Go(func() { w.ask(q) })
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
		case <-timer.C:
		}
	}
}

// question is what is asked at a time.
type question struct {
	account *Account
	batch   []*request
	parcels []parcel // of the requests, which may change meanwhile
	alone   bool
}

// next gives what is to be asked now, or how long to wait at most.
func (w *worker) next() (q *question, wait time.Duration, ended bool) {
	p := w.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.account == nil {
		return nil, 0, true
	}
	now := time.Now()
	wait = w.pace.wait(now)
	most := 0 // then only what has lost its use leaves
	if wait == 0 && w.flying < w.pace.inFlight() {
		most = max(1, w.account.Limits.Batch)
	}
	batch, stale := p.board.take(&w.line, most, now)
	p.forget(stale, droppedStale)
	p.metrics.waiting.WithLabelValues(w.account.String()).Set(float64(w.line.count))
	if len(batch) == 0 {
		if wait == 0 || w.line.count == 0 {
			wait = sweepEvery
		}
		return nil, min(wait, sweepEvery), false
	}
	p.settled.Broadcast()
	w.pace.take(now)
	w.flying++
	q = &question{account: w.account, batch: batch, alone: batch[0].alone}
	for _, r := range batch {
		q.parcels = append(q.parcels, r.parcel())
	}
	return q, 0, false
}

// ask asks one question, publishes what it tells, and settles its requests.
func (w *worker) ask(q *question) {
	p := w.p
	began := time.Now()
	out := p.asker.ask(p.working, q.account, q.parcels, q.alone)
	p.metrics.observe(q.account, out, time.Since(began))
	w.tell(q.account, out)
	if err := p.publish(q, out); err != nil {
		p.unpublished.Do(func() {
			p.log.Warn("what an answer told is not published; it is asked for again", "account", q.account, "err", err)
		})
		out = failed(OutcomeUnavailable, len(q.batch), err)
	}
	if out.body != nil && (out.outcome == OutcomeEvents || q.batch[0].attempts+1 >= maxAttempts) { // it is not asked again
		if err := p.buryAnswer(q, out); err != nil {
			p.unpublished.Do(func() {
				p.log.Error("an answer that cannot be read is not with the dead letters either", "account", q.account, "err", err)
			})
		}
	}
	w.settle(q, out)
}

// publish returns when Kafka has what an answer tells.
func (p *Poller) publish(q *question, out *answer) error {
	var events []schemas.CarrierEvent
	for i := range out.told {
		events = append(events, out.told[i].events...)
	}
	if err := p.publisher.Events(p.working, events); err != nil {
		return err
	}
	p.metrics.events.WithLabelValues(q.account.String()).Add(float64(len(events)))
	for i := range out.told {
		if s := out.told[i].said; s != nil {
			p.asker.news.put(q.account, &q.parcels[i], *s)
		}
	}
	return nil
}

// tell logs what went wrong, once a minute for each account.
func (w *worker) tell(a *Account, out *answer) {
	if out.problem == nil {
		return
	}
	w.problem.Do(func() {
		w.p.log.Warn("asking about a parcel", "account", a, "source", a.Source.Name, "outcome", string(out.outcome),
			"status", out.status, "retry_after", out.wait, "err", out.problem)
	})
}

// settle lets go of the requests that are answered, and puts the others back.
func (w *worker) settle(q *question, out *answer) {
	p := w.p
	p.mu.Lock()
	defer p.mu.Unlock()
	w.flying--
	if w.account != nil {
		w.pace.note(time.Now(), out.outcome, out.wait)
		p.metrics.stopped.WithLabelValues(w.account.String()).Set(float64(w.pace.stopped()))
	}
	for i, r := range q.batch {
		if outcome := out.told[i].outcome; !outcome.again() {
			p.end(r)
		} else {
			w.again(r, outcome)
		}
	}
	p.settled.Broadcast()
	w.nudge()
}

// again puts a request back, or gives it up.
func (w *worker) again(r *request, outcome Outcome) {
	p := w.p
	if outcome == OutcomeUnavailable || outcome == OutcomeUnreadable {
		r.attempts++
	}
	r.alone = r.alone || outcome == OutcomeLeftOut
	switch {
	case w.account == nil || p.owned[r.position.partition] == nil: // whoever has it now asks
		p.end(r)
	case r.attempts >= maxAttempts:
		p.end(r)
		p.drop(droppedGivenUp)
	default:
		p.board.retry(r)
	}
}

// String names an account in logs and metrics: tenant/name.
func (a *Account) String() string { return a.Tenant + "/" + a.Name }

// LogValue implements slog.LogValuer.
func (a *Account) LogValue() slog.Value { return slog.StringValue(a.String()) }
