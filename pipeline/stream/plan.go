package stream

import (
	"cmp"
	"maps"
	"slices"
)

// situation is what the leader of the group knows when it deals the tasks out.
type situation struct {
	tasks    int32
	members  []claim                    // in the order of their names
	held     map[string]map[int32]holds // by process and task
	replicas int                        // standbys of each task
	near     int64                      // how many records behind counts as warm
}

// claim is what a member says it owns, and as of which generation of the
// group: of two members that claim the same task, the later one is right.
type claim struct {
	process    string
	generation int32
	tasks      map[int32]bool
}

// holds is what a process has of a task's state.
type holds struct {
	offset int64 // of the changelog, up to which it has all
	behind int64 // records behind the changelog's end, -1 when it does not follow it
}

// plan is who works on each task, and which processes follow it.
type plan struct {
	owner []int // by task: index of a member
	// standby tasks of a process are to be followed for the case that their
	// owner dies, moving ones until they can be handed over without a gap.
	standby map[string][]int32
	moving  map[string][]int32
}

// planner makes a plan in steps: what is even, what of that can be done now,
// and who follows. Everything is in order, so all leaders make the same plan.
type planner struct {
	situation
	processes map[string][]int // their members
	names     []string         // of processes, in order
	end       []int64          // by task: the newest offset that any process has
	owner     []int            // by task: who has it, -1 for nobody
	target    []int            // by task: who should
}

// deal plans who gets which task: each has exactly one owner and, once all
// state is where it should be, members have the same number of tasks within
// one, and so have processes with equally many members. As few as that allows
// move. A task never goes to a process that lacks its state while one that has
// it is there: the process that is to have it follows it first.
func deal(s situation) plan {
	if len(s.members) == 0 {
		return plan{}
	}
	p := &planner{situation: s, processes: map[string][]int{}, end: make([]int64, s.tasks), owner: make([]int, s.tasks), target: make([]int, s.tasks)}
	for m, c := range s.members {
		p.processes[c.process] = append(p.processes[c.process], m)
	}
	p.names = slices.Sorted(maps.Keys(p.processes))
	for _, name := range p.names {
		for task, h := range s.held[name] {
			if task < s.tasks {
				p.end[task] = max(p.end[task], h.offset)
			}
		}
	}
	p.findOwners()
	p.aim()
	out := p.now()
	p.addStandbys(&out)
	return out
}

// lag returns how many records a process would have to read before it could
// work on a task.
func (p *planner) lag(process string, task int32) int64 {
	h, ok := p.held[process][task]
	switch {
	case !ok:
		return p.end[task]
	case h.behind >= 0:
		return h.behind
	}
	return p.end[task] - h.offset
}

func (p *planner) warm(process string, task int32) bool { return p.lag(process, task) <= p.near }

// cost is lag, where all that is warm is alike: a few records are no reason to
// prefer one process to another. Within a process tasks move for less.
func (p *planner) cost(process string, task int32) int64 {
	switch m := p.owner[task]; {
	case m >= 0 && p.members[m].process == process:
		return -1
	case p.warm(process, task):
		return 0
	}
	return p.lag(process, task)
}

// findOwners settles who has a task. An owner that has lost its state, while
// another process has it, does not count.
func (p *planner) findOwners() {
	for task := range p.tasks {
		p.owner[task] = -1
		for m, c := range p.members {
			if at := p.owner[task]; c.tasks[task] && (at < 0 || c.generation > p.members[at].generation) {
				p.owner[task] = m
			}
		}
		if m := p.owner[task]; m >= 0 && !p.warm(p.members[m].process, task) && p.warmest(task) != "" {
			p.owner[task] = -1
		}
	}
}

// warmest returns the process that is least behind, of those that are warm.
func (p *planner) warmest(task int32) (best string) {
	for _, name := range p.names {
		if p.warm(name, task) && (best == "" || p.lag(name, task) < p.lag(best, task)) {
			best = name
		}
	}
	return best
}

// now returns what can be done of the aim at once: a task moves only to where
// its state is, and what has no owner goes to where that is warm, even beyond
// its share.
func (p *planner) now() plan {
	out := plan{owner: slices.Clone(p.target), standby: map[string][]int32{}, moving: map[string][]int32{}}
	load := map[int]int{}
	for task, to := range p.target {
		process, has := p.members[to].process, p.owner[task]
		warmest := p.warmest(int32(task))
		switch {
		case has >= 0 && p.members[has].process == process, p.warm(process, int32(task)):
		case has >= 0:
			out.owner[task] = has
		case warmest != "":
			out.owner[task] = slices.MinFunc(p.processes[warmest], func(a, b int) int { return cmp.Compare(load[a], load[b]) })
		}
		load[out.owner[task]]++
		// It is followed as well while its owner has yet to let go of it.
		if p.members[out.owner[task]].process != process || has >= 0 && p.members[has].process != process {
			out.moving[process] = append(out.moving[process], int32(task))
		}
	}
	return out
}

// addStandbys spreads those who follow tasks: never the owner's process, warm
// ones first, evenly where that allows it. Who follows a task because it will
// have it counts.
func (p *planner) addStandbys(out *plan) {
	following := func(process string, task int32) bool {
		return slices.Contains(out.standby[process], task) || slices.Contains(out.moving[process], task)
	}
	missing := make([]int, p.tasks)
	for task := range p.tasks {
		missing[task] = p.replicas
		for _, name := range p.names {
			if following(name, task) {
				missing[task]--
			}
		}
	}
	share := (p.replicas*int(p.tasks) + len(p.names) - 1) / len(p.names)
	pairs := p.pairs()
	for _, limit := range []int{share, int(p.tasks)} {
		for _, x := range pairs {
			full := len(out.standby[x.process])+len(out.moving[x.process]) >= limit
			if missing[x.task] > 0 && !full && !following(x.process, x.task) && p.members[out.owner[x.task]].process != x.process {
				missing[x.task]--
				out.standby[x.process] = append(out.standby[x.process], x.task)
			}
		}
	}
	for _, tasks := range out.standby {
		slices.Sort(tasks)
	}
}
