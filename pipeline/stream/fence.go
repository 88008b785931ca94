package stream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A process that dies in the middle of a transaction leaves it open until the
// broker aborts it: when it has timed out, and brokers look for that every ten
// seconds unless they are told otherwise. Until then the group gives out no
// offsets that it holds, and the changelog cannot be read to its end. Whoever
// has the tasks now need not wait for that. Members end what they have begun
// for a task before they let go of it, and nobody else writes to a changelog:
// so a transaction that is under way on the changelog of a task that is ours is
// that of an owner whose time is over. It is fenced, as the next process of its
// name would do.

// fenceAfter is how long a task may not be ready before a transaction is looked
// for that holds it up. Hand-overs in order and warm state take less.
const fenceAfter = 250 * time.Millisecond

// ongoing is what brokers call a transaction that neither commits nor aborts.
const ongoing = "Ongoing"

// clearWay looks, until the context ends, for what holds up tasks that have
// come: soon at first, then less and less often as long as some are not ready.
func (s *session) clearWay(ctx context.Context) {
	wait := fenceAfter
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for waited := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		tasks := s.unready()
		switch {
		case len(tasks) == 0:
			wait = fenceAfter
		case waited:
			wait = min(2*wait, s.cfg.SessionTimeout)
			if err := s.fenceFormer(ctx, tasks); err != nil && ctx.Err() == nil {
				s.cfg.Logger.Debug("cannot look for transactions that hold tasks up", "worker", s.name, "error", err)
			}
		}
		waited = len(tasks) > 0
		timer.Reset(wait)
	}
}

// unready returns the tasks that this member has and cannot work on yet.
func (s *session) unready() (tasks []int32) {
	assigned := s.balancer.assigned.Load()
	if assigned == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for task := range *assigned {
		if te := s.tenures[task]; te == nil || !te.ready {
			tasks = append(tasks, task)
		}
	}
	return tasks
}

// fenceFormer ends the transactions that former owners of tasks have left open.
func (s *session) fenceFormer(ctx context.Context, tasks []int32) error {
	before, err := s.holdings(ctx, tasks)
	if err != nil || len(before) == 0 {
		return err
	}
	var ids []int64
	for h := range before {
		ids = append(ids, h.producer)
	}
	listed, err := kadm.NewClient(s.asking).ListTransactions(ctx, ids, []string{ongoing})
	if err != nil {
		return fmt.Errorf("asking whose transactions are open: %w", err)
	}
	// One that commits just now may be gone by the time that its producer is
	// under way with the next: only what is there still is the one listed.
	after, err := s.holdings(ctx, tasks)
	if err != nil {
		return err
	}
	var errs []error
	for _, x := range listed {
		if x.State != ongoing || x.TxnID == s.name || !isWorker(s.cfg.group(), x.TxnID) {
			continue
		}
		for h, epoch := range after {
			if _, same := before[h]; same && h.producer == x.ProducerID {
				errs = append(errs, s.fence(ctx, x.TxnID, h, epoch))
				break
			}
		}
	}
	return errors.Join(errs...)
}

// holding is a transaction on a partition of the changelog.
type holding struct {
	producer  int64
	partition int32
	from      int64 // offset of its first record there
}

// holdings returns the transactions on the changelogs of tasks, with the epochs
// of their producers.
func (s *session) holdings(ctx context.Context, tasks []int32) (map[holding]int16, error) {
	on := kadm.TopicsSet{}
	on.Add(s.cfg.Prefix+s.cfg.Changelog, tasks...)
	described, err := kadm.NewClient(s.asking).DescribeProducers(ctx, on)
	if err != nil {
		return nil, fmt.Errorf("asking who writes to the changelog: %w", err)
	}
	held := map[holding]int16{}
	described.EachProducer(func(p kadm.DescribedProducer) {
		if p.CurrentTxnStartOffset >= 0 {
			held[holding{p.ProducerID, p.Partition, p.CurrentTxnStartOffset}] = p.ProducerEpoch
		}
	})
	return held, nil
}

// isWorker tells whether a transactional id is that of a worker of the group:
// <group>-<instance>-<number>. That of a job that is resharded is not.
func isWorker(group, id string) bool {
	rest, ours := strings.CutPrefix(id, group+"-")
	at := strings.LastIndexByte(rest, '-')
	if !ours || at < 1 {
		return false
	}
	_, err := strconv.ParseUint(rest[at+1:], 10, 31)
	return err == nil
}

// fence ends the transaction of a producer, as far as it is still the one that
// was seen: a process that has begun anew under the name since has another
// epoch, and is left alone.
func (s *session) fence(ctx context.Context, name string, h holding, epoch int16) error {
	req := kmsg.NewPtrInitProducerIDRequest()
	req.TransactionalID = &name
	req.TransactionTimeoutMillis = int32(s.cfg.TransactionTimeout.Milliseconds())
	req.ProducerID, req.ProducerEpoch = h.producer, epoch
	resp, err := req.RequestWith(ctx, s.asking)
	if err == nil {
		err = kerr.ErrorForCode(resp.ErrorCode)
	}
	if err != nil && !errors.Is(err, kerr.ConcurrentTransactions) { // that is: it is being aborted
		return fmt.Errorf("ending the transaction of %s: %w", name, err)
	}
	s.cfg.Logger.Info("the transaction of a former owner, which held up its tasks, is ended", "app", s.cfg.App, "worker", s.name, "owner", name, "partition", h.partition)
	return nil
}
