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

// followWait is how long one fetch of a standby waits for news.
const followWait = 500 * time.Millisecond

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
	for task := range f.stores {
		if err := f.advance(task, byTask[task], asked, fetchErr == nil); err != nil {
			return err
		}
	}
	if fetchErr != nil {
		f.reader = nil // a log may have lost what a store would go on from
	}
	return fetchErr
}

// settle gives back the stores that are not wanted any more and opens those
// that are.
func (f *followers) settle(ctx context.Context, want map[int32]bool) error {
	if err := f.keep(want, nil); err != nil {
		return err
	}
	if f.reader != nil && len(f.stores) == len(want) || len(want) == 0 {
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
		one := f.stores[task]
		if one.mark, err = f.log.fit(task, one.store, starts[task], ends[task]); err != nil {
			return err
		}
		position[task] = one.mark.Offset
		f.metrics.board.follows(task, max(0, ends[task]-one.mark.Offset))
	}
	f.reader = topiclog.New(f.client, f.log.topic, f.log.id, position)
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

func (f *followers) bounds(ctx context.Context) (starts, ends map[int32]int64, err error) {
	admin := kadm.NewClient(f.client)
	start, err := listed(admin.ListStartOffsets(ctx, f.log.topic))
	if err != nil {
		return nil, nil, err
	}
	end, err := listed(admin.ListEndOffsets(ctx, f.log.topic))
	return start[f.log.topic], end[f.log.topic], err
}

// advance writes what a fetch brought for one task. A store that is at the end
// for certain is told so from time to time, or it would grow too old.
func (f *followers) advance(task int32, records []*kgo.Record, asked time.Time, certain bool) error {
	one, at := f.stores[task], f.reader.Position[task]
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
	if behind > 0 || !certain || !one.loaded && !f.log.stale(one.mark, asked) {
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
