package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/topiclog"
	"waybill/pipeline/stream/store"
)

const (
	// followWait is how long one fetch of a standby waits for news.
	followWait = 500 * time.Millisecond
	// followAgain is when a partition that cannot be read is tried again.
	followAgain = 2 * time.Second
)

// followers are the stores that the standbys of a process have in hand. One
// goroutine uses it: one fetch of each broker brings all of them on.
type followers struct {
	*standbys
	stores map[int32]*follower
	reader *topiclog.Reader // nil when the positions must be settled anew
}

// follower is one task that is followed.
type follower struct {
	store  store.Store
	mark   store.Mark
	loaded bool // in bulk since the last Apply
	// again is when to try again to read a partition that could not be read:
	// others go on without it. Zero when it is read.
	again time.Time
}

// round brings the stores that are wanted on by one fetch.
func (f *followers) round(ctx context.Context) error {
	if err := f.settle(ctx, f.wanted()); err != nil || ctx.Err() != nil {
		return err
	}
	if len(f.stores) == 0 {
		<-ctx.Done()
		return nil
	}
	asked := f.cfg.now()
	records, fetchErr := f.reader.Fetch(ctx, followWait)
	byTask := map[int32][]*kgo.Record{}
	for _, r := range records {
		byTask[r.Partition] = append(byTask[r.Partition], r)
	}
	if fetchErr != nil && len(f.reader.Failed) == 0 || len(f.reader.Failed) == len(f.reader.Position) {
		f.reader = nil // a log may have lost what a store would go on from
		return fetchErr
	}
	for task := range f.reader.Position {
		switch err := f.reader.Failed[task]; {
		case err == nil:
			if err := f.advance(task, byTask[task], asked); err != nil {
				return err
			}
		case ctx.Err() == nil:
			f.putOff(task, err)
		}
	}
	if fetchErr != nil {
		f.reader = nil
	}
	return nil
}

// putOff leaves a task out for a while.
func (f *followers) putOff(task int32, err error) {
	one := f.stores[task]
	if one.again.IsZero() {
		f.cfg.Logger.Warn("a task cannot be followed for now, it is tried again", "app", f.cfg.App, "partition", task, "reason", err)
	}
	one.again = f.cfg.now().Add(followAgain)
	f.metrics.board.follows(task, -1)
}

// settled tells whether the reader reads all that is wanted and can be read.
func (f *followers) settled(want map[int32]bool) bool {
	if f.reader == nil || len(f.stores) != len(want) {
		return false
	}
	for task, one := range f.stores {
		if _, read := f.reader.Position[task]; !read && !f.cfg.now().Before(one.again) {
			return false
		}
	}
	return true
}

// settle gives back the stores that are not wanted any more and opens those
// that are.
func (f *followers) settle(ctx context.Context, want map[int32]bool) error {
	if err := f.keep(want, nil); err != nil {
		return err
	}
	if f.settled(want) || len(want) == 0 {
		return nil
	}
	f.reader = nil
	starts, ends, err := f.bounds(ctx)
	if err != nil {
		return err
	}
	position := map[int32]int64{}
	for task := range want {
		if f.stores[task] == nil {
			s, err := f.cfg.State.Open(ctx, task)
			if ctx.Err() != nil {
				return closeStore(s, task)
			}
			if err != nil {
				return storeError{fmt.Errorf("opening the store of partition %d to follow it: %w", task, err)}
			}
			f.stores[task] = &follower{store: s}
		}
		if err := f.place(task, starts, ends, position); err != nil {
			return err
		}
	}
	if len(position) == 0 {
		return fmt.Errorf("reading %s: no partition that is followed here can be read for now", f.log.topic)
	}
	f.reader = topiclog.New(f.client, f.log.topic, f.log.id, position)
	return nil
}

// place settles from where a task is read, if it can be read.
func (f *followers) place(task int32, starts, ends, position map[int32]int64) (err error) {
	one := f.stores[task]
	if f.cfg.now().Before(one.again) {
		return nil
	}
	start, begins := starts[task]
	end, stops := ends[task]
	if !begins || !stops {
		f.putOff(task, errors.New("its offsets cannot be listed"))
		return nil
	}
	if one.mark, err = f.log.fit(task, one.store, start, end); err != nil {
		return err
	}
	position[task] = one.mark.Offset
	f.metrics.board.follows(task, max(0, end-one.mark.Offset))
	return nil
}

// keep gives back all stores but those that are wanted.
func (f *followers) keep(want map[int32]bool, err error) error {
	for task, one := range f.stores {
		if want[task] {
			continue
		}
		delete(f.stores, task)
		f.reader = nil
		f.metrics.board.follows(task, -1)
		err = errors.Join(err, closeStore(one.store, task))
	}
	return err
}

func closeStore(s store.Store, task int32) error {
	if s == nil {
		return nil
	}
	if err := s.Close(); err != nil {
		return storeError{fmt.Errorf("closing the store of partition %d: %w", task, err)}
	}
	return nil
}

// bounds lists where the partitions of the changelog begin and end, those that
// can be listed.
func (f *followers) bounds(ctx context.Context) (starts, ends map[int32]int64, err error) {
	admin := kadm.NewClient(f.client)
	offsets, err := admin.ListStartOffsets(ctx, f.log.topic)
	if starts, err = listable(f.log.topic, offsets, err); err != nil {
		return nil, nil, err
	}
	offsets, err = admin.ListEndOffsets(ctx, f.log.topic)
	ends, err = listable(f.log.topic, offsets, err)
	return starts, ends, err
}

// advance writes what a fetch brought for one task. A store that is at the end
// for certain is told so from time to time, or it would grow too old.
func (f *followers) advance(task int32, records []*kgo.Record, asked time.Time) error {
	one, at := f.stores[task], f.reader.Position[task]
	one.again = time.Time{}
	behind, known := f.reader.Behind[task]
	if !known {
		return nil
	}
	changes, _, err := changesOf(records)
	if err != nil {
		f.refuse(task, err)
		return nil
	}
	if at > one.mark.Offset {
		one.mark.Offset = at
		if one.loaded, err = write(one.store, store.Batch{Changes: changes, Mark: one.mark}, behind); err != nil {
			return err
		}
	}
	f.metrics.followed.Add(float64(len(changes)))
	f.metrics.board.follows(task, behind)
	if behind > 0 || !one.loaded && !f.log.stale(one.mark, asked) {
		return nil
	}
	one.loaded, one.mark.At = false, asked
	return apply(one.store, store.Batch{Mark: one.mark})
}

// refuse stops following a task whose state this release cannot read: that is
// for who works on it to decide.
func (f *followers) refuse(task int32, err error) {
	f.cfg.Logger.Error("a task cannot be followed", "app", f.cfg.App, "partition", task, "error", err)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused[task] = true
	f.bell.ring()
}
