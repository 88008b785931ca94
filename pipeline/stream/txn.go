package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/layout"
)

// transaction is the open transaction of a session.
type transaction struct {
	open   bool
	number int64
	began  time.Time
	bytes  int            // of changes and output, roughly
	err    error          // of opening it, found while stepping
	result ending         // why the session ends with it open, if that is known
	tables map[string]any // fixed while it is open
	works  []*work        // started in it
	undone int            // of works, how many are still under way
	worked time.Time      // when the last of works was started
}

// due returns when the transaction is to be committed (rule E7): at load when
// its time is over or it has grown large; with nothing more to do at once,
// or after a short wait for the work that it started.
func (x *transaction) due(more bool, cfg *Config) time.Time {
	switch {
	case x.bytes >= cfg.MaxOverlayBytes:
		return x.began
	case more:
		return x.began.Add(cfg.CommitInterval)
	case x.undone > 0:
		at, latest := x.worked.Add(cfg.WorkWait), x.began.Add(max(cfg.CommitInterval, cfg.WorkWait))
		if at.After(latest) {
			return latest
		}
		return at
	}
	return x.began
}

// finished takes note of work that has ended.
func (x *transaction) finished(w *work) {
	if w.txn == x.number && x.open {
		x.undone--
	}
}

// ensure opens the transaction if it is not open.
func (s *session) ensure() error {
	x := &s.txn
	if x.open || x.err != nil {
		return x.err
	}
	if err := s.group.Begin(); err != nil {
		x.err = fmt.Errorf("beginning a transaction: %w", err)
		return x.err
	}
	x.open, x.number, x.began = true, x.number+1, s.cfg.now()
	return nil
}

// produce implements effects.
func (s *session) produce(t *task, c cause, o output) {
	if s.ensure() == nil {
		s.outbox.add(s.client, t, c, &o)
	}
}

// start implements effects.
func (s *session) start(t *task, key string, request any) {
	if s.ensure() != nil {
		return
	}
	w := s.pool.start(s.tenures[t.partition], key, request, s.txn.number)
	w.place = t.unsettled(key) + 1
	s.txn.works = append(s.txn.works, w)
	t.works[key] = append(t.works[key], w)
	s.txn.undone++
	s.txn.worked = s.cfg.now()
}

// saturated implements effects.
func (s *session) saturated() bool { return s.crowded() || s.pool.behind() }

// crowded tells that no key may be woken by name now. Who asks for that knows how
// much there is room for, so it goes on while the machine is behind, and what is
// read does not always come first.
func (s *session) crowded() bool {
	if s.cfg.Perform == nil {
		return false
	}
	running := s.pool.running()
	return running >= s.cfg.MaxInFlightWork || running > 0 && s.cfg.Crowded != nil && s.cfg.Crowded()
}

// count implements effects.
func (s *session) count(topic string, what outcome) { s.metrics.records(topic, what) }

// rerouted implements effects.
func (s *session) rerouted(topic string, by producer) {
	s.metrics.rerouted.WithLabelValues(topic, string(by)).Inc()
}

// lettered implements effects.
func (s *session) lettered(why class) { s.metrics.deadLetter.WithLabelValues(string(why)).Inc() }

// woke implements effects.
func (s *session) woke() { s.metrics.fired.Inc() }

// summoned implements effects.
func (s *session) summoned(did bool) { s.metrics.summoned(did) }

// closing is what one commit is about to make true.
type closing struct {
	task *task
	last *kgo.Record // that it wrote to the changelog, nil for none
}

// commit ends the transaction: changelog records, positions and outputs become
// visible together or not at all (rule E1), and only then does the store learn
// of the changes (rule E2).
func (s *session) commit() error {
	began := s.cfg.now()
	ctx, cancel := s.limit()
	defer cancel()
	touched, err := s.writeChanges()
	if err == nil {
		if err = s.client.Flush(ctx); err != nil {
			s.txn.result = writeFailed
			return fmt.Errorf("waiting for records to be written: %w", err)
		}
		err = s.outbox.failure()
	}
	if p, ok := errors.AsType[*poison](err); ok {
		return s.undo(p)
	}
	if err != nil {
		s.txn.result = writeFailed
		return err // the next session aborts what the broker has of this one
	}
	request := s.positions(touched)
	hook := func(req *kmsg.TxnOffsetCommitRequest) error {
		req.Topics = request
		return nil
	}
	committed, err := s.group.End(kgo.PreTxnCommitFnContext(ctx, hook), kgo.TryCommit)
	if err != nil || !committed {
		s.txn.result = unsure
		return fmt.Errorf("ending a transaction: it is not certain that it was committed: %w", errors.Join(err, errUncertain))
	}
	s.metrics.ended(committedOK, s.cfg.now().Sub(began))
	return s.settled(touched)
}

var errUncertain = errors.New("going on from what the group has committed")

// writeChanges produces what is written once for each key of a transaction, of
// all tasks that did anything: what the job says of the key, and the changelog
// record.
func (s *session) writeChanges() ([]closing, error) {
	var touched []closing
	s.outbox.tick()
	for _, te := range s.tenures {
		t := te.task
		if !t.touched {
			continue
		}
		if err := t.conclude(s); err != nil {
			return nil, err
		}
		changes, err := t.state.changes(s.cfg.MaxRecordBytes)
		if err != nil {
			return nil, t.own(err)
		}
		c := closing{task: t}
		for i := range changes {
			o := output{
				Output: job.Output{Topic: s.cfg.Changelog, Value: changes[i].Value},
				key:    t.outputs.Copy(changes[i].Key), partition: t.partition, suspect: changes[i].Key,
			}
			c.last = s.outbox.add(s.client, t, t.state.differ[i].cause, &o)
		}
		touched = append(touched, c)
	}
	return touched, nil
}

// positions says, for every task that did anything, where each of its inputs
// stands, moved or not: the offsets that are committed carry the check of the
// group's generation, and a transaction of timers alone must not go without
// it, or an evicted instance could write over its successor (rule E1).
func (s *session) positions(touched []closing) []kmsg.TxnOffsetCommitRequestTopic {
	var topics []kmsg.TxnOffsetCommitRequestTopic
	for i, name := range s.cfg.inputs() {
		topic := kmsg.NewTxnOffsetCommitRequestTopic()
		topic.Topic, topic.TopicID = s.cfg.Prefix+name, s.top.ids[name]
		for _, c := range touched {
			in := c.task.inputs[i]
			note := layout.Note{
				StreamTime: c.task.streamTime, Ended: in.ended, Input: in.topicID, Changelog: s.top.ids[s.cfg.Changelog],
				Inputs: s.cfg.inputs(), Partitions: s.top.partitions,
			}.String()
			p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
			p.Partition, p.Offset, p.LeaderEpoch, p.Metadata = c.task.partition, in.position, in.epoch, &note
			topic.Partitions = append(topic.Partitions, p)
		}
		topics = append(topics, topic)
	}
	return topics
}

// settled makes the stores follow a transaction that was committed for certain.
func (s *session) settled(touched []closing) error {
	s.closeTxn(true)
	now := s.cfg.now()
	for _, c := range touched {
		// What was committed shows that the store lacked nothing when the
		// transaction began.
		mark := c.task.state.store.Mark()
		if c.last != nil {
			mark.Offset, mark.At = max(mark.Offset, c.last.Offset+1), s.txn.began
		} else if s.restorer.log.stale(mark, s.txn.began) {
			mark.At = s.txn.began
		}
		if err := c.task.state.commit(mark); err != nil {
			return err
		}
		if at := c.task.oldest; !at.IsZero() && s.cfg.Clock == Live {
			s.metrics.latency.Observe(max(0, now.Sub(at).Seconds()))
		}
		c.task.snap()
		s.metrics.board.set(c.task)
	}
	return nil
}

func (s *session) closeTxn(committed bool) {
	x := &s.txn
	for _, w := range x.works {
		w.settled = committed
		if !committed {
			w.dropped = true
		}
		w.tenure.endScope(committed)
	}
	clear(x.works)
	x.open, x.bytes, x.works, x.undone, x.err = false, 0, x.works[:0], 0, nil
	s.outbox.clear(committed)
}

// limit bounds the end of a transaction. The broker ends by itself what takes
// longer than TransactionTimeout; once Run is told to end, ShutdownTimeout counts.
func (s *session) limit() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*s.cfg.TransactionTimeout)
	stop := context.AfterFunc(s.running, func() { time.AfterFunc(s.cfg.ShutdownTimeout, cancel) })
	return ctx, func() {
		stop()
		cancel()
	}
}

// abort ends the transaction without effect: until then readers wait for it.
func (s *session) abort(why ending) error {
	ctx, cancel := s.limit()
	defer cancel()
	if _, err := s.group.End(ctx, kgo.TryAbort); err != nil {
		return fmt.Errorf("aborting a transaction: %w", err)
	}
	s.metrics.ended(why, 0)
	s.closeTxn(false)
	return nil
}

// undo aborts the transaction because of one call, so that it can be run again
// without that (rule E11).
func (s *session) undo(p *poison) error {
	flood := p.task.poison(p)
	if flood == nil {
		s.cfg.Logger.Error("a call failed, so the transaction is run again without it", "app", s.cfg.App, "call", p.cause.String(), "error", p.err)
	}
	if err := errors.Join(flood, s.abort(callFailed)); err != nil {
		return err
	}
	back := map[string]map[int32]kgo.EpochOffset{}
	for _, te := range s.tenures {
		t := te.task
		if !t.touched {
			continue
		}
		if err := t.rewind(); err != nil {
			return err
		}
		for _, in := range t.inputs {
			if back[in.full] == nil {
				back[in.full] = map[int32]kgo.EpochOffset{}
			}
			back[in.full][t.partition] = kgo.EpochOffset{Epoch: in.epoch, Offset: in.position}
		}
		s.resume(t)
	}
	// The client believes that what it handed out by the last commit was
	// committed; we may have had some of that still in our queues.
	s.client.SetOffsets(back)
	return nil
}

// own makes a task's poison know its task.
func (t *task) own(err error) error {
	if p, ok := errors.AsType[*poison](err); ok {
		p.task = t
	}
	return err
}

// clearRebalance makes the client forget that partitions were revoked: it
// would turn the next commit into an abort, though nothing was open when they
// went. Ending an empty transaction sends nothing to the broker.
func (s *session) clearRebalance() error {
	s.mu.Lock()
	rebalanced := s.rebalanced
	s.rebalanced = s.rebalanced && s.txn.open
	s.mu.Unlock()
	if !rebalanced || s.txn.open {
		return nil
	}
	if err := s.group.Begin(); err != nil {
		return fmt.Errorf("beginning an empty transaction: %w", err)
	}
	if _, err := s.group.End(context.Background(), kgo.TryAbort); err != nil {
		return fmt.Errorf("ending an empty transaction: %w", err)
	}
	return nil
}
