package lanes

import "time"

// keepIdle is how long a lane that nobody uses is kept at least, and at most for
// twice that.
const keepIdle = 5 * time.Minute

// generations hold the lanes by endpoint: those used since the last turn, and
// those used in the time before it. What is in neither is forgotten, so memory
// is bounded by the endpoints of some minutes.
type generations struct {
	now, before map[string]*lane
	turnAt      time.Time
}

// lane finds or makes a lane.
func (g *generations) lane(id string, now time.Time) *lane {
	if !now.Before(g.turnAt) {
		g.turn(now)
	}
	n := g.now[id]
	if n != nil {
		return n
	}
	if n = g.before[id]; n != nil {
		delete(g.before, id)
	} else {
		n = newLane(id)
	}
	g.now[id] = n
	return n
}

// turn begins a new time.
func (g *generations) turn(now time.Time) {
	kept := map[string]*lane{}
	for id, n := range g.before {
		if !n.idle(now) {
			kept[id] = n
		}
	}
	g.before, g.now, g.turnAt = g.now, kept, now.Add(keepIdle)
}

// each calls f for every lane.
func (g *generations) each(f func(*lane)) {
	for _, lanes := range []map[string]*lane{g.now, g.before} {
		for _, n := range lanes {
			f(n)
		}
	}
}
