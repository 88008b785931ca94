package stream

import (
	"context"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/layout"
	"waybill/pipeline/stream/store"
)

// restorer brings tasks to where the group's last commit left them. A process
// has one, so that it is bounded how many are restored at a time.
type restorer struct {
	cfg     *Config
	top     *topology
	log     *changelog
	clients chan *kgo.Client // those that are free: one is used by one restore at a time
	metrics *metrics
}

// bounds are the ends of a partition of the changelog and of the inputs.
type bounds struct {
	start, end map[string]int64 // by logical name
}

// restore fills a task's store from the changelog (rule E5) and returns where
// the logs began and ended. Only the store is touched: the worker may be
// queueing records meanwhile.
func (r *restorer) restore(ctx context.Context, partition int32, s store.Store, committed map[string]layout.Committed) (b bounds, err error) {
	r.metrics.board.restoring(RestoreProgress{Partition: partition, Remaining: -1})
	defer r.metrics.board.restored(partition)
	what := fmt.Sprintf("restoring partition %d", partition)
	err = retry(ctx, r.cfg.Logger, what, func() (err error) {
		var client *kgo.Client
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case client = <-r.clients:
		}
		defer func() { r.clients <- client }()
		if b, err = r.bounds(ctx, client, partition); err != nil {
			return err
		}
		if err := r.checkCommitted(partition, committed, b); err != nil {
			return err
		}
		if begun(committed) {
			_, err = r.replay(ctx, client, partition, s, b)
		} else {
			err = r.checkUntouched(ctx, client, partition, s, b)
		}
		if err != nil {
			return fmt.Errorf("reading changelog of partition %d: %w", partition, err)
		}
		return nil
	})
	return b, err
}

// bounds lists where the logs begin and end. The changelog's end counts
// records that are not committed yet: the last transaction of the partition's
// former owner may still be closing, and its records must not be missed.
func (r *restorer) bounds(ctx context.Context, client *kgo.Client, partition int32) (bounds, error) {
	names := append(slices.Clone(r.cfg.inputs()), r.cfg.Changelog)
	full := make([]string, len(names))
	for i, name := range names {
		full[i] = r.cfg.Prefix + name
	}
	starts, err := listPartition(ctx, client, full, partition, listStart)
	if err != nil {
		return bounds{}, err
	}
	ends, err := listPartition(ctx, client, full, partition, listEnd)
	if err != nil {
		return bounds{}, err
	}
	b := bounds{map[string]int64{}, map[string]int64{}}
	for i, name := range names {
		b.start[name], b.end[name] = starts[full[i]], ends[full[i]]
	}
	return b, nil
}

// checkCommitted refuses offsets that do not fit the topics as they are.
func (r *restorer) checkCommitted(partition int32, committed map[string]layout.Committed, b bounds) error {
	t := layout.Task{Topics: r.top.layout(r.cfg), Group: r.cfg.group(), Partition: partition, Committed: committed, Start: b.start, End: b.end}
	if err := t.Check(); err != nil {
		return stopError{err}
	}
	return nil
}

// begun tells whether the group has ever committed anything for a task.
func begun(committed map[string]layout.Committed) bool {
	for _, c := range committed {
		if c.Offset >= 0 {
			return true
		}
	}
	return false
}

// checkUntouched restores a task that has no committed offset, and refuses it
// if its changelog holds any record: then there were offsets, and handling the
// inputs from their start again would count them twice. A key that was removed
// counts as well, so the store, which does not tell, is filled anew.
func (r *restorer) checkUntouched(ctx context.Context, client *kgo.Client, partition int32, s store.Store, b bounds) error {
	if err := s.Wipe(); err != nil {
		return storeError{fmt.Errorf("wiping the store: %w", err)}
	}
	records, err := r.replay(ctx, client, partition, s, b)
	if err != nil || records == 0 {
		return err
	}
	return stopError{fmt.Errorf("%s holds %d records of state, but group %s has no committed offset for any input (they expire when a group is away for long). Set the offsets to where the state was written (kafka-consumer-groups --reset-offsets), or make the changelog anew to begin anew",
		r.cfg.Prefix+r.cfg.Changelog, records, r.cfg.group())}
}

// begin sets the state of a restored task, and where it goes on. An input without a committed
// offset, as all are at the very first start, begins at the start of its log.
func (t *task) begin(st store.Store, committed map[string]layout.Committed, b bounds) {
	t.state = newOverlay(t.job, st, t.cfg.cache)
	for _, in := range t.inputs {
		c := committed[in.topic]
		in.position, in.end, in.ended = c.Offset, b.end[in.topic], c.Note.Ended
		if c.Offset < 0 {
			in.position = b.start[in.topic]
		}
		in.next = max(in.next, in.position)
		if c.Note.StreamTime.After(t.streamTime) {
			t.streamTime = c.Note.StreamTime
		}
	}
	t.snap()
}
