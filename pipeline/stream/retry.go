package stream

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

const (
	firstDelay = 50 * time.Millisecond
	lastDelay  = 5 * time.Second
)

// patience spaces out tries of one thing and logs why it does not work: once
// for each reason, not once for each try.
type patience struct {
	logger *slog.Logger
	what   string
	delay  time.Duration
	reason string
}

// wait logs a new reason and waits before the next try, longer each time. It
// returns false when the context ended.
func (p *patience) wait(ctx context.Context, err error) bool {
	if reason := err.Error(); reason != p.reason {
		p.reason = reason
		p.logger.Warn(p.what+" does not work, trying again until it does", "reason", reason)
	}
	p.delay = min(max(2*p.delay, firstDelay), lastDelay)
	// Up to a fifth more or less, so that instances do not come all at once.
	jitter := time.Duration((rand.Float64() - 0.5) * 0.4 * float64(p.delay))
	timer := time.NewTimer(p.delay + jitter)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// done forgets the failures and logs that they are over.
func (p *patience) done() {
	if p.reason != "" {
		p.logger.Info(p.what + " works again")
	}
	p.forget()
}

// forget makes the next failure the first.
func (p *patience) forget() { p.reason, p.delay = "", 0 }

// retry runs try until it succeeds, fails for good, or the context ends: then it
// says just that. The context's cause may be the failure of something else.
func retry(ctx context.Context, logger *slog.Logger, what string, try func() error) error {
	p := patience{logger: logger, what: what}
	for {
		err := try()
		if err == nil {
			p.done()
			return nil
		}
		if stops(err) {
			return err
		}
		if ctx.Err() != nil || !p.wait(ctx, err) {
			return ctx.Err()
		}
	}
}
