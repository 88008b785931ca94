package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"waybill/bench/rig"
)

// The two processes of the part takeover.
const (
	ownerName = "owner"
	heirName  = "heir"
)

// takeover is one turn.
type takeover struct {
	moved time.Duration // from the kill until the heir has all tasks
	first time.Duration // from the move to the first new count of a task that moved
	all   time.Duration // from the move until each of them has one
	read  int           // records of the changelog that the heir read to restore them
}

// String implements fmt.Stringer.
func (t takeover) String() string {
	round := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	return fmt.Sprintf("moved after %s, first new count %s later, of all tasks %s, %d records read", round(t.moved), round(t.first), round(t.all), t.read)
}

// takeOver is one turn: two processes share the tasks, and one is killed in the
// middle of the work. All counts must come, each once.
func (sc scene) takeOver(ctx context.Context, o RuntimeOrder) (t takeover, err error) {
	s, err := sc.emptyStage(ctx)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	o.Brokers = s.Addrs()
	if _, err := o.State.publish(ctx, s); err != nil {
		return t, err
	}
	owner, dismiss, err := hire(ctx, o, ownerName)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, dismiss()) }()
	heir, release, err := hire(ctx, o, heirName)
	if err != nil {
		return t, errors.Join(err, owner.Kill())
	}
	defer func() { err = errors.Join(err, heir.Close(), release()) }()
	c := &crew{sc, kadm.NewClient(s.Client)}
	going, err := c.shares(heir.Alive())
	if err != nil {
		return t, errors.Join(err, owner.Kill())
	}
	r, err := sc.newReader(ctx, o.Brokers)
	if err != nil {
		return t, errors.Join(err, owner.Kill())
	}
	defer r.close()
	if err = sc.fill(ctx, s, 1); err == nil {
		err = s.Open(ctx)
	}
	if err == nil {
		err = r.have(owner.Alive(), sc.records/2)
	}
	killed := time.Now()
	if err = errors.Join(err, owner.Kill()); err != nil {
		return t, err
	}
	return c.follow(r, heir, going, killed)
}

// hire starts a process with a folder of its own, which clean removes.
func hire(ctx context.Context, o RuntimeOrder, name string) (p *rig.Process, clean func() error, err error) {
	if o.Dir, err = os.MkdirTemp("", "waybill-bench-takeover-"); err != nil {
		return nil, nil, fmt.Errorf("making a folder for the state: %w", err)
	}
	o.Instance = name
	clean = func() error { return os.RemoveAll(o.Dir) }
	if p, err = rig.Start(ctx, RuntimeKind, "", o); err != nil {
		return nil, nil, errors.Join(err, clean())
	}
	return p, clean, nil
}

// crew is the group, as its coordinator knows it.
type crew struct {
	scene
	admin *kadm.Client
}

// follow measures what comes after the kill, until all work is done.
func (c *crew) follow(r *reader, heir *rig.Process, going []int32, killed time.Time) (t takeover, err error) {
	if err := heir.Begin(); err != nil {
		return t, err
	}
	moved, err := c.moved(heir.Alive())
	if err != nil {
		return t, err
	}
	if err := r.have(heir.Alive(), c.records); err != nil {
		return t, err
	}
	var before, after restored
	if err := heir.Said(&struct{ Ready *restored }{&before}); err != nil {
		return t, err
	}
	if _, err := heir.End(); err != nil {
		return t, err
	}
	if err := heir.Said(&after); err != nil {
		return t, err
	}
	t.moved, t.read = moved.Sub(killed), after.Records-before.Records
	firsts := r.firstIn(moved)
	for _, task := range going {
		at, came := firsts[task]
		if !came {
			return t, fmt.Errorf("killing a process in the middle of its work: it had done all of task %d", task)
		}
		took := at.Sub(moved)
		if t.all = max(t.all, took); t.first == 0 || took < t.first {
			t.first = took
		}
	}
	return t, nil
}

// shares waits until both processes have their shares of the tasks, and returns
// those of the owner.
func (c *crew) shares(ctx context.Context) (owners []int32, err error) {
	err = c.until(ctx, "both processes have their shares", func(tasks map[string][]int32) bool {
		owners = tasks[ownerName]
		rest := len(tasks[heirName])
		return len(owners)+rest == c.partitions && max(len(owners)-rest, rest-len(owners)) <= 1
	})
	return owners, err
}

// moved waits until the heir has all tasks.
func (c *crew) moved(ctx context.Context) (at time.Time, err error) {
	err = c.until(ctx, "the tasks have moved", func(tasks map[string][]int32) bool {
		at = time.Now()
		return len(tasks[heirName]) == c.partitions
	})
	return at, err
}

// until looks at the tasks of each process until they are as they should be,
// while none are about to move.
func (c *crew) until(ctx context.Context, what string, good func(tasks map[string][]int32) bool) error {
	group := c.prefix + app
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		groups, err := c.admin.DescribeGroups(ctx, group)
		if err == nil {
			err = groups.Error()
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("asking for the members of group %s: %w", group, err)
		}
		if g := groups[group]; g.State == "Stable" && good(c.tasks(g)) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w", what, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// tasks are those of each process, by its name.
func (c *crew) tasks(g kadm.DescribedGroup) map[string][]int32 {
	tasks := map[string][]int32{}
	for _, m := range g.Members {
		assigned, known := m.Assigned.AsConsumer()
		if !known || m.InstanceID == nil {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(*m.InstanceID, c.prefix+app+"-"), "-")
		for _, t := range assigned.Topics {
			if t.Topic == c.prefix+inputTopic {
				tasks[name] = append(tasks[name], t.Partitions...)
			}
		}
	}
	return tasks
}
