package stream

import "time"

// lead is how the time of a live task goes on while it is ahead of the wall
// clock: that has been set back, or another machine's was ahead when the task
// was there. Time must neither run back nor stand still until the wall clock is
// where it was, for wake-ups would be late by as much. So it goes on at half the
// pace of real time, until the wall clock has caught up. The zero value is for a
// task that is not ahead.
type lead struct {
	read time.Time // wall clock when it was looked at last; zero when the task is not ahead
	at   time.Time // how far the task's time may go then
}

// leadPace is how many times slower than real time a task's time goes on.
const leadPace = 2

// horizon is how far the time of a task may go that is ahead of the wall clock.
// What passes is told by the machine's steady clock where there is one.
func (l *lead) horizon(now, wall time.Time) time.Time {
	if l.read.IsZero() {
		l.at = now
	} else if passed := wall.Sub(l.read); passed > 0 {
		l.at = l.at.Add(passed / leadPace)
	}
	l.read = wall
	return later(now, l.at)
}

// reaches returns when the wall clock will show that the task's time is at.
func (l *lead) reaches(at time.Time) time.Time { return l.read.Add(leadPace * at.Sub(l.at)) }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
