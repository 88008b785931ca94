package tracking

import (
	"time"
)

// timer is one thing that time does to a shipment.
type timer struct {
	due  func(*turn, *shipment) int64
	fire func(*turn, *shipment)
}

// timers gives what time does to a shipment. Of what is due at one instant the
// first in this list goes first: what was said before an instant counts before
// what the instant brings.
func timers() []timer {
	return []timer{
		{(*turn).holdDue, (*turn).release},
		{(*turn).delayDue, (*turn).findDelays},
		{(*turn).riskDue, (*turn).findRisks},
		{(*turn).stallDue, (*turn).findSilence},
		{(*turn).windowDue, (*turn).expire},
		{(*turn).pollDue, (*turn).poll},
		{(*turn).lifeDue, (*turn).passOn},
	}
}

// advance lets everything happen that is due by an instant, each thing at its
// own time. So the same log gives the same output however far stream time
// jumps between two records (E8).
func (t *turn) advance(to int64) {
	for {
		t.easeRisks()
		at := t.nextDue()
		if at > to {
			break
		}
		t.now = max(at, t.now) // what one timer lets happen can make another due in the past
		t.fireDue()
	}
	t.now = to
	for _, s := range t.state.shipments {
		t.settle(s, t.now+1)
	}
}

// fireDue fires the first timer that is due, of the oldest shipment that has
// one.
func (t *turn) fireDue() {
	for _, timer := range timers() {
		for _, s := range t.state.shipments {
			if timer.due(t, s) <= t.now {
				timer.fire(t, s)
				return
			}
		}
	}
}

// nextDue gives when the next timer of the key is due; of several that are due
// by now, any. One whose event waits no longer is most often that, so the others
// are not asked then.
func (t *turn) nextDue() int64 {
	due := never
	for _, timer := range timers() {
		for _, s := range t.state.shipments {
			due = min(due, timer.due(t, s))
		}
		if due <= t.now {
			break
		}
	}
	return due
}

// wakeAt gives the next wake-up, zero for never.
func (t *turn) wakeAt() time.Time {
	if due := t.nextDue(); due != never {
		return utc(due)
	}
	return time.Time{}
}
