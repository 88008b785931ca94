package stream

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// RestoreProgress says how far the restore of a task is.
type RestoreProgress struct {
	Partition int32
	Began     time.Time // zero while it waits for its turn, or for the broker
	Records   int64     // read
	Bytes     int64     // of their keys and values
	Remaining int64     // offsets up to the end, -1 when it is not known yet
}

// String says it in words.
func (p RestoreProgress) String() string {
	if p.Remaining < 0 {
		return fmt.Sprintf("partition %d waits to be restored", p.Partition)
	}
	return fmt.Sprintf("partition %d is being restored, %d records are read and at most %d remain", p.Partition, p.Records, p.Remaining)
}

// restoring shows how far a restore is.
func (b *board) restoring(p RestoreProgress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.restores[p.Partition] = p
}

// restored takes it away.
func (b *board) restored(partition int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.restores, partition)
}

// follows shows how many records a task that is followed is behind; below zero
// it is followed no more.
func (b *board) follows(task int32, behind int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if behind < 0 {
		delete(b.standbys, task)
	} else {
		b.standbys[task] = behind
	}
}

// followed returns the tasks that are followed, and how many records behind.
func (b *board) followed() map[int32]int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.standbys)
}

// behind returns how many records behind the end of its changelog the state of
// a task is here, if that is known: it is while the task is worked on or
// followed.
func (b *board) behind(task int32) (behind int64, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ready := b.tasks[task]; ready {
		return 0, true
	}
	behind, known = b.standbys[task]
	return behind, known
}

// Restoring returns the tasks of this process that are not restored yet, by
// partition.
func (r *Runtime) Restoring() []RestoreProgress { return r.board.restoresNow() }

func (b *board) restoresNow() []RestoreProgress {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.SortedFunc(maps.Values(b.restores), func(a, b RestoreProgress) int { return int(a.Partition - b.Partition) })
}

// Ready tells whether every worker of this process is a member of the group
// and every task that it was given is restored.
func (r *Runtime) Ready() bool { return r.Waiting() == "" }

// toldRestores is how many restores Waiting speaks of.
const toldRestores = 3

// Waiting says in words what Ready waits for, nothing when it is true.
func (r *Runtime) Waiting() string {
	restoring := r.Restoring()
	r.board.mu.Lock()
	defer r.board.mu.Unlock()
	joined, pending := 0, 0
	for _, n := range r.board.pending {
		if n >= 0 {
			joined++
			pending += n
		}
	}
	var waits []string
	if joined < r.cfg.Workers {
		waits = append(waits, fmt.Sprintf("%d of %d workers have joined group %s", joined, r.cfg.Workers, r.cfg.group()))
	}
	if pending > 0 {
		waits = append(waits, fmt.Sprintf("%d tasks are not ready", pending))
	}
	if b := r.board; b.moving && len(b.rejoining) > 0 {
		waits = append(waits, "tasks are moving between members of the group")
	}
	if len(waits) == 0 {
		return ""
	}
	for i, p := range restoring {
		if i == toldRestores {
			waits = append(waits, fmt.Sprintf("and %d more", len(restoring)-i))
			break
		}
		waits = append(waits, p.String())
	}
	return strings.Join(waits, "; ")
}
