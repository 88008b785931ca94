package stream

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// endings is how often the results of cancelled work are handed over: that of
// what was under way, and that of what the first results started. A job that
// starts work anew whenever some is cancelled must not keep its task.
const endings = 2

// letGo lets the client rebalance; no transaction is open. While the member
// rejoins it does not, until the assignment has come or the client asks: so the
// tasks that go are known before they are taken, and can be handed over in
// order (rule E13).
func (s *session) letGo() error {
	rejoining := s.hold()
	if rejoining && s.held {
		return nil
	}
	if s.held {
		if err := s.handOver(); err != nil {
			return err
		}
		s.held, s.wait = false, 0 // bells that rang meanwhile went unheard
	}
	s.client.AllowRebalance()
	return nil
}

// hold takes note that rebalances are held off while the member rejoins, and
// tells whether it does. If the client asks to call back before there is an
// assignment, the old one may be lost, and nothing is held.
func (s *session) hold() (rejoining bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rejoining {
		s.held = !s.asked
	}
	if s.held && s.holding != nil {
		close(s.holding)
		s.holding = nil
	}
	s.asked = false
	return s.rejoining
}

// handOver gives up the tasks that the newest assignment does not have. The
// worker has held rebalances off since before it came, so this member is of
// the present generation, nobody else has those tasks, and a commit for them
// is good.
func (s *session) handOver() error {
	var going []*tenure
	for partition, te := range s.tenures {
		if !s.balancer.owns(partition) {
			going = append(going, te)
		}
	}
	if err := s.endWork(going); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, te := range going {
		s.dismiss(te.task.partition) // its work is over, or given up
	}
	return s.failure
}

// endWork cancels the work of tasks, waits for its return, hands the results to
// their keys and commits. The next owner then finds nothing open, and need not
// wait until what is open must be lost.
func (s *session) endWork(going []*tenure) error {
	unfinished := func(te *tenure) bool { return te.ready && len(te.task.works) > 0 }
	for range endings {
		if !slices.ContainsFunc(going, unfinished) {
			return nil
		}
		for _, te := range going {
			if te.ready {
				te.cancel()
			}
		}
		s.await(func() bool {
			return slices.ContainsFunc(going, func(te *tenure) bool { return !te.late && s.pool.busy(te) })
		})
		s.giveUp(going)
		if err := s.commitResults(); err != nil {
			return err
		}
	}
	return nil
}

// await waits while work is busy, no longer than ShutdownTimeout.
func (s *session) await(busy func() bool) {
	limited, cancel := context.WithTimeout(context.Background(), s.cfg.ShutdownTimeout)
	defer cancel()
	for busy() && limited.Err() == nil {
		rung, wake := context.WithCancel(limited)
		s.bell.arm(wake)
		<-rung.Done()
		s.bell.disarm()
		wake()
	}
}

// finish ends a session in order: no more records are taken, work under way
// may end within a bound and is cancelled then, and what is done is committed.
func (s *session) finish() error {
	if err := s.joinFirst(); err != nil {
		return err
	}
	s.hold()
	s.await(func() bool { return s.pool.running() > 0 })
	if err := s.commitResults(); err != nil {
		return err
	}
	return s.endWork(slices.Collect(maps.Values(s.tenures)))
}

// joinFirst lets a rebalance that is under way come to its end, no longer than
// ShutdownTimeout: a transaction that is begun before would not be committed,
// and what it holds, the results of all work, would be lost.
func (s *session) joinFirst() error {
	limited, cancel := context.WithTimeout(context.Background(), s.cfg.ShutdownTimeout)
	defer cancel()
	for !s.txn.open && (s.held || s.isRejoining()) && limited.Err() == nil {
		if err := s.letGo(); err != nil {
			return err
		}
		s.wait = longestWait
		if err := s.prepare(s.poll(limited)); err != nil {
			return err
		}
	}
	return nil
}

// commitResults hands over what work has finished, and commits.
func (s *session) commitResults() error {
	if err := s.settle(); err != nil {
		return err
	}
	err := s.completeAll()
	if p, ok := errors.AsType[*poison](err); ok {
		return s.undo(p)
	}
	if err != nil || !s.txn.open {
		return err
	}
	return s.commit()
}

func (s *session) completeAll() error {
	for _, te := range s.tenures {
		for te.ready && len(te.task.results) > 0 {
			if err := te.task.complete(s); err != nil {
				return err
			}
			if err := s.ensure(); err != nil {
				return err
			}
		}
	}
	return nil
}

// revoked is called when the group takes partitions away, between
// transactions. Those that letGo could not hand over are dropped: everything
// done for them is committed, but for the results of their work.
func (s *session) revoked(_ context.Context, _ *kgo.Client, gone map[string][]int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rebalanced, s.rejoining, s.asked = true, true, false
	if s.holding == nil {
		s.holding = make(chan struct{})
	}
	partitions := slices.Concat(slices.Collect(maps.Values(gone))...)
	s.dismiss(partitions...)
	s.metrics.board.rejoins(s.name, len(partitions) > 0)
	s.bell.ring()
}

// blocked is called when the client waits for letGo to call back.
func (s *session) blocked(context.Context, *kgo.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = true
	s.bell.ring()
}

// synced is called when an assignment has come, before anything is taken away.
// The worker may still be on its way out of a poll in which rebalances were
// allowed; it is given the time to hold them off.
func (s *session) synced(take func()) {
	s.mu.Lock()
	holding := s.holding
	s.mu.Unlock()
	if holding != nil {
		impatient := time.NewTimer(s.cfg.SessionTimeout / 4)
		defer impatient.Stop()
		select {
		case <-holding:
		case <-s.client.Context().Done():
		case <-impatient.C:
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	take()
	s.metrics.rebalances.Inc()
	s.rejoining = false
	s.reportPending()
	s.metrics.board.joined(s.name)
	s.bell.ring()
}

// isRejoining tells that the member has left one generation of the group and
// is not yet part of the next. The client sends no offsets meanwhile, and
// those of a transaction that began before would be refused for their
// generation, so no transaction is begun.
func (s *session) isRejoining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rejoining
}
