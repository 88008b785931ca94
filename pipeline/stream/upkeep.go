package stream

import (
	"context"
	"fmt"
	"time"
)

// upkeep makes the stores of the process survive a crash from time to time,
// and gives back the space of those that are too old to be carried on: of
// partitions that have long gone elsewhere.
func (r *Runtime) upkeep(ctx context.Context) error {
	tick := time.NewTicker(r.log.refresh())
	defer tick.Stop()
	for {
		if err := r.expire(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := r.cfg.State.Flush(); err != nil {
			return storeError{fmt.Errorf("flushing the stores: %w", err)}
		}
		r.learn(ctx)
		tick.Reset(r.log.refresh())
	}
}

// learnWait is how long upkeep waits for the broker.
const learnWait = 5 * time.Second

// learn asks again for the settings that the age of stores goes by.
func (r *Runtime) learn(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, learnWait)
	defer cancel()
	if err := r.log.learn(ctx, r.asking); err != nil {
		r.cfg.Logger.Debug("the changelog's settings are not learnt this time", "app", r.cfg.App, "error", err)
	}
}

// expire wipes the stores that nobody here uses and nobody could carry on.
func (r *Runtime) expire(ctx context.Context) error {
	for partition, mark := range r.cfg.State.Held() {
		if mark.TopicID == r.log.id && !r.log.expired(mark) || r.standbys.inUse(partition) {
			continue
		}
		if err := r.wipeOld(ctx, partition); err != nil {
			return err
		}
	}
	return nil
}

// lendWait is how long upkeep waits for a store that another part of the
// process has after all.
const lendWait = time.Second

func (r *Runtime) wipeOld(ctx context.Context, partition int32) error {
	limited, cancel := context.WithTimeout(ctx, lendWait)
	defer cancel()
	s, err := r.cfg.State.Open(limited, partition)
	if limited.Err() != nil {
		return closeStore(s, partition)
	}
	if err != nil {
		return storeError{fmt.Errorf("opening the store of partition %d to see whether it is too old: %w", partition, err)}
	}
	if mark := s.Mark(); mark.TopicID != r.log.id || r.log.expired(mark) {
		r.cfg.Logger.Info("a store that was not used for long is removed", "app", r.cfg.App, "partition", partition, "up_to_date_at", mark.At)
		err = s.Wipe()
	}
	if closing := closeStore(s, partition); err == nil {
		return closing
	}
	return storeError{fmt.Errorf("wiping the store of partition %d: %w", partition, err)}
}

// renewMarks makes the tasks whose stores were not written for a while part of
// a transaction. Its commit proves that they are still this worker's, so that
// nothing has come to their changelogs from others, and their stores are up to
// date (rule E5).
func (s *session) renewMarks() error {
	now := s.cfg.now()
	if now.Sub(s.renewed) < s.restorer.log.refresh()/4 {
		return nil
	}
	s.renewed = now
	for _, te := range s.tenures {
		if te.ready && s.restorer.log.stale(te.store.Mark(), now) {
			te.task.touched = true
			if err := s.ensure(); err != nil {
				return err
			}
		}
	}
	return nil
}
