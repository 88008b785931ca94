package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// A member that gives a task up and dies before it rejoins leaves the task to
// nobody: when it comes back within the session timeout, the group hands a
// static member its old share without another rebalance. So one worker of each
// process looks from time to time whether every task has an owner, and asks
// for a rebalance when one has none twice in a row. It asks as well when
// the state of the tasks that are to move here has arrived, and when tasks came
// back to a process that has lost their state.

// watch looks until the context ends.
func (s *session) watch(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	last := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.standbys.arrived() {
			s.askRebalance("tasks that are to move here have their state here")
			continue
		}
		if s.standbys.lacks() {
			s.askRebalance("tasks are here without their state, which others may have")
			continue
		}
		stranded, err := s.stranded(ctx)
		if err != nil {
			s.cfg.Logger.Debug("cannot look for tasks without an owner", "error", err)
			continue
		}
		if stranded > 0 && last > 0 {
			s.askRebalance("tasks have no owner")
			stranded = 0
		}
		last = stranded
	}
}

// askRebalance makes the group rebalance.
func (s *session) askRebalance(why string) {
	s.cfg.Logger.Info("asking for a rebalance", "group", s.cfg.group(), "reason", why)
	s.standbys.ask()
	s.client.ForceRebalance()
}

// stranded returns how many tasks of a stable group no member has.
func (s *session) stranded(ctx context.Context) (int, error) {
	groups, err := kadm.NewClient(s.asking).DescribeGroups(ctx, s.cfg.group())
	if err == nil {
		err = groups.Error()
	}
	if err != nil {
		return 0, fmt.Errorf("describing group %s: %w", s.cfg.group(), err)
	}
	g := groups[s.cfg.group()]
	if g.State != "Stable" {
		return 0, nil
	}
	owned := g.AssignedPartitions()[s.cfg.Prefix+s.cfg.Inputs[0]]
	return int(s.top.partitions) - len(owned), nil
}
