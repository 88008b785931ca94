package delivery

import (
	"hash/fnv"
	"strconv"
	"time"

	"waybill/pipeline/delivery/schedule"
)

// nextDue says when the attempt after the given number of them is due, the
// last of which ended at end (W3): after the schedule's wait with its jitter,
// and at the deadline at the latest. When the schedule is at its end, the
// deadline is next.
//
// An answer may ask for more time than that (W5), and gets it as far as the
// schedule's following step: so it may cost an attempt, but never all of them.
func nextDue(s schedule.Schedule, jobID string, attempts int, end, deadline time.Time, retryAfter time.Duration) time.Time {
	step := func(from time.Time, attempts int) time.Time {
		wait, ok := s.Wait(attempts)
		if !ok {
			return deadline
		}
		return earlier(ceilMillis(from.Add(jittered(wait, jobID, attempts))), deadline)
	}
	due := step(end, attempts)
	if retryAfter <= 0 {
		return due
	}
	asked := ceilMillis(end.Add(min(retryAfter, schedule.MaxDeadline)))
	if !asked.After(due) {
		return due
	}
	return earlier(asked, step(due, attempts+1))
}

// jittered spreads a wait by ±20 %, always in the same way for the same
// attempt, so that webhooks which failed together do not come back together.
func jittered(wait time.Duration, jobID string, attempts int) time.Duration {
	h := fnv.New64a()
	_, _ = h.Write([]byte(jobID))
	_, _ = h.Write([]byte{'/'})
	_, _ = h.Write([]byte(strconv.Itoa(attempts)))
	const steps = 1 << 20
	share := int64(h.Sum64()%(2*steps+1)) - steps // from -steps to +steps
	return wait + time.Duration(float64(wait/5)*float64(share)/steps)
}

// deadline is when a webhook is given up (W3, W6). It counts from its arrival,
// by the endpoint as it now stands.
func (t *turn) deadline(w *webhook) time.Time {
	if w.isTest() {
		return w.ArrivedAt.Add(t.job.cfg.TestDeadline)
	}
	return w.ArrivedAt.Add(t.schedule().Deadline)
}

// schedule is that of the turn's endpoint.
func (t *turn) schedule() schedule.Schedule {
	if t.plan == nil {
		plan := schedule.Of(t.endpoint, t.job.cfg.Schedule)
		t.plan = &plan
	}
	return *t.plan
}

// recheck says when to look again at a webhook that waits for its endpoint:
// after as long as it has waited, within bounds. A key is woken when there is
// room at its endpoint (W7) or the endpoint changes (W9), so this is for a
// wake-up that went missing, and seldom, for a million of them may wait.
func (t *turn) recheck(w *webhook, least time.Duration) time.Time {
	wait := min(max(t.now.Sub(w.ArrivedAt), least), t.job.cfg.MaxRecheck)
	return ceilMillis(t.now.Add(jittered(wait, w.JobID, 0)))
}
