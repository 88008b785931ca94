package stream

import (
	"cmp"
	"slices"
)

// aim finds the even distribution that moves least: members keep what they
// have up to their limit, and the rest goes where it is warmest.
func (p *planner) aim() {
	limit := p.limits()
	mine := p.owned()
	room := p.room(limit, mine)
	for task := range p.target {
		p.target[task] = -1
	}
	for m := range mine {
		if len(mine[m]) > limit[m] {
			p.sortByWarmth(mine[m], room)
			mine[m] = mine[m][:limit[m]]
		}
		for _, task := range mine[m] {
			p.target[task] = m
		}
	}
	for _, x := range p.pairs() {
		if p.target[x.task] >= 0 || room[x.process] == 0 {
			continue
		}
		room[x.process]--
		m := slices.MinFunc(p.processes[x.process], func(a, b int) int {
			return cmp.Compare(len(mine[a])-limit[a], len(mine[b])-limit[b])
		})
		mine[m] = append(mine[m], x.task)
		p.target[x.task] = m
	}
}

// owned returns the tasks that each member has.
func (p *planner) owned() [][]int32 {
	mine := make([][]int32, len(p.members))
	for task, m := range p.owner {
		if m >= 0 {
			mine[m] = append(mine[m], int32(task))
		}
	}
	return mine
}

// limits returns how many tasks each member should have. What does not come
// out even goes round the processes, one each, first to those who have most.
func (p *planner) limits() []int {
	quota, extra := int(p.tasks)/len(p.members), int(p.tasks)%len(p.members)
	limit := make([]int, len(p.members))
	for m := range limit {
		limit[m] = quota
	}
	mine := p.owned()
	surplus := func(name string) (n int) {
		for _, m := range p.processes[name] {
			n += len(mine[m]) - quota
		}
		return n
	}
	names := slices.Clone(p.names)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(surplus(b), surplus(a)) })
	for round := 0; extra > 0; round++ {
		for _, name := range names {
			members := slices.Clone(p.processes[name])
			slices.SortStableFunc(members, func(a, b int) int { return cmp.Compare(len(mine[b]), len(mine[a])) })
			if round < len(members) && extra > 0 {
				limit[members[round]]++
				extra--
			}
		}
	}
	return limit
}

// room returns how many tasks each process can take.
func (p *planner) room(limit []int, mine [][]int32) map[string]int {
	room := map[string]int{}
	for m, c := range p.members {
		room[c.process] += max(0, limit[m]-len(mine[m]))
	}
	return room
}

// sortByWarmth puts the tasks first that are coldest elsewhere: those stay.
func (p *planner) sortByWarmth(tasks []int32, room map[string]int) {
	elsewhere := func(task int32) int64 {
		least := p.end[task]
		for _, name := range p.names {
			if room[name] > 0 {
				least = min(least, p.cost(name, task))
			}
		}
		return least
	}
	slices.SortStableFunc(tasks, func(a, b int32) int { return cmp.Compare(elsewhere(b), elsewhere(a)) })
}

// pair is a task at a process.
type pair struct {
	task    int32
	process string
}

// pairs returns all tasks with all processes, warmest first.
func (p *planner) pairs() []pair {
	var out []pair
	for task := range p.tasks {
		for _, name := range p.names {
			out = append(out, pair{task, name})
		}
	}
	slices.SortStableFunc(out, func(a, b pair) int {
		return cmp.Compare(p.cost(a.process, a.task), p.cost(b.process, b.task))
	})
	return out
}
