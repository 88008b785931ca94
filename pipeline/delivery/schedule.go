package delivery

import (
	"hash/fnv"
	"strconv"
	"time"

	"waybill/schemas"
)

// waitsOf is the schedule that holds for an endpoint (W3).
func (j *Job) waitsOf(e *schemas.WebhookEndpoint) []time.Duration {
	if e == nil || len(e.Schedule) == 0 {
		return j.cfg.Waits
	}
	waits := make([]time.Duration, len(e.Schedule))
	for i, ms := range e.Schedule {
		waits[i] = time.Duration(ms) * time.Millisecond
	}
	return waits
}

// nextDue says when the attempt after the given number of them is due, the
// last of which ended at end (W3): after the schedule's wait with its jitter,
// and at the deadline at the latest. When the schedule is at its end, the
// deadline is next.
func nextDue(waits []time.Duration, jobID string, attempts int, end, deadline time.Time) time.Time {
	if attempts > len(waits) {
		return deadline
	}
	due := ceilMillis(end.Add(jittered(waits[attempts-1], jobID, attempts)))
	if due.After(deadline) {
		return deadline
	}
	return due
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

// deadline is when a webhook is given up (W3, W6).
func (j *Job) deadline(w *webhook) time.Time {
	if w.isTest() {
		return w.ArrivedAt.Add(j.cfg.TestDeadline)
	}
	return w.ArrivedAt.Add(j.cfg.Deadline)
}

// recheck says when to look again whether the endpoint of a waiting webhook
// takes calls now. A change of an endpoint wakes no key, so each looks by
// itself, the less often the longer it has waited.
func (j *Job) recheck(w *webhook, now time.Time) time.Time {
	wait := min(max(now.Sub(w.ArrivedAt)/8, j.cfg.MinRecheck), j.cfg.MaxRecheck)
	return ceilMillis(now.Add(wait))
}
