package store

import (
	"math"
	"slices"
)

// windowSize is how many timers a window keeps between two batches.
const windowSize = 512

// window holds the first timers of a due-time index in memory: those before
// end, all of them. So the head of the index, where deleted entries pile up, is
// never read, and an idle store reads nothing at all.
type window struct {
	timers []Timer // sorted
	end    Timer   // the first that may lie in the index beyond the window
	whole  bool    // nothing lies beyond
}

// reset forgets all. Nothing is due before first.
func (w *window) reset(first int64) {
	*w = window{timers: w.timers[:0], end: Timer{At: first}, whole: first == math.MaxInt64}
}

// first is the time before which nothing is due, MaxInt64 when nothing is.
func (w *window) first() int64 {
	switch {
	case len(w.timers) > 0:
		return w.timers[0].At
	case w.whole:
		return math.MaxInt64
	}
	return w.end.At
}

func (w *window) covers(t Timer) bool { return w.whole || t.Before(w.end) }

// change takes timers out and puts others in; no timer is among both. It keeps
// neither slice, but changes their order. It returns those that it has no room
// for, good until the next call: they lie beyond it from then on.
func (w *window) change(gone, came []Timer) (beyond []Timer) {
	outside := func(t Timer) bool { return !w.covers(t) }
	gone, came = slices.DeleteFunc(gone, outside), slices.DeleteFunc(came, outside)
	if len(gone) > 0 {
		slices.SortFunc(gone, Timer.Compare)
		w.timers = slices.DeleteFunc(w.timers, func(t Timer) bool {
			for len(gone) > 0 && gone[0].Before(t) {
				gone = gone[1:]
			}
			return len(gone) > 0 && gone[0] == t
		})
	}
	if len(came) > 0 {
		w.timers = append(w.timers, came...)
		slices.SortFunc(w.timers, Timer.Compare)
	}
	if len(w.timers) > windowSize {
		beyond = w.timers[windowSize:]
		w.end, w.whole = beyond[0], false
		w.timers = w.timers[:windowSize]
	}
	return beyond
}
