package api

import (
	"context"
	"encoding/json"

	"waybill/internal/webhooklog"
)

// listEvents is the pull feed: a tenant's webhooks in the order in which they
// came, with the very bodies that were sent, for a receiver that missed some.
func (a *API) listEvents(c *call) (*answer, error) {
	q := queryOf(c.Request)
	f := webhooklog.FeedFilter{EndpointID: q.text("endpoint_id"), Types: q.list("types"), After: q.text("after"), Limit: q.limit()}
	wait := q.wait()
	if err := q.done(); err != nil {
		return nil, err
	}
	some := func(page *webhooklog.FeedPage) bool { return len(page.Webhooks) > 0 }
	page, err := await(a, c, wait, feedLookEvery, some, func(ctx context.Context) (*webhooklog.FeedPage, error) {
		return a.cfg.Log.Feed(ctx, c.tenant(), f)
	})
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
