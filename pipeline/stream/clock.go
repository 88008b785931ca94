package stream

import (
	"fmt"
	"time"
)

// Clock says what a job's time follows (rule E8).
type Clock int

const (
	// Live follows the records and, when there are none, the wall clock.
	Live Clock = iota
	// Log follows the records alone, so a replay gives the same output at
	// any speed. It ends with a tick record on every partition.
	Log
)

// String returns the clock's name as settings have it.
func (c Clock) String() string {
	switch c {
	case Live:
		return "live"
	case Log:
		return "log"
	}
	return fmt.Sprintf("clock(%d)", int(c))
}

// arrival returns when a record came onto the log. A producer's clock that
// runs ahead must not move stream time into the future; where the broker
// stamps the records, as topics for a live clock are set up, there is nothing
// to correct.
func (c Clock) arrival(timestamp, wall time.Time) time.Time {
	if c == Live && timestamp.After(wall) {
		return calendar(wall)
	}
	return timestamp
}

// calendar is the wall clock's time without the reading of the machine's steady
// clock that comes with it. Stream time is kept for longer than a process lives
// and is compared by what calendars show: a wall clock that was set back must
// be seen to be behind it.
func calendar(wall time.Time) time.Time { return wall.Round(0) }

// horizon returns how far stream time may go before the next record is
// handled: to the arrival of the record at the head, if there is one, else
// with the wall clock when the clock is live and the task is idle. It never
// runs back, and never beyond the wall clock.
func (c Clock) horizon(now time.Time, head *queued, idle bool, wall time.Time, margin time.Duration) time.Time {
	target := now
	switch {
	case head != nil:
		target = head.arrival
	case idle && c == Live:
		target = wall.Add(-margin)
	}
	if target.After(wall) {
		target = wall
	}
	if target.Before(now) {
		return now
	}
	return target
}

// toMillis returns milliseconds since 1970, 0 for the zero time.
func toMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMillis is the reverse of toMillis.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
