package reshard

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"waybill/pipeline/stream/layout"
)

// empty waits until the group has no members. Instances that were stopped stay
// members until their session times out.
func empty(ctx context.Context, cfg *Config, admin *kadm.Client) error {
	patient, cancel := context.WithTimeout(ctx, cfg.Patience)
	defer cancel()
	for {
		groups, err := admin.DescribeGroups(ctx, cfg.group())
		if err == nil {
			err = groups[cfg.group()].Err
		}
		if errors.Is(err, kerr.GroupIDNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("asking for the members of group %s: %w", cfg.group(), err)
		}
		names := others(groups[cfg.group()].Members, cfg.self())
		if len(names) == 0 {
			return nil
		}
		if cfg.DryRun || !pause(patient) {
			return fmt.Errorf("looking at group %s: it has members (%s). Stop all instances of the job first; one that was stopped counts until its session times out", cfg.group(), strings.Join(names, ", "))
		}
	}
}

// others names members, but for a former run of ours that was killed.
func others(members []kadm.DescribedGroupMember, self string) (names []string) {
	for _, m := range members {
		switch {
		case m.InstanceID == nil:
			names = append(names, m.MemberID)
		case *m.InstanceID != self:
			names = append(names, *m.InstanceID)
		}
	}
	return names
}

// check refuses what must not be moved.
func (s *survey) check() error {
	for _, name := range s.cfg.names() {
		n := s.counts[name]
		if n < s.from {
			return s.topics(n).Counted(s.from)
		}
		if n > s.cfg.Partitions {
			return fmt.Errorf("moving to %d partitions: %s%s has %d, and Kafka cannot take partitions away. To have fewer, make topics under another prefix and play the inputs there anew", s.cfg.Partitions, s.cfg.Prefix, name, n)
		}
	}
	for p := range s.from {
		for name, c := range s.tasks[p] {
			if c.Note.Ended {
				return fmt.Errorf("moving to %d partitions: a replay has ended on %s%s/%d. Play it anew on topics with %d partitions instead", s.cfg.Partitions, s.cfg.Prefix, name, p, s.cfg.Partitions)
			}
		}
		if err := s.task(p).Check(); err != nil {
			return fmt.Errorf("looking at what group %s has committed: %w", s.cfg.group(), err)
		}
		if !begun(s.tasks[p]) && s.end[s.cfg.Changelog][p] > s.start[s.cfg.Changelog][p] {
			return fmt.Errorf("looking at what group %s has committed: %s%s/%d holds records, but there is no offset for that partition of any input. Start an instance of the job: it says what must be decided", s.cfg.group(), s.cfg.Prefix, s.cfg.Changelog, p)
		}
	}
	// Where topics were grown already nothing can be drained any more: the
	// runtime does not start on them.
	if where, offsets := s.waiting(); s.untouched() && offsets > 0 && s.from < s.cfg.Partitions {
		return fmt.Errorf("moving to %d partitions: group %s has not handled %s. Stop the producers, let the instances of the job work until nothing waits (waybill_stream_lag_records is 0), stop them, and try again", s.cfg.Partitions, s.cfg.group(), strings.Join(where, ", "))
	}
	return nil
}

// begun tells whether the group has committed anything for a task.
func begun(task map[string]layout.Committed) bool {
	for _, c := range task {
		if c.Offset >= 0 {
			return true
		}
	}
	return false
}

// task is one partition of the old layout, as the runtime would check it.
func (s *survey) task(p int32) layout.Task {
	t := layout.Task{
		Topics: s.topics(s.from), Group: s.cfg.group(), Partition: p, Committed: s.tasks[p],
		Start: map[string]int64{}, End: map[string]int64{},
	}
	for _, name := range s.cfg.Inputs {
		t.Start[name], t.End[name] = s.start[name][p], s.end[name][p]
	}
	return t
}
