package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"waybill/internal/redelivery"
	"waybill/internal/webhooklog"
)

const (
	// redeliveryTime is how long one request sends. What is left then the next
	// request goes on with, so that no run is lost with the process.
	redeliveryTime = 25 * time.Second
	// maxRedeliveryRate is the most that a client may choose, webhooks a second.
	maxRedeliveryRate = 1000
)

// redeliveryBody says which webhooks are to be sent again (W11).
type redeliveryBody struct {
	WebhookIDs []string  `json:"webhook_ids"`
	EndpointID string    `json:"endpoint_id"`
	Shipment   string    `json:"shipment"`
	Status     string    `json:"status"`
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until"`
	Rate       float64   `json:"rate"`
	DryRun     bool      `json:"dry_run"`
	After      string    `json:"after"`
}

// redelivered is what came of it.
type redelivered struct {
	ID    string   `json:"redelivery_id"`
	Found uint64   `json:"found"`
	Sent  int      `json:"sent"`
	Gone  []string `json:"gone"`
	Next  *string  `json:"next"` // after of the request that goes on; nil: it is done
}

// redeliver sends webhooks again.
func (a *API) redeliver(c *call) (*answer, error) {
	var b redeliveryBody
	fields := []string{"webhook_ids", "endpoint_id", "shipment", "status", "since", "until", "rate", "dry_run", "after"}
	if _, err := c.readBody(&b, fields, false); err != nil {
		return nil, err
	}
	r := redelivery.Request{ID: redelivery.NewID(), Tenant: c.tenant(), By: c.by(), Rate: b.Rate}
	var err error
	if r.Choice, r.After, err = b.choice(time.Now()); err != nil {
		return nil, ofLog(err)
	}
	ctx, cancel := context.WithTimeout(c.Context(), redeliveryTime)
	defer cancel()
	if b.DryRun {
		return a.count(ctx, &r)
	}
	if !a.replays.begin(c.tenant()) {
		return nil, problem(http.StatusConflict, "a redelivery of this tenant is under way here; one at a time, so that what is live is not drowned")
	}
	defer a.replays.end(c.tenant())
	if err := a.begin(c, objectWebhooks, r.ID, r.Choice.String()); err != nil {
		return nil, err
	}
	defer a.untilStopped(cancel)()
	report, err := a.cfg.Redelivery.Run(ctx, r)
	if err != nil && (report == nil || report.Last == nil || ctx.Err() == nil || c.Context().Err() != nil) {
		return nil, ofLog(err)
	}
	made := redelivered{ID: r.ID, Found: report.Found, Sent: report.Sent, Gone: report.Gone}
	if err != nil { // the time was over
		made.Next = orNull(place{report.Last.Partition, report.Last.Offset, r.Choice.Until.UnixMilli()}.text())
	}
	return ok(made)
}

// count tells how many would be sent.
func (a *API) count(ctx context.Context, r *redelivery.Request) (*answer, error) {
	counts, err := a.cfg.Log.Count(ctx, r.Tenant, r.Choice)
	if err != nil {
		return nil, ofLog(err)
	}
	made := redelivered{ID: r.ID, Gone: []string{}}
	for _, one := range counts {
		made.Found += one.Webhooks
	}
	return ok(made)
}

// untilStopped calls stop when the API stops; the returned function ends that.
func (a *API) untilStopped(stop func()) func() {
	over := make(chan struct{})
	go func() {
		select {
		case <-a.stopping:
			stop()
		case <-over:
		}
	}()
	return func() { close(over) }
}

// choice gives what is chosen, and where to go on. What comes later than the
// first request is not meant.
func (b *redeliveryBody) choice(now time.Time) (c webhooklog.Choice, after *webhooklog.Position, err error) {
	c = webhooklog.Choice{WebhookIDs: b.WebhookIDs, EndpointID: b.EndpointID, Status: b.Status, Since: b.Since, Until: b.Until}
	if b.Rate < 0 || b.Rate > maxRedeliveryRate {
		return c, nil, wrong("rate", "rate is %v; it may be above 0, up to %d webhooks a second", b.Rate, maxRedeliveryRate)
	}
	if b.Shipment != "" {
		var fault *problemError
		if c.Carrier, c.TrackingNumber, fault = shipmentOf("shipment", b.Shipment); fault != nil {
			return c, nil, fault
		}
	}
	if err := c.Check(); err != nil {
		return c, nil, err
	}
	if b.After != "" {
		p, err := readPlace(b.After)
		if err != nil {
			return c, nil, err
		}
		now, after = time.UnixMilli(p.Until), &webhooklog.Position{Partition: p.Partition, Offset: p.Offset}
	}
	if c.Until.IsZero() || c.Until.After(now) {
		c.Until = now
	}
	return c, after, nil
}

// place is where a redelivery goes on.
type place struct {
	Partition int32 `json:"p"`
	Offset    int64 `json:"o"`
	Until     int64 `json:"u"`
}

func (p place) text() string {
	data, _ := json.Marshal(p) //nolint:errchkjson // numbers have a JSON form
	return base64.RawURLEncoding.EncodeToString(data)
}

func readPlace(text string) (p place, err error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err = errors.Join(err, json.Unmarshal(data, &p)); err != nil || p.Partition < 0 || p.Offset < 0 {
		return p, wrong("after", "after is not what an answer gave as next; take it unchanged")
	}
	return p, nil
}

// replays are the tenants of whom a redelivery is under way.
type replays struct {
	mu    sync.Mutex
	under map[string]bool
}

func (r *replays) begin(tenant string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.under[tenant] {
		return false
	}
	r.under[tenant] = true
	return true
}

func (r *replays) end(tenant string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.under, tenant)
}
