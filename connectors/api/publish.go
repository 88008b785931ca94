package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"waybill/schemas"
)

const (
	// maxInHand is how many registrations may wait for that in this process.
	// Beyond it requests are sent away, so that memory stays bounded.
	maxInHand = 100_000
	// retryAfter is when a request that was sent away may come again, seconds.
	retryAfter = 1
)

// publish puts registrations onto the log and returns when Kafka has
// acknowledged them. On an error some of them may be there; sending the request
// again changes nothing about those (R6).
func (a *API) publish(c *call, all []schemas.Registration) error {
	size := int64(len(all))
	if !a.inHand.TryAcquire(size) {
		return comeAgain(c, problem(http.StatusServiceUnavailable, "more comes in than Kafka takes; nothing of this request was taken, ask again in a moment"))
	}
	defer a.inHand.Release(size)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), a.cfg.CommandWait)
	defer cancel()
	if err := a.cfg.Publisher.Registrations(ctx, all); err != nil {
		p := problem(http.StatusServiceUnavailable, "Kafka has not acknowledged all of it; ask again in a moment: what was taken already is not taken twice")
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("waiting %s for Kafka: %w", a.cfg.CommandWait, err)
		}
		p.cause = err
		return comeAgain(c, p)
	}
	return nil
}

// comeAgain says when a request may come again.
func comeAgain(c *call, p *problemError) *problemError {
	c.header.Set("Retry-After", strconv.Itoa(retryAfter))
	return p
}
