package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/layout"
)

// worker runs one session after the other until its context ends.
type worker struct {
	r     *Runtime
	name  string
	first bool // of its process
}

// run returns nil when the context ended, or why it cannot go on.
func (w *worker) run(ctx context.Context) error {
	cfg := &w.r.cfg
	wait := patience{logger: cfg.Logger, what: "worker " + w.name}
	defer w.r.board.report(w.name, -1)
	for ctx.Err() == nil {
		began := cfg.now()
		err := w.once(ctx)
		w.r.board.report(w.name, -1)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, kerr.FencedInstanceID):
			return fmt.Errorf("running as instance %s of %s: another process has taken over under that name; give each process its own: %w", cfg.Instance, cfg.App, err)
		case errors.Is(err, kerr.InconsistentGroupProtocol):
			return fmt.Errorf("joining group %s: something that is no instance of the job is in it, such as `waybill reshard`; let it end first: %w", cfg.group(), err)
		case stops(err):
			return err
		case ctx.Err() != nil:
			cfg.Logger.Warn("a worker ended without its last commit; what it had begun is done again at the next start", "worker", w.name, "error", err)
			return nil
		}
		if cfg.now().Sub(began) > time.Minute {
			wait.forget() // it worked for a while: this is a new trouble
		}
		wait.wait(ctx, err)
	}
	return nil
}

// once runs one session, from joining the group to closing the client.
func (w *worker) once(ctx context.Context) error {
	if err := w.r.firm(ctx); err != nil {
		return err
	}
	s, err := w.open()
	if err != nil {
		return err
	}
	w.r.metrics.sessions.Inc()
	w.r.waker.join(s)
	defer w.r.waker.leave(s)
	var watching sync.WaitGroup
	watched, stop := context.WithCancel(ctx)
	if w.first {
		watching.Go(func() { s.watch(watched, w.r.cfg.SessionTimeout/4) })
	}
	watching.Go(func() { s.clearWay(watched) })
	if err = s.takeOver(ctx); err == nil {
		err = s.run(ctx)
	}
	if s.txn.open {
		w.r.metrics.ended(cmp.Or(s.txn.result, sessionBroken), 0)
	}
	if err != nil {
		w.r.metrics.broken.WithLabelValues(string(breakingOf(err))).Inc()
	}
	stop()
	watching.Wait()
	s.close()
	s.standbys.told(s.name, followNote{})
	if err == nil && w.r.cfg.LeaveOnShutdown {
		return w.leave()
	}
	return err
}

func (w *worker) open() (*session, error) {
	r := w.r
	s := &session{
		cfg: &r.cfg, job: r.job, top: r.top, name: w.name, logical: map[string]string{},
		tables: r.tables, metrics: r.metrics, waker: &r.waker, sweeps: sweeps{ends: map[string]spot{}},
		restorer: r.restorer, standbys: r.standbys, asking: r.asking,
		tenures: map[int32]*tenure{}, outbox: newOutbox(r.cfg.Prefix),
	}
	s.balancer = newBalancer(s.cfg, s.synced, func() processNote { return s.standbys.describe(w.first) }, func(n followNote) { s.standbys.told(s.name, n) })
	s.mail = newMail(&s.bell)
	s.pool = pool{perform: r.cfg.Perform, bell: &s.bell, gauge: r.metrics.inFlight, echo: echo{back: s.bell.ring}}
	var topics []string
	for _, name := range r.cfg.inputs() {
		topics = append(topics, r.cfg.Prefix+name)
		s.logical[r.cfg.Prefix+name] = name
	}
	var ctx context.Context
	ctx, s.kill = context.WithCancel(context.Background())
	opts := append(r.clientOpts(w.name), kgo.WithContext(ctx),
		kgo.ConsumerGroup(r.cfg.group()), kgo.InstanceID(w.name), kgo.TransactionalID(w.name),
		kgo.ConsumeTopics(topics...), kgo.Balancers(s.balancer),
		kgo.SessionTimeout(r.cfg.SessionTimeout), kgo.HeartbeatInterval(r.cfg.SessionTimeout/5),
		kgo.TransactionTimeout(r.cfg.TransactionTimeout),
		// An offset outside the log is an error to be looked at, never a
		// reason to begin elsewhere.
		kgo.ConsumeResetOffset(kgo.NoResetOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		// Control records show the true position behind the last record.
		kgo.KeepControlRecords(),
		kgo.FetchMaxBytes(r.cfg.MaxFetchBytes), kgo.FetchMaxPartitionBytes(min(r.cfg.MaxFetchBytes, 1<<20)),
		kgo.FetchMaxWait(500*time.Millisecond),
		kgo.BlockRebalanceOnPoll(),
		kgo.OnOffsetsFetched(s.fetched), kgo.OnPartitionsRevoked(s.revoked), kgo.OnPartitionsLost(s.revoked),
		kgo.OnPartitionsCallbackBlocked(s.blocked),
		kgo.ProducerBatchMaxBytesFn(s.batchBytes),
		// Producing must not wait for the broker, or nothing would end it:
		// MaxOverlayBytes bounds what a transaction holds.
		kgo.MaxBufferedRecords(math.MaxInt32),
		kgo.RecordPartitioner(kgo.BasicConsistentPartitioner(place)),
	)
	var err error
	if s.group, err = kgo.NewGroupTransactSession(opts...); err != nil {
		s.kill()
		return nil, stopError{fmt.Errorf("making a Kafka client: %w", err)}
	}
	s.client = s.group.Client()
	return s, nil
}

// batchBytes is how large a batch for a topic may be: a little more than the
// largest record that goes there.
func (s *session) batchBytes(topic string) int32 {
	const framing = 512
	if topic == s.cfg.Prefix+s.cfg.DeadLetters {
		return int32(s.cfg.MaxDeadLetterBytes) + framing
	}
	return int32(s.cfg.MaxRecordBytes) + framing
}

// takeOver ends the transaction that a former session of this name may have
// left open. The client would do it at its first produce, but until it is done
// the group gives out no offsets, so there would be nothing to produce for as
// long as the transaction takes to time out.
func (s *session) takeOver(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, s.cfg.TransactionTimeout)
	defer cancel()
	if _, _, err := s.client.ProducerID(limited); err != nil && ctx.Err() == nil {
		return fmt.Errorf("taking over the transactions of %s: %w", s.name, err)
	}
	return nil
}

// place puts a record where its key belongs, unless the runtime has said where
// it goes.
func place(string) func(*kgo.Record, int) int {
	return func(r *kgo.Record, n int) int {
		if r.Partition >= 0 {
			return int(r.Partition) % n
		}
		return int(layout.PartitionOf(r.Key, n))
	}
}

// closeTimeout is how long a client may take to close in good order. In the
// middle of a rebalance it waits for the other members, and those of this
// process are closing too.
const closeTimeout = time.Second

// close ends the client and everything that was begun for its tasks.
func (s *session) close() {
	impatient := time.AfterFunc(closeTimeout, s.kill)
	s.group.CloseAllowingRebalance()
	impatient.Stop()
	s.kill()
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Collect(maps.Keys(s.tenures))
	for _, te := range s.arrivals {
		all = append(all, te.task.partition)
	}
	s.dismiss(all...)
	s.pool.performers.close()
	s.pool.echo.close()
}

// leave gives up the static membership, so that others need not wait for its
// session to time out.
func (w *worker) leave() error {
	ctx, cancel := context.WithTimeout(context.Background(), w.r.cfg.SessionTimeout)
	defer cancel()
	leaving := kadm.LeaveGroup(w.r.cfg.group()).Reason("shutting down").InstanceIDs(w.name)
	if _, err := kadm.NewClient(w.r.asking).LeaveGroup(ctx, leaving); err != nil {
		w.r.cfg.Logger.Warn("leaving the group failed, it will notice by itself", "worker", w.name, "error", err)
	}
	return nil
}
