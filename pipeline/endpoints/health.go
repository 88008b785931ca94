package endpoints

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"waybill/schemas"
)

const (
	// failingAfter is how many failures in a row make an endpoint failing (W8).
	failingAfter = 4
	// afterSuccess is how long after a success failures say nothing: calls that
	// were under way with it end at about the same time. It also bounds how
	// often an endpoint that flaps is written.
	afterSuccess = time.Second
)

// health is what delivery saw of an endpoint, folded (W8). In which order
// signals come, and how often, makes no difference, but for one: when a success
// is heard of after failures that came later than it, since may be the second
// of those, or the third. So nothing is suspended early.
type health struct {
	// begun is when the endpoint last began to take traffic, by hand or by a
	// test. What was seen until then does not count.
	begun time.Time
	// answered is when it was last seen to succeed; zero for not since begun.
	answered time.Time
	// since is when the first of the failures in a row was seen.
	since time.Time
	// failed are the latest of them, oldest first, each attempt once.
	failed []failure
}

// failure is an attempt that failed.
type failure struct {
	JobID      string    `avro:"job_id"`
	Attempt    int       `avro:"attempt"`
	ObservedAt time.Time `avro:"observed_at"`
	Reason     string    `avro:"reason"`
	StatusCode int       `avro:"status_code"`
}

func failureOf(s *schemas.EndpointSignal) failure {
	return failure{JobID: s.JobID, Attempt: s.Attempt, ObservedAt: s.ObservedAt, Reason: s.Reason, StatusCode: s.StatusCode}
}

// counts tells whether a failure seen at a time is one of those in a row.
func (h *health) counts(at time.Time) bool {
	return at.After(h.begun) && (h.answered.IsZero() || at.After(h.answered.Add(afterSuccess)))
}

// fail takes in a failure, and tells whether that makes a difference.
func (h *health) fail(f failure) bool {
	if !h.counts(f.ObservedAt) {
		return false
	}
	since, failed := h.since, slices.Clone(h.failed)
	if h.since.IsZero() || f.ObservedAt.Before(h.since) {
		h.since = f.ObservedAt
	}
	i := slices.IndexFunc(h.failed, func(o failure) bool { return o.JobID == f.JobID && o.Attempt == f.Attempt })
	switch {
	case i < 0:
		h.failed = append(h.failed, f)
	case h.failed[i].compare(f) < 0:
		h.failed[i] = f // made again, and it failed again
	}
	slices.SortFunc(h.failed, failure.compare)
	h.failed = h.failed[max(0, len(h.failed)-failingAfter):]
	return !since.Equal(h.since) || !slices.Equal(failed, h.failed)
}

// compare orders failures by time.
func (f failure) compare(o failure) int {
	return cmp.Or(f.ObservedAt.Compare(o.ObservedAt), cmp.Compare(f.JobID, o.JobID), cmp.Compare(f.Attempt, o.Attempt),
		cmp.Compare(f.StatusCode, o.StatusCode), cmp.Compare(f.Reason, o.Reason))
}

// succeed takes in a success: failures until then are no longer in a row. It
// tells whether that makes a difference.
func (h *health) succeed(at time.Time) bool {
	if !at.After(h.begun) || !at.After(h.answered) {
		return false
	}
	h.answered = at
	h.failed = slices.DeleteFunc(h.failed, func(f failure) bool { return !h.counts(f.ObservedAt) })
	switch {
	case len(h.failed) == 0:
		h.since = time.Time{}
	case !h.counts(h.since):
		h.since = h.failed[0].ObservedAt
	}
	return true
}

// last is the latest failure of an endpoint that is failing.
func (h *health) last() failure { return h.failed[len(h.failed)-1] }

func (h *health) failing() bool { return len(h.failed) == failingAfter }

// lost tells whether it has failed for so long, without one success, that only
// a probe is worth a call.
func (h *health) lost(suspendAfter time.Duration) bool {
	return h.failing() && h.last().ObservedAt.Sub(h.since) >= suspendAfter
}

// String says how the attempt failed.
func (f failure) String() string {
	if f.StatusCode != 0 {
		return fmt.Sprintf("status %d", f.StatusCode)
	}
	return f.Reason
}
