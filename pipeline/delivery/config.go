package delivery

import (
	"errors"
	"fmt"
	"time"

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
	// Waits are the waits before the attempts after the first, each counted
	// from the end of the attempt before (W3). After them comes the last
	// attempt, at the deadline. An endpoint may have its own. Default 5 s,
	// 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h.
	Waits []time.Duration
	// Deadline is how long after its arrival on the log a webhook is tried
	// (W3). Default 72 h.
	Deadline time.Duration
	// TestDeadline is the same for the test of an endpoint (W9), which somebody
	// waits for. Default 10 min.
	TestDeadline time.Duration
	// DeletionGrace is how long after its arrival a webhook waits for its
	// endpoint to appear in the table, which may lag behind the jobs. An
	// endpoint that is not there by then was deleted (W9). Default 10 min.
	DeletionGrace time.Duration
	// MinRecheck and MaxRecheck bound how soon a key looks again whether its
	// endpoint takes a call now: after an eighth of the time that its webhook
	// has waited, within these bounds. Default 1 s and 5 min.
	MinRecheck, MaxRecheck time.Duration
	// InlineBody is the size in bytes up to which a body is kept in the state;
	// a larger one stays on webhook-jobs (W1). Default 4 KiB.
	InlineBody int
	// InlineBodies bounds the bodies kept for one key in all, so that a queue
	// of thousands still fits in a record. Default 64 KiB.
	InlineBodies int
}

// defaultWaits is the schedule of W3 after the first attempt.
func defaultWaits() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute,
		2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour,
	}
}

// withDefaults checks the settings and fills in what is not set.
func (c Config) withDefaults() (Config, error) {
	if c.Codecs == nil {
		return c, errors.New("making the delivery job: the codecs are missing")
	}
	if c.Waits == nil {
		c.Waits = defaultWaits()
	}
	for i, wait := range c.Waits {
		if wait <= 0 {
			return c, fmt.Errorf("making the delivery job: wait %d of the schedule is %v; it must be above 0", i+1, wait)
		}
	}
	for _, d := range []struct {
		name  string
		value *time.Duration
		or    time.Duration
	}{
		{"timeout", &c.Timeout, 15 * time.Second},
		{"timeout margin", &c.TimeoutMargin, 15 * time.Second},
		{"deadline", &c.Deadline, 72 * time.Hour},
		{"test deadline", &c.TestDeadline, 10 * time.Minute},
		{"deletion grace", &c.DeletionGrace, 10 * time.Minute},
		{"least recheck", &c.MinRecheck, time.Second},
		{"longest recheck", &c.MaxRecheck, 5 * time.Minute},
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
	return c, nil
}
