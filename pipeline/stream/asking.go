package stream

import (
	"slices"
	"time"
)

// longestAsk is how long at most to wait before a rebalance is asked for again.
const longestAsk = 5 * time.Minute

// asker spaces out the rebalances that are asked for one reason: the leader may
// have other settings and see no such reason.
type asker struct {
	again time.Time     // not before
	wait  time.Duration // how long that was put off
}

// may tells whether to ask now, and puts the next time off: by first, then
// longer and longer until there was nothing to ask for longestAsk.
func (a *asker) may(now time.Time, first time.Duration) bool {
	if now.Before(a.again) {
		return false
	}
	if now.Sub(a.again) > longestAsk {
		a.wait = 0
	}
	a.wait = min(max(2*a.wait, first), longestAsk)
	a.again = now.Add(a.wait)
	return true
}

// arrived tells whether tasks that are to move here can be had without a gap, so
// that it is time for a rebalance: when all can, or when some could have been
// had for SessionTimeout. The rest is followed on.
func (s *standbys) arrived() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	here, all := 0, true
	for _, n := range s.notes {
		for _, task := range n.Moving {
			if s.claims[task] > 0 || s.refused[task] {
				continue
			}
			if behind, known := s.metrics.board.behind(task); known && behind <= s.cfg.AcceptableLag/2 {
				here++
			} else {
				all = false
			}
		}
	}
	now := s.cfg.now()
	switch {
	case here == 0:
		s.since = time.Time{}
		return false
	case s.since.IsZero():
		s.since = now
	}
	return (all || now.Sub(s.since) >= s.cfg.SessionTimeout) && s.moves.may(now, s.cfg.SessionTimeout)
}

// moved tells whether a worker's newest note has other tasks move here than its
// last: the leader has done something, so there is no need to be patient.
func (s *standbys) moved(worker string, n followNote) bool {
	return len(n.Moving) > 0 && !slices.Equal(s.notes[worker].Moving, n.Moving)
}

// lacks tells whether a task was given back to this process that has lost its
// state, while another may have it. All tasks that are here then are one event:
// they are restored a few at a time. The group gives a member that is started
// again its old tasks without asking anybody.
func (s *standbys) lacks() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cfg.StandbyReplicas == 0 {
		return false
	}
	long := func(p RestoreProgress) bool { return !s.lacked[p.Partition] && p.Remaining > s.cfg.AcceptableLag }
	if !slices.ContainsFunc(s.metrics.board.restoresNow(), long) || !s.losses.may(s.cfg.now(), s.cfg.SessionTimeout) {
		return false
	}
	for task := range s.claims {
		s.lacked[task] = true
	}
	return true
}

// ask makes the next metadata of this process's members differ from the last:
// the group does not rebalance for a member that has nothing new to say.
func (s *standbys) ask() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
}
