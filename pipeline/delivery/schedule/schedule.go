package schedule

import (
	"fmt"
	"time"

	"waybill/schemas"
)

// Schedule says when a webhook is tried: at once, after each of the waits, and
// a last time at the deadline.
type Schedule struct {
	// Waits are those before the attempts after the first, each from the end
	// of the attempt before.
	Waits []time.Duration
	// Deadline is how long after its arrival on the log a webhook is tried.
	Deadline time.Duration
}

// Bounds on what an endpoint may choose for itself. The longest deadline
// leaves the body of every open webhook on webhook-jobs (35 days).
const (
	MaxWaits    = 32
	MinWait     = time.Second
	MinDeadline = time.Minute
	MaxDeadline = 14 * 24 * time.Hour
)

// Check says what is wrong with waits and a deadline that somebody has chosen,
// or nil. A deadline of 0 is that of the schedule.
func Check(waits []time.Duration, deadline time.Duration) error {
	if len(waits) > MaxWaits {
		return fmt.Errorf("the schedule has %d waits; %d are allowed", len(waits), MaxWaits)
	}
	for i, wait := range waits {
		if wait < MinWait || wait > MaxDeadline {
			return fmt.Errorf("wait %d of the schedule is %v; it may be from %v to %v", i+1, wait, MinWait, MaxDeadline)
		}
	}
	if deadline != 0 && (deadline < MinDeadline || deadline > MaxDeadline) {
		return fmt.Errorf("the deadline is %v; it may be from %v to %v, or 0 for that of the schedule", deadline, MinDeadline, MaxDeadline)
	}
	return nil
}

// Of is the schedule of an endpoint: its own waits, else those of the schedule
// that it names, else otherwise; with its own deadline, if it has one. A name
// that this version does not know counts as none.
func Of(e *schemas.WebhookEndpoint, otherwise Schedule) Schedule {
	s := otherwise
	if e == nil {
		return s
	}
	if named, ok := ByName(e.ScheduleName); ok {
		s = named
	}
	if len(e.Schedule) > 0 {
		s.Waits = make([]time.Duration, len(e.Schedule))
		for i, ms := range e.Schedule {
			s.Waits[i] = time.Duration(ms) * time.Millisecond
		}
	}
	if e.Deadline > 0 {
		s.Deadline = time.Duration(e.Deadline) * time.Millisecond
	}
	return s
}

// Wait is the wait after the given number of attempts, from 1. It is false
// where the last attempt is next, the one at the deadline: after the waits, and
// already where they lead to the deadline by themselves, so that jitter never
// makes two attempts of that one.
func (s Schedule) Wait(attempts int) (time.Duration, bool) {
	if attempts < 1 || attempts > len(s.Waits) {
		return 0, false
	}
	var sum time.Duration
	for _, wait := range s.Waits[:attempts] {
		if sum += wait; sum >= s.Deadline {
			return 0, false
		}
	}
	return s.Waits[attempts-1], true
}
