package tracking

import (
	"fmt"

	"waybill/schemas"
	"waybill/schemas/status"
)

// flood counts the new identities of a day, so that a source gone wild does not
// fill the state.
type flood struct {
	day   int64 // of stream time, days since 1970
	count int   // new identities on it
}

// floodWatch is how many events a shipment has before they are counted by day,
// so that a usual parcel's state holds no count.
const floodWatch = 100

// flooded counts a new event, and drops it if too many came on this day. What
// ends the parcel's life or tells of an exception is never dropped.
func (t *turn) flooded(s *shipment, p *pending) bool {
	if s.events+len(s.held) < min(floodWatch, t.history, t.mostADay) {
		return false
	}
	if today := dayNumber(t.now); s.flood.day != today {
		s.flood = flood{day: today, count: s.cameOn(today)}
	}
	s.flood.count++
	t.out.changed = true
	code := t.codeOf(p.code)
	if s.flood.count <= t.mostADay || code.Terminal || code.Status.Terminal || code.Status.Name == status.Exception {
		return false
	}
	t.decide(s, p, because{schemas.DecisionFlooded, "bounds", fmt.Sprintf("More than %d new events came for this parcel on one day.", t.mostADay), 0})
	return true
}

// cameOn counts what came on a day and is still there.
func (s *shipment) cameOn(day int64) int {
	count := 0
	for i := range s.history {
		if dayNumber(s.history[i].key.arrived) == day {
			count++
		}
	}
	for _, p := range s.held {
		if dayNumber(p.key.arrived) == day {
			count++
		}
	}
	return count
}

func dayNumber(ms int64) int64 { return ms / day.Milliseconds() }

func layoutFlood(c *coder, f *flood) {
	c.int(&f.day)
	c.small(&f.count)
}
