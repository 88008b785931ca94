package delivery

import (
	"time"

	"waybill/schemas"
)

// settle takes in what came of the attempt under way. It returns false when
// that was the webhook's end.
func (t *turn) settle(w *webhook, o Outcome) bool {
	if o.StartedAt.IsZero() { // nothing was sent
		o.StartedAt = w.OpenSince
	}
	w.OpenSince, t.changed = time.Time{}, true
	switch o.Reason {
	case ReasonBusy:
		t.room, t.full = 0, !w.isManual() // which gets only what the others leave
		return t.park(w, ReasonBusy)
	case ReasonSecretUnreadable:
		if w.isTest() { // somebody waits to hear of it
			break
		}
		t.room = 0
		t.wake(t.recheck(w, t.job.cfg.UnwokenRecheck))
		return t.park(w, ReasonSecretUnreadable)
	case ReasonBodyTooLarge: // which no time mends (W12)
		t.end(w, schemas.OutcomeExpired, ReasonBodyTooLarge)
		return false
	}
	t.signal(w, o)
	if o.Reason == "" {
		t.room += roomOnSuccess
		t.emitRow(t.attemptRow(w, o, schemas.OutcomeDelivered))
		return false
	}
	return t.fail(w, o)
}

// park keeps a webhook whose call was not made, for want of room (W7) or of a
// secret. It keeps its place, its number and what else it has.
func (t *turn) park(w *webhook, reason string) bool {
	if t.now.Before(t.limit(w)) {
		return true
	}
	t.end(w, schemas.OutcomeExpired, t.reasonAtLimit(reason))
	return false
}

// fail counts a failed attempt and sets the time of the next one, if there is
// to be one (W3, W5, W6).
func (t *turn) fail(w *webhook, o Outcome) bool {
	row := t.attemptRow(w, o, schemas.OutcomeFailed)
	w.Attempts++
	if willNotChange(o) {
		w.Refusals++
	}
	w.Aside = w.Aside || w.Refusals >= maxRefusals || o.Reason == ReasonBodyUnavailable
	// Stream time may lie behind the wall clock, but waits are felt by the
	// wall clock of whoever is called.
	end := o.StartedAt.Add(o.Total)
	if t.now.After(end) {
		end = t.now
	}
	deadline := t.deadline(w)
	if !end.Before(deadline) {
		t.emitRow(row)
		last := t.row(w, schemas.OutcomeExpired)
		last.Reason, last.StartedAt = ReasonDeadline, end // never before the attempt, where rows are read by time
		t.emitRow(last)
		return false
	}
	w.TriedAt = ceilMillis(end)
	w.DueAt = nextDue(t.schedule(), w.JobID, w.Attempts, end, deadline, retryAfter(o))
	row.NextAttemptAt = &w.DueAt
	t.emitRow(row)
	return true
}
