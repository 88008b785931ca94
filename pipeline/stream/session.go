package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
)

const (
	// pollRecords bounds one poll, stepBudget the work between two rounds.
	pollRecords = 2000
	stepBudget  = 1000
	// turn is how many steps a task takes before it is another's turn.
	turn = 50
	// longestWait is how long a worker with nothing to do sleeps at most.
	longestWait = time.Second
)

// session is the life of one Kafka client in a worker: a member of the group
// with a transaction of its own. When something is not certain it ends, and
// the worker begins another (rule E4). One goroutine runs it; the client calls
// fetched and revoked from others, under mu.
type session struct {
	cfg      *Config
	job      job.Job
	top      *topology
	name     string // transactional id and group instance id
	logical  map[string]string
	group    *kgo.GroupTransactSession
	client   *kgo.Client
	kill     context.CancelFunc // ends the client at once
	balancer balancer
	tables   *tables
	restorer *restorer
	standbys *standbys
	asking   *kgo.Client // about the group
	metrics  *metrics
	waker    *waker
	mail     *mail
	sweeps   sweeps
	pool     pool
	bell     bell
	txn      transaction
	outbox   *outbox
	polled   bool          // the last poll brought records
	more     bool          // the last round left things to do
	wait     time.Duration // how long the next poll may wait for some
	renewed  time.Time     // when the marks were looked at last
	held     bool          // no rebalance was allowed since the member began to rejoin

	running context.Context // Run's, once run is called

	mu         sync.Mutex
	tenures    map[int32]*tenure
	arrivals   []*tenure     // not yet taken over by the worker
	rebalanced bool          // partitions were revoked, and the client has a flag up
	rejoining  bool          // between the end of a generation and the next assignment
	asked      bool          // the client waits to call back
	holding    chan struct{} // closed once the worker holds rebalances off while it rejoins; may be nil
	failure    error
}

// run works until the context ends, which is no error, or something fails.
func (s *session) run(ctx context.Context) error {
	s.running = ctx
	for ctx.Err() == nil {
		if err := s.round(ctx); err != nil {
			return err
		}
	}
	return s.finish()
}

// round is one turn of the worker: poll, take over what happened, handle, and
// commit when it pays. Rebalances are held off from the poll's return until
// a later round begins with no transaction open, so a hand-over never meets
// an open transaction.
func (s *session) round(ctx context.Context) error {
	if !s.txn.open {
		if err := s.letGo(); err != nil {
			return err
		}
	}
	fetches := s.poll(ctx)
	if err := s.prepare(fetches); err != nil {
		return err
	}
	if err := s.advance(); err != nil {
		return err
	}
	for _, te := range s.tenures {
		if te.ready {
			te.task.observe(s.txn.open)
		}
	}
	return nil
}

// poll fetches records, unless enough are waiting: pausing a partition is for
// the rare input that is far ahead of the others, because the client takes up
// to a fetch's wait to go on with it. When it returns, rebalances are held off.
func (s *session) poll(ctx context.Context) kgo.Fetches {
	var fetches kgo.Fetches
	var noWait context.Context // nil: the poll returns what is buffered
	if s.wait > 0 {
		limited, cancel := context.WithTimeout(ctx, s.wait)
		defer cancel()
		s.bell.arm(cancel)
		defer s.bell.disarm()
		fetches = s.client.PollRecords(limited, pollRecords)
	} else if records, bytes := s.waiting(); !s.more || records < pollRecords && bytes < s.cfg.MaxQueuedBytes {
		fetches = s.client.PollRecords(noWait, pollRecords)
	}
	if len(fetches) == 0 && !s.txn.open {
		// An empty poll does not hold rebalances off, one that was given up does.
		over, cancel := context.WithCancel(ctx)
		cancel()
		s.client.PollRecords(over, pollRecords)
	}
	return fetches
}

// prepare takes over what came: tasks, restores, results, records.
func (s *session) prepare(fetches kgo.Fetches) error {
	if err := s.settle(); err != nil {
		return err
	}
	if err := s.clearRebalance(); err != nil {
		return err
	}
	return s.take(fetches, s.cfg.now())
}

// take queues the records of a poll.
func (s *session) take(fetches kgo.Fetches, wall time.Time) error {
	s.polled = false
	for _, f := range fetches {
		for i := range f.Topics {
			if err := s.genuine(&f.Topics[i]); err != nil {
				return err
			}
			for j := range f.Topics[i].Partitions {
				if err := s.accept(f.Topics[i].Topic, &f.Topics[i].Partitions[j], wall); err != nil {
					return err
				}
			}
		}
	}
	if s.polled {
		s.pause()
	}
	return nil
}

// genuine refuses records of a topic that was made anew under the name of an
// input: they are not what the committed offsets count.
func (s *session) genuine(t *kgo.FetchTopic) error {
	var none [16]byte
	if t.TopicID == none || t.TopicID == s.top.ids[s.logical[t.Topic]] {
		return nil
	}
	return fmt.Errorf("reading %s: it is not the topic that this process started with", t.Topic)
}

func (s *session) accept(topic string, p *kgo.FetchPartition, wall time.Time) error {
	te := s.tenures[p.Partition]
	if err := fetchError(topic, p); err != nil {
		if te == nil || te.ready || topic == "" {
			return err
		}
		te.trouble = err // the restore, which is still under way, may know better
	}
	if te == nil && (len(p.Records) == 0 || !s.balancer.owns(p.Partition)) {
		return nil // nothing, or about to be revoked: another will read it
	}
	if te == nil {
		return fmt.Errorf("reading %s/%d: records came for a partition that was not assigned", topic, p.Partition)
	}
	for _, in := range te.task.inputs {
		if in.full != topic {
			continue
		}
		for _, r := range p.Records {
			in.accept(r, s.cfg.Clock.arrival(r.Timestamp, wall))
			s.polled = true
		}
		in.end = max(in.end, p.LastStableOffset)
	}
	return nil
}

// fetchError returns what is wrong with a fetch, other than that the poll was
// given up.
func fetchError(topic string, p *kgo.FetchPartition) error {
	switch {
	case p.Err == nil, errors.Is(p.Err, context.DeadlineExceeded), errors.Is(p.Err, context.Canceled):
		return nil
	case topic == "":
		return p.Err
	}
	return fmt.Errorf("reading %s/%d: %w", topic, p.Partition, p.Err)
}

// advance steps the tasks and commits when it is due (rule E7).
func (s *session) advance() error {
	more, err := s.steps()
	if p, ok := errors.AsType[*poison](err); ok {
		s.wait = 0
		return s.undo(p)
	}
	if stops(err) && s.txn.open { // no next session aborts it
		return errors.Join(err, s.abort(sessionBroken))
	}
	if err != nil {
		return err
	}
	// What was polled is done, but the client may have more in store.
	s.more = more || s.polled
	wall := s.cfg.now()
	if due := s.txn.due(s.more, s.cfg); s.txn.open && !wall.Before(due) {
		s.wait = 0
		return s.commit()
	} else if s.txn.open {
		s.wait = due.Sub(wall)
	} else if s.wait, err = s.rest(wall); err != nil {
		return err
	}
	if s.more {
		s.wait = 0
	}
	return nil
}

// steps lets each ready task take turns until there is nothing to do or it is
// time to poll. more tells that there is something left.
func (s *session) steps() (more bool, err error) {
	between := !s.txn.open
	if between && (s.held || s.isRejoining()) {
		return false, nil
	}
	s.mail.open(&s.sweeps, between)
	if between {
		s.renewTables()
		if err := s.renewMarks(); err != nil {
			return false, err
		}
	}
	for budget := stepBudget; ; {
		before := budget
		s.txn.bytes = s.outbox.bytes
		for _, te := range s.tenures {
			did, err := s.turn(te)
			if err != nil {
				return false, err
			}
			budget -= did
		}
		looked, err := s.sweep()
		if err != nil {
			return false, err
		}
		budget -= looked
		progress := budget < before
		if !progress || budget <= 0 || s.txn.bytes >= s.cfg.MaxOverlayBytes {
			return progress, nil
		}
	}
}

// turn lets a task take some steps, and returns how many it took. One that makes
// much output ends it: between two looks at the size lies a step, not a turn.
func (s *session) turn(te *tenure) (steps int, err error) {
	wall := s.cfg.now()
	s.outbox.tick()
	for te.ready && steps < turn && s.outbox.bytes < s.cfg.MaxOverlayBytes {
		did, err := te.task.step(wall, s)
		if err == nil {
			err = s.txn.err
		}
		if err == nil && did {
			err = s.ensure()
		}
		if err != nil {
			return steps, err
		}
		if !did {
			break
		}
		steps++
	}
	if te.ready {
		s.txn.bytes += te.task.state.bytes
	}
	s.resume(te.task)
	return steps, nil
}

// renewTables gives all tasks the newest broadcast tables, between
// transactions only (rule E14).
func (s *session) renewTables() {
	s.txn.tables = s.tables.current()
	for _, te := range s.tenures {
		te.task.tables = s.txn.tables
	}
}

// rest returns how long there will be nothing to do, if nothing comes.
func (s *session) rest(wall time.Time) (time.Duration, error) {
	rest := longestWait
	for _, te := range s.tenures {
		if !te.ready || s.saturated() || s.isRejoining() {
			continue
		}
		at, err := te.task.idleUntil()
		if err != nil {
			return 0, err
		}
		if !at.IsZero() {
			rest = min(rest, at.Sub(wall))
		}
		if te.task.awaits != "" {
			rest = min(rest, pendingRetry)
		}
	}
	return max(rest, 0), nil
}

// fail makes the worker end the session.
func (s *session) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure == nil {
		s.failure = err
	}
	s.bell.ring()
}
