package stream

import (
	"context"
	"fmt"
	"sync"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream/layout"
	"waybill/pipeline/stream/store"
)

// tenure is one task's time with a session, from assignment to revocation.
type tenure struct {
	task      *task
	committed map[string]layout.Committed
	ctx       context.Context // ends when the task is given up
	cancel    context.CancelFunc
	work      sync.WaitGroup // asynchronous work under way
	scope     *scope         // of what the open transaction has started of it; nil before
	running   int            // pieces of it; under the pool's mu
	gone      bool           // dismissed
	late      bool           // its work was cancelled and did not return in time

	restored chan struct{} // closed when the restore has ended, well or not
	store    store.Store   // set before restored is closed; nil if it could not be opened
	bounds   bounds        // so is this
	err      error         // and this
	trouble  error         // what reading the inputs met meanwhile
	ready    bool          // restored, and set to go on
}

// fetched is called with the offsets of partitions that the group has just
// given to this member: their tenures begin. It must not wait.
func (s *session) fetched(_ context.Context, _ *kgo.Client, resp *kmsg.OffsetFetchResponse) error {
	byTask, err := s.parseCommitted(resp)
	if err != nil {
		s.fail(err)
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for partition, committed := range byTask {
		if partition >= s.top.partitions {
			// The next session begins with a look at the topics, and has the whole story.
			s.failure = fmt.Errorf("starting partition %d: the inputs had %d partitions when this process started", partition, s.top.partitions)
			break
		}
		s.arrivals = append(s.arrivals, s.admit(partition, committed))
	}
	s.bell.ring()
	return nil
}

func (s *session) parseCommitted(resp *kmsg.OffsetFetchResponse) (map[int32]map[string]layout.Committed, error) {
	byTask := map[int32]map[string]layout.Committed{}
	if len(resp.Groups) != 1 {
		return nil, fmt.Errorf("reading committed offsets: the answer speaks of %d groups, not 1", len(resp.Groups))
	}
	for _, t := range resp.Groups[0].Topics {
		name, ok := s.logical[t.Topic]
		if !ok {
			continue
		}
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return nil, fmt.Errorf("reading the committed offset of %s/%d: %w", t.Topic, p.Partition, err)
			}
			c := layout.Committed{Offset: p.Offset}
			if p.Metadata != nil && p.Offset >= 0 {
				var err error
				if c.Note, c.Noted, err = layout.ParseNote(*p.Metadata); err != nil {
					return nil, stopError{err}
				}
			}
			if byTask[p.Partition] == nil {
				byTask[p.Partition] = s.noneCommitted()
			}
			byTask[p.Partition][name] = c
		}
	}
	return byTask, nil
}

func (s *session) noneCommitted() map[string]layout.Committed {
	none := map[string]layout.Committed{}
	for _, topic := range s.cfg.inputs() {
		none[topic] = layout.Committed{Offset: -1}
	}
	return none
}

// admit makes a tenure and starts its restore. Other tasks go on meanwhile.
func (s *session) admit(partition int32, committed map[string]layout.Committed) *tenure {
	t := newTask(s.cfg, s.job, partition, s.top.partitions)
	for _, in := range t.inputs {
		in.topicID = s.top.ids[in.topic]
		in.next = max(0, committed[in.topic].Offset)
	}
	te := &tenure{task: t, committed: committed, restored: make(chan struct{})}
	te.ctx, te.cancel = context.WithCancel(context.Background())
	s.standbys.claim(partition)
	go func() {
		defer s.bell.ring()
		defer close(te.restored)
		if te.store, te.err = s.cfg.State.Open(te.ctx, partition); te.err == nil {
			te.bounds, te.err = s.restorer.restore(te.ctx, partition, te.store, committed)
		}
	}()
	return te
}

// settle takes over what has happened beside the worker: tasks that came,
// restores and work that ended. It runs while rebalances are held off.
func (s *session) settle() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure != nil {
		return s.failure
	}
	arrived := s.arrivals
	s.arrivals = nil
	for _, te := range arrived {
		// A task that comes again was lost in between, and others may have
		// worked on it.
		s.dismiss(te.task.partition)
		s.tenures[te.task.partition] = te
	}
	for partition, te := range s.tenures {
		// A transaction that is open for a task which the group has taken
		// away must end first; the client holds the hand-over until then.
		// What is held will be handed over, in letGo.
		if !s.txn.open && !s.held && !s.balancer.owns(partition) {
			s.dismiss(partition)
			continue
		}
		if err := s.begin(te); err != nil {
			return err
		}
	}
	s.reportPending()
	for _, w := range s.pool.collect() {
		if s.txn.finished(w); !w.dropped && !w.tenure.gone {
			w.tenure.task.results = append(w.tenure.task.results, w)
		}
	}
	return nil
}

// reportPending tells the board whether this member waits for anything. Before
// its first assignment it does.
func (s *session) reportPending() {
	if s.balancer.assigned.Load() == nil {
		return
	}
	pending := 0
	for partition := range *s.balancer.assigned.Load() {
		if te := s.tenures[partition]; te == nil || !te.ready {
			pending++
		}
	}
	s.metrics.board.report(s.name, pending)
}

// begin makes a task ready once its restore is done.
func (s *session) begin(te *tenure) error {
	if te.ready {
		return nil
	}
	select {
	case <-te.restored:
	default:
		return nil
	}
	if te.err != nil {
		return te.err
	}
	if te.trouble != nil {
		return te.trouble
	}
	te.task.begin(te.store, te.committed, te.bounds)
	te.task.tables = s.txn.tables
	te.ready = true
	if s.cfg.wakes() {
		s.sweeps.taken(te.task.partition)
	}
	s.metrics.board.set(te.task)
	s.cfg.Logger.Info("task is ready", "app", s.cfg.App, "worker", s.name, "partition", te.task.partition, "stream_time", te.task.streamTime)
	return nil
}
