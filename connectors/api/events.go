package api

import (
	"context"
	"encoding/json"
	"time"

	"waybill/internal/webhooklog"
)

const (
	// maxWait is how long a client may wait for something new, in seconds.
	maxWait = 30
	// lookEvery is how often is looked for it meanwhile: rows come to ClickHouse
	// in batches, a second or so apart.
	lookEvery = 2 * time.Second
	// maxWaiting is how many may wait at a time, so that their looks cost
	// ClickHouse little; others are answered at once.
	maxWaiting = 50
)

// listEvents is the pull feed: a tenant's webhooks in the order in which they
// came, with the very bodies that were sent, for a receiver that missed some.
func (a *API) listEvents(c *call) (*answer, error) {
	q := queryOf(c.Request)
	f := webhooklog.FeedFilter{EndpointID: q.text("endpoint_id"), Types: q.list("types"), After: q.text("after"), Limit: q.limit()}
	wait := time.Duration(q.number("wait", 0, 0, maxWait)) * time.Second
	if err := q.done(); err != nil {
		return nil, err
	}
	page, err := a.await(c, f, wait)
	if err != nil {
		return nil, ofLog(err)
	}
	for i := range page.Webhooks {
		readable(&page.Webhooks[i])
	}
	return ok(map[string]any{"events": page.Webhooks, "next": page.Next, "has_more": page.More})
}

// readable makes a body that is no JSON a text, so that what somebody else wrote
// to webhook-jobs does not stop the feed.
func readable(w *webhooklog.Webhook) {
	if json.Valid(w.Body) {
		return
	}
	w.Body, _ = json.Marshal(string(w.Body)) //nolint:errchkjson // a text has a JSON form
}

// await reads a page; where that is empty, it looks again until there is
// something, the time is over or the API stops.
func (a *API) await(c *call, f webhooklog.FeedFilter, wait time.Duration) (*webhooklog.FeedPage, error) {
	page, err := a.page(c, f)
	if err != nil || len(page.Webhooks) > 0 || wait == 0 {
		return page, err
	}
	select {
	case a.waiting <- struct{}{}:
		defer func() { <-a.waiting }()
	default:
		return page, nil
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			if page, err = a.page(c, f); err != nil || len(page.Webhooks) > 0 {
				return page, err
			}
		case <-over.C:
			return page, nil
		case <-a.stopping:
			return page, nil
		case <-c.Context().Done():
			return page, nil
		}
	}
}

func (a *API) page(c *call, f webhooklog.FeedFilter) (*webhooklog.FeedPage, error) {
	ctx, cancel := context.WithTimeout(c.Context(), queryTimeout)
	defer cancel()
	return a.cfg.Log.Feed(ctx, c.tenant(), f)
}
