package lanes

import "maps"

// Stats are figures for metrics.
type Stats struct {
	// InFlight and Waiting are the calls that are here now.
	InFlight, Waiting int
	// Bytes is the memory that they hold.
	Bytes int
	// Closed, Open and HalfOpen are the lanes by the state of their breakers.
	Closed, Open, HalfOpen int
	// TurnedAway counts the calls that found no room, since the start, by cause.
	// Every cause is there.
	TurnedAway map[Cause]uint64
	// Asked counts the times that turned-away webhooks were asked for.
	Asked uint64
}

type counts struct {
	turnedAway map[Cause]uint64
	asked      uint64
}

func newCounts() counts {
	c := counts{turnedAway: map[Cause]uint64{}}
	for _, cause := range causes() {
		c.turnedAway[cause] = 0
	}
	return c
}

// Stats gives the figures of now.
func (l *Lanes) Stats() Stats {
	l.mu.Lock()
	defer l.unlock()
	s := Stats{
		InFlight: l.process.used, Waiting: l.process.waiting, Bytes: l.process.bytes,
		TurnedAway: maps.Clone(l.counts.turnedAway), Asked: l.counts.asked,
	}
	l.known.each(func(n *lane) {
		switch {
		case !n.breaker.open:
			s.Closed++
		case n.breaker.trying:
			s.HalfOpen++
		default:
			s.Open++
		}
	})
	return s
}
