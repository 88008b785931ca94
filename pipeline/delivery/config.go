package delivery

import (
	"errors"
	"fmt"
	"time"

	"waybill/pipeline/delivery/schedule"
	"waybill/schemas"
)

// Config holds the settings of delivery. Zero means the default.
type Config struct {
	// Codecs reads jobs and endpoints and writes attempts and signals.
	// Required.
	Codecs *schemas.Codecs
	// Timeout bounds one call. Default 15 s.
	Timeout time.Duration
	// TimeoutMargin is how much longer than Timeout an attempt may be open
	// before it counts as lost with the instance that made it, and is made
	// again (W15). It covers the wait for a free worker. Default 15 s.
	TimeoutMargin time.Duration
	// Schedule is that of endpoints which choose none (W3). Default:
	// schedule.Default.
	Schedule schedule.Schedule
	// TestDeadline is the same for the test of an endpoint (W9), which somebody
	// waits for. Default 10 min.
	TestDeadline time.Duration
	// SuspendAfter is for how long an endpoint fails before it is suspended
	// (W8): that of the endpoints job, which is told of each failure after
	// that. Default 24 h.
	SuspendAfter time.Duration
	// DeletionGrace is how long after its arrival a webhook waits for its
	// endpoint to appear in the table, which may lag behind the jobs. An
	// endpoint that is not there by then was deleted (W9). Default 10 min.
	DeletionGrace time.Duration
	// Overdue is how long after its deadline a webhook that was never tried
	// waits for room at an enabled endpoint (W6). Default 72 h.
	Overdue time.Duration
	// MinRecheck and MaxRecheck bound how soon a key looks again at a webhook
	// that waits for its endpoint, though nobody has woken it. Default 30 min
	// and 8 h. UnwokenRecheck takes the place of MinRecheck where nobody will:
	// for a test that waits for a revision of its endpoint, and for a secret
	// that could not be opened. Default 1 s.
	MinRecheck, MaxRecheck, UnwokenRecheck time.Duration
	// InlineBody is the size in bytes up to which a body is kept in the state;
	// a larger one stays on webhook-jobs (W1). Default 4 KiB.
	InlineBody int
	// InlineBodies bounds the bodies kept for one key in all, so that a queue
	// of thousands still fits in a record. Default 64 KiB.
	InlineBodies int
	// QueueBytes bounds the state of one key, roughly: a webhook that comes
	// beyond it ends at once, with a row. It must fit in a record. Default
	// 900,000: about 10,000 webhooks.
	QueueBytes int
}

// withDefaults checks the settings and fills in what is not set.
func (c Config) withDefaults() (Config, error) {
	if c.Codecs == nil {
		return c, errors.New("making the delivery job: the codecs are missing")
	}
	if c.Schedule.Deadline == 0 && c.Schedule.Waits == nil {
		c.Schedule = schedule.Default()
	}
	if c.Schedule.Deadline <= 0 {
		return c, fmt.Errorf("making the delivery job: the deadline of the schedule is %v; it must be above 0", c.Schedule.Deadline)
	}
	if err := schedule.Check(c.Schedule.Waits, c.Schedule.Deadline); err != nil {
		return c, fmt.Errorf("making the delivery job: %w", err)
	}
	for _, d := range []struct {
		name  string
		value *time.Duration
		or    time.Duration
	}{
		{"timeout", &c.Timeout, 15 * time.Second},
		{"timeout margin", &c.TimeoutMargin, 15 * time.Second},
		{"test deadline", &c.TestDeadline, 10 * time.Minute},
		{"time to suspension", &c.SuspendAfter, 24 * time.Hour},
		{"deletion grace", &c.DeletionGrace, 10 * time.Minute},
		{"time overdue", &c.Overdue, 72 * time.Hour},
		{"least recheck", &c.MinRecheck, 30 * time.Minute},
		{"least recheck of what nobody wakes", &c.UnwokenRecheck, time.Second},
		{"longest recheck", &c.MaxRecheck, 8 * time.Hour},
	} {
		if *d.value < 0 {
			return c, fmt.Errorf("making the delivery job: the %s is %v; it must not be below 0", d.name, *d.value)
		}
		if *d.value == 0 {
			*d.value = d.or
		}
	}
	if c.InlineBody == 0 {
		c.InlineBody = 4 << 10
	}
	if c.InlineBodies == 0 {
		c.InlineBodies = 64 << 10
	}
	if c.QueueBytes == 0 {
		c.QueueBytes = 900_000
	}
	return c, nil
}
