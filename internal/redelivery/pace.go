package redelivery

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
)

// NewID makes an id for a run: random, lower case, no dot.
func NewID() string { return "rd_" + strings.ToLower(rand.Text()) }

// pace spaces things out evenly. What was missed is not made up for.
type pace struct {
	every time.Duration
	next  time.Time
}

func newPace(perSecond float64) *pace {
	return &pace{every: time.Duration(float64(time.Second) / perSecond)}
}

// wait returns when the next may begin, or when ctx ends.
func (p *pace) wait(ctx context.Context) error {
	now := time.Now()
	if p.next.Before(now) {
		p.next = now
	}
	timer := time.NewTimer(p.next.Sub(now))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		p.next = p.next.Add(p.every)
		return nil
	}
}
