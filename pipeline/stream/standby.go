package stream

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// standbys keeps the state of tasks that other processes work on close to the
// end of their changelogs (rule E10). A process has one; its workers tell it
// what the group wants followed, and claim what becomes their own, which ends
// the following at once: the store is lent to one user at a time.
type standbys struct {
	cfg     *Config
	tasks   int32
	log     *changelog
	metrics *metrics
	client  *kgo.Client // of its own: its fetches wait, and others must not wait for them
	bell    bell

	mu      sync.Mutex
	asked   int64
	notes   map[string]followNote // by worker
	claims  map[int32]int         // how many tenures of this process have, or are to have, a task
	refused map[int32]bool        // tasks whose state this release cannot read
	since   time.Time             // since when a task that is to move here can be had; zero if none can
	moves   asker                 // for tasks that are to move here
	losses  asker                 // for tasks that are here without their state
	lacked  map[int32]bool        // tasks that were here when that was asked for
}

func newStandbys(cfg *Config, top *topology, log *changelog, m *metrics, client *kgo.Client) *standbys {
	return &standbys{
		cfg: cfg, tasks: top.partitions, log: log, metrics: m, client: client,
		notes: map[string]followNote{}, claims: map[int32]int{}, refused: map[int32]bool{}, lacked: map[int32]bool{},
	}
}

// told takes what a worker's newest assignment wants followed.
func (s *standbys) told(worker string, n followNote) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.moved(worker, n) {
		s.since, s.moves = time.Time{}, asker{}
	}
	s.notes[worker] = n
	clear(s.refused) // another release may lead now, or this one have been told anew
	s.bell.ring()
}

// claim ends the following of a task that becomes a worker's.
func (s *standbys) claim(task int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims[task]++
	s.bell.ring()
}

// release is called when a worker has given a task's store back.
func (s *standbys) release(task int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claims[task]--; s.claims[task] == 0 {
		delete(s.claims, task)
		delete(s.lacked, task)
	}
	s.bell.ring()
}

// wanted returns the tasks to be followed now.
func (s *standbys) wanted() map[int32]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	want := map[int32]bool{}
	for _, n := range s.notes {
		for _, tasks := range [][]int32{n.Standby, n.Moving} {
			for _, task := range tasks {
				want[task] = true
			}
		}
	}
	maps.DeleteFunc(want, func(task int32, _ bool) bool {
		return s.claims[task] > 0 || s.refused[task] || task < 0 || task >= s.tasks
	})
	return want
}

// inUse tells whether a task is worked on or followed here.
func (s *standbys) inUse(task int32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.metrics.board.behind(task)
	return known || s.claims[task] > 0
}

// describe is what a worker of this process tells the leader of the group. What
// the process holds its first worker alone says: the group keeps the notes of
// all members in one record, which must not outgrow what Kafka takes.
func (s *standbys) describe(first bool) processNote {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := processNote{Process: s.cfg.Instance, Asked: s.asked}
	if !first {
		return n
	}
	n.Held = map[int32]heldNote{}
	for task, mark := range s.cfg.State.Held() {
		if mark.TopicID != s.log.id || s.log.expired(mark) {
			continue
		}
		h := heldNote{Offset: mark.Offset}
		if behind, known := s.metrics.board.behind(task); known {
			h.Behind = &behind
		}
		n.Held[task] = h
	}
	return n
}

// run follows what is wanted until the context ends. It returns an error when
// a store fails.
func (s *standbys) run(ctx context.Context) error {
	f := &followers{standbys: s, stores: map[int32]*follower{}}
	wait := patience{logger: s.cfg.Logger, what: "following changelogs as a standby"}
	var err error
	for ctx.Err() == nil && err == nil {
		round, cancel := context.WithCancel(ctx)
		s.bell.arm(cancel)
		switch failed := f.round(round); {
		case failed == nil:
			wait.done()
		case stops(failed):
			err = failed
		case round.Err() == nil:
			wait.wait(round, failed)
		}
		s.bell.disarm()
		cancel()
	}
	return f.keep(nil, err)
}
