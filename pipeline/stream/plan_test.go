package stream

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const near = 10

// drawn is any situation, sensible or not.
func drawn(t *rapid.T) situation {
	s := situation{
		tasks:    rapid.Int32Range(0, 25).Draw(t, "tasks"),
		replicas: rapid.IntRange(0, 3).Draw(t, "replicas"),
		near:     near, held: map[string]map[int32]holds{},
	}
	processes := rapid.IntRange(1, 5).Draw(t, "processes")
	task := rapid.Int32Range(0, s.tasks+2)
	for range rapid.IntRange(1, 9).Draw(t, "members") {
		c := claim{
			process:    fmt.Sprint("p", rapid.IntRange(0, processes-1).Draw(t, "process")),
			generation: rapid.Int32Range(0, 2).Draw(t, "generation"), tasks: map[int32]bool{},
		}
		for _, p := range rapid.SliceOfN(task, 0, 8).Draw(t, "owned") {
			c.tasks[p] = true
		}
		s.members = append(s.members, c)
		s.held[c.process] = rapid.MapOfN(task, rapid.Custom(func(t *rapid.T) holds {
			return holds{rapid.Int64Range(0, 5*near).Draw(t, "offset"), rapid.Int64Range(-1, 2*near).Draw(t, "behind")}
		}), 0, 12).Draw(t, "held")
	}
	return s
}

func (s *situation) process(member int) string { return s.members[member].process }

func (s *situation) processes() []string {
	names := map[string]bool{}
	for _, c := range s.members {
		names[c.process] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// Whatever the members say: each task has one owner, none goes to a process
// that lacks its state while one that has it is there, standbys are elsewhere
// than the owner, and the same situation gives the same plan.
func TestDealHoldsAlways(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		out := deal(s)
		require.Equal(t, out, deal(s))
		require.Len(t, out.owner, int(s.tasks))
		p := &planner{situation: s, end: make([]int64, s.tasks)}
		for _, held := range s.held {
			for task, h := range held {
				if task < s.tasks {
					p.end[task] = max(p.end[task], h.offset)
				}
			}
		}
		for task, owner := range out.owner {
			follow := 0
			for _, name := range s.processes() {
				if p.warm(name, int32(task)) {
					require.True(t, p.warm(s.process(owner), int32(task)), "task %d goes to %s, which is cold, and %s is warm", task, s.process(owner), name)
				}
				if slices.Contains(out.standby[name], int32(task)) {
					follow++
					require.NotEqual(t, s.process(owner), name, "a standby beside the owner")
				}
				if slices.Contains(out.moving[name], int32(task)) {
					follow++
				}
			}
			want := min(s.replicas, len(s.processes())-1)
			if follow < want || follow > want+1 {
				require.Fail(t, "standbys", "%d of %d follow task %d", follow, want, task)
			}
		}
	})
}

// group plays the rebalances of a group: what moves is first taken away and
// only then given, and state that is followed arrives in between.
type group struct {
	situation
	moves map[int32]int // from one member to another, by task
}

// settle rebalances until nothing is on its way any more, and returns the last
// plan.
func (g *group) settle(t *rapid.T) plan {
	for range 4*len(g.members) + 8 {
		out := deal(g.situation)
		if quiet := g.apply(t, out); quiet && len(out.moving) == 0 {
			return out
		}
	}
	require.Fail(t, "the group does not come to rest")
	return plan{}
}

func (g *group) apply(t *rapid.T, out plan) (quiet bool) {
	quiet = true
	for task, to := range out.owner {
		from := slices.IndexFunc(g.members, func(c claim) bool { return c.tasks[int32(task)] })
		if from == to {
			continue
		}
		quiet = false
		if from >= 0 {
			require.True(t, g.process(from) == g.process(to) || g.warm(g.process(to), task) || !g.warm(g.process(from), task), "task %d leaves a warm process for a cold one", task)
			delete(g.members[from].tasks, int32(task))
			g.moves[int32(task)]++
			continue
		}
		g.members[to].tasks[int32(task)] = true
	}
	for _, follow := range []map[string][]int32{out.moving, out.standby} {
		for process, tasks := range follow {
			for _, task := range tasks {
				g.hold(process, task)
			}
		}
	}
	for _, c := range g.members {
		for task := range c.tasks {
			g.hold(c.process, task)
		}
	}
	return quiet
}

const logEnd = 100 * near

func (g *group) hold(process string, task int32) {
	if g.held[process] == nil {
		g.held[process] = map[int32]holds{}
	}
	g.held[process][task] = holds{logEnd, 0}
}

func (g *group) warm(process string, task int) bool {
	h, ok := g.held[process][int32(task)]
	return ok && h.offset >= logEnd-near
}

func (g *group) join(process string) {
	g.members = append(g.members, claim{process: process, tasks: map[int32]bool{}})
}

// leave kills a process; what it holds stays on its disk.
func (g *group) leave(process string) {
	g.members = slices.DeleteFunc(g.members, func(c claim) bool { return c.process == process })
}

// requireEven checks that members have the same number of tasks within one,
// and so have processes: all have equally many members here.
func (g *group) requireEven(t *rapid.T, workers int) {
	perProcess := map[string]int{}
	for _, c := range g.members {
		perProcess[c.process] += len(c.tasks)
		require.InDelta(t, float64(g.tasks)/float64(len(g.members)), len(c.tasks), 0.99)
	}
	processes := len(g.members) / workers
	for _, n := range perProcess {
		require.InDelta(t, float64(g.tasks)/float64(processes), n, 0.99)
	}
}

// Processes come, die and come back: the group comes to rest after finitely
// many rebalances, even, with its standbys elsewhere, and not more moves than
// that needs.
func TestDealComesToRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		workers := rapid.IntRange(1, 3).Draw(t, "workers")
		g := &group{situation: situation{
			tasks: rapid.Int32Range(1, 24).Draw(t, "tasks"), replicas: rapid.IntRange(0, 2).Draw(t, "replicas"),
			near: near, held: map[string]map[int32]holds{},
		}}
		for range rapid.IntRange(1, 6).Draw(t, "events") {
			name := fmt.Sprint("p", rapid.IntRange(0, 3).Draw(t, "process"))
			if there := slices.Contains(g.processes(), name); !there {
				for range workers {
					g.join(name)
				}
			} else if len(g.processes()) > 1 {
				g.leave(name)
			}
			g.moves = map[int32]int{}
			out := g.settle(t)
			g.requireEven(t, workers)
			for task, n := range g.moves {
				require.Equal(t, 1, n, "task %d moves more than once", task)
			}
			g.moves = map[int32]int{}
			g.settle(t)
			require.Empty(t, g.moves, "a group at rest stays so")
			g.requireStandbys(t, out)
		}
	})
}

func (g *group) requireStandbys(t *rapid.T, out plan) {
	following := 0
	for _, tasks := range out.standby {
		following += len(tasks)
	}
	require.Equal(t, int(g.tasks)*min(g.replicas, len(g.processes())-1), following)
}

// A process that dies is replaced by the one that follows its tasks, beyond
// its share if need be; the cold one that is to have some follows them first.
func TestDealAfterDeath(t *testing.T) {
	far := holds{1000, -1}
	s := situation{tasks: 4, near: near, members: []claim{{process: "cold"}, {process: "standby"}}, held: map[string]map[int32]holds{
		"standby": {0: far, 1: far, 2: far, 3: far},
	}}
	out := deal(s)
	require.Equal(t, []int{1, 1, 1, 1}, out.owner)
	require.Len(t, out.moving["cold"], 2)
	s.held["standby"] = map[int32]holds{0: {near, -1}, 1: {near, -1}, 2: {near, -1}, 3: {near, -1}}
	out = deal(s)
	require.Empty(t, out.moving, "what is small moves at once")
	require.ElementsMatch(t, []int{0, 0, 1, 1}, out.owner)
}

// An owner that has lost its disk loses the task to who has the state.
func TestDealAfterLossOfState(t *testing.T) {
	out := deal(situation{
		tasks: 1, near: near, members: []claim{{process: "lost", tasks: map[int32]bool{0: true}}, {process: "standby"}},
		held: map[string]map[int32]holds{"standby": {0: {1000, 0}}},
	})
	require.Equal(t, []int{1}, out.owner)
}

// While the process that is to have a task follows it, the task stays where it
// is, and does not go round by others that have its state.
func TestDealWaitsForState(t *testing.T) {
	all := map[int32]holds{}
	for task := range int32(6) {
		all[task] = holds{1000, -1}
	}
	out := deal(situation{
		tasks: 6, near: near, held: map[string]map[int32]holds{"busy": all, "owner": all},
		members: []claim{
			{process: "busy", tasks: map[int32]bool{4: true, 5: true}}, {process: "late"},
			{process: "owner", tasks: map[int32]bool{0: true, 1: true, 2: true, 3: true}},
		},
	})
	require.Equal(t, []int{2, 2, 2, 2, 0, 0}, out.owner)
	require.Equal(t, map[string][]int32{"late": {2, 3}}, out.moving)
}
