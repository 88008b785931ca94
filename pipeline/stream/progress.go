package stream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TaskProgress says where a task of this process stood at its last commit.
type TaskProgress struct {
	Partition  int32
	StreamTime time.Time // zero when it has seen nothing
	Inputs     []InputProgress
}

// InputProgress is one input partition of a task.
type InputProgress struct {
	Topic    string // logical name
	Position int64  // offset of the next record to handle
	End      int64  // the broker is known to hold records below this offset
	Ended    bool   // its tick was handled (clock log)
}

func (t *task) progress() TaskProgress {
	p := TaskProgress{Partition: t.partition, StreamTime: t.streamTime}
	for _, in := range t.inputs {
		p.Inputs = append(p.Inputs, InputProgress{in.topic, in.position, in.end, in.ended})
	}
	return p
}

// board shows the progress of all tasks of a process. Restored tasks are on
// it from the time they are ready.
type board struct {
	mu      sync.Mutex
	tasks   map[int32]standing
	all     int            // partitions that there are
	pending map[string]int // by worker: tasks that are assigned and not ready

	// rejoining workers are between two assignments. It matters after one has
	// given tasks up: until all have the next, they may be another worker's.
	rejoining map[string]bool
	moving    bool

	restores map[int32]RestoreProgress
	standbys map[int32]int64 // tasks that are followed, and how many records behind
}

func newBoard() *board {
	return &board{
		tasks: map[int32]standing{}, pending: map[string]int{}, rejoining: map[string]bool{},
		restores: map[int32]RestoreProgress{}, standbys: map[int32]int64{},
	}
}

// standing is where a task stood at its last commit, and its pulse.
type standing struct {
	TaskProgress
	keys  int // in the store
	bytes int64
	pulse *pulse
}

// set puts a task on the board, or brings it up to date after a commit.
func (b *board) set(t *task) {
	s := standing{TaskProgress: t.progress(), pulse: &t.pulse}
	s.keys, s.bytes = t.state.store.Size()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tasks[t.partition] = s
}

// partitioned takes note of how many partitions there are.
func (b *board) partitioned(all int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = all
}

// share returns how many tasks are on the board, of how many.
func (b *board) share() (owned, all int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.tasks), b.all
}

func (b *board) remove(partition int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.tasks, partition)
}

// report takes a worker's word on how many of its tasks are not ready; below
// zero it is no member of the group.
func (b *board) report(worker string, pending int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending[worker] = pending
	if pending < 0 {
		delete(b.rejoining, worker)
	}
}

// rejoins takes a worker's word that its assignment is over, and whether it
// has given tasks up.
func (b *board) rejoins(worker string, gave bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rejoining[worker] = true
	b.moving = b.moving || gave
}

// joined takes a worker's word that it has its next assignment.
func (b *board) joined(worker string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.rejoining, worker)
	b.moving = b.moving && len(b.rejoining) > 0
}

// standings returns what is on the board, by partition.
func (b *board) standings() []standing {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.SortedFunc(maps.Values(b.tasks), func(x, y standing) int { return int(x.Partition - y.Partition) })
}

// Progress returns the tasks of this process that are ready, by partition.
func (r *Runtime) Progress() []TaskProgress {
	var out []TaskProgress
	for _, s := range r.board.standings() {
		out = append(out, s.TaskProgress)
	}
	return out
}

// Caught waits until everything that the inputs hold now has been handled and
// committed by the group, whichever instances do it. Timers and asynchronous
// work may still follow from it. It may be called while Run runs, here or
// elsewhere.
func (r *Runtime) Caught(ctx context.Context) error {
	client, err := kgo.NewClient(r.clientOpts("caught")...)
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	defer client.Close()
	what := "looking at the progress of group " + r.cfg.group()
	var starts, ends map[string]map[int32]int64
	err = retry(ctx, r.cfg.Logger, what, func() (err error) {
		starts, ends, err = r.inputBounds(ctx, kadm.NewClient(client))
		return err
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for err == nil {
		done := false
		err = retry(ctx, r.cfg.Logger, what, func() error {
			fetched, err := kadm.NewClient(client).FetchOffsets(ctx, r.cfg.group())
			if errors.Is(err, kerr.GroupIDNotFound) { // it has not begun
				err = nil
			}
			done = err == nil && caught(fetched, starts, ends)
			return err
		})
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			err = context.Cause(ctx)
		case <-tick.C:
		}
	}
	return fmt.Errorf("waiting for group %s to handle its inputs: %w", r.cfg.group(), err)
}

func (r *Runtime) inputBounds(ctx context.Context, admin *kadm.Client) (starts, ends map[string]map[int32]int64, err error) {
	var full []string
	for _, topic := range r.cfg.inputs() {
		full = append(full, r.cfg.Prefix+topic)
	}
	if ends, err = listed(admin.ListEndOffsets(ctx, full...)); err != nil {
		return nil, nil, err
	}
	starts, err = listed(admin.ListStartOffsets(ctx, full...))
	return starts, ends, err
}

func caught(fetched kadm.OffsetResponses, starts, ends map[string]map[int32]int64) bool {
	for topic, partitions := range ends {
		for p, end := range partitions {
			at, ok := fetched.Lookup(topic, p)
			if end > starts[topic][p] && (!ok || at.At < end) {
				return false
			}
		}
	}
	return true
}
