package api

import (
	"context"
	"time"
)

const (
	// maxWait is how long a client may wait for something new, in seconds.
	maxWait = 30
	// maxWaiting is how many may wait at a time, so that their looks cost
	// ClickHouse little; others are answered at once.
	maxWaiting = 50
	// feedLookEvery is how often the feed is looked at for one that waits: rows
	// come to ClickHouse in batches, a second or so apart.
	feedLookEvery = 2 * time.Second
	// parcelLookEvery is that of a parcel, which is one that has just been
	// registered.
	parcelLookEvery = 500 * time.Millisecond
)

// wait reads how long a client wants to wait.
func (q *query) wait() time.Duration {
	return time.Duration(q.number("wait", 0, 0, maxWait)) * time.Second
}

// await looks, and where there is nothing it looks again until there is
// something, the time is over, the client goes or the API stops.
func await[T any](a *API, c *call, wait, every time.Duration, there func(T) bool, look func(context.Context) (T, error)) (T, error) {
	once := func() (T, error) {
		ctx, cancel := context.WithTimeout(c.Context(), queryTimeout)
		defer cancel()
		return look(ctx)
	}
	found, err := once()
	if err != nil || there(found) || wait == 0 {
		return found, err
	}
	select {
	case a.waiting <- struct{}{}:
		defer func() { <-a.waiting }()
	default:
		return found, nil
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	again := time.NewTicker(every)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if found, err = once(); err != nil || there(found) {
				return found, err
			}
		case <-over.C:
			return found, nil
		case <-a.stopping:
			return found, nil
		case <-c.Context().Done():
			return found, nil
		}
	}
}
