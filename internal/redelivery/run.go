package redelivery

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/listing"
	"waybill/internal/webhooklog"
	"waybill/schemas"
)

// DefaultRate is how many webhooks a second are sent again, so that a replay
// does not drown live traffic.
const DefaultRate = 50

// Bounds on the rate, webhooks a second. The space between two must fit in a
// duration, and be one.
const (
	MinRate = 0.001
	MaxRate = 1_000_000.0
)

// pageSize is how many webhooks are read, sent and counted at a time.
const pageSize = 200

// Client sends webhooks again. It is safe for concurrent use.
type Client struct {
	Log    *webhooklog.Log
	Kafka  *kgo.Client
	Prefix string
	Codecs *schemas.Codecs
}

// Request says what is to be sent again, and for whom.
type Request struct {
	// ID names the run in the audit, such as NewID gives. Required.
	ID     string
	Tenant string
	Choice webhooklog.Choice
	// By is who asks, for the audit.
	By string
	// Rate is the highest number of webhooks a second. 0: DefaultRate.
	Rate float64
	// After goes on behind a position, where a run before was broken off. Nil:
	// from the first.
	After *webhooklog.Position
	// Progress is told after each page how far it got. Nil: nobody is.
	Progress func(Report)
}

// Report says what became of a run.
type Report struct {
	ID string `json:"id"`
	// Found is how many webhooks fitted the choice when the run began, those
	// before Request.After too.
	Found uint64 `json:"found"`
	// Sent is how many were sent again.
	Sent int `json:"sent"`
	// Gone are those whose records the topic no longer has.
	Gone []string `json:"gone"`
	// Last is how far it got: what broke off goes on behind it. Nil: nowhere.
	Last *webhooklog.Position `json:"last,omitempty"`
}

// Run sends again what is chosen, in the order of positions, and what came onto
// the log before it began alone. On an error the report says how far it got; to
// run it again from there, or from the first, does no harm: a receiver knows
// the ids. An error about the request is a *listing.InputError.
func (c *Client) Run(ctx context.Context, r Request) (*Report, error) {
	if r.Rate == 0 {
		r.Rate = DefaultRate
	}
	if !(r.Rate >= MinRate && r.Rate <= MaxRate) { // so also what is no number
		return nil, &listing.InputError{Field: "rate", Problem: fmt.Sprintf("it is %v webhooks a second; it may be from %v to %v", r.Rate, MinRate, MaxRate)}
	}
	if err := r.Choice.Check(); err != nil { // before it gets an end, which chooses nothing by itself
		return nil, err
	}
	if now := time.Now(); r.Choice.Until.IsZero() || r.Choice.Until.After(now) {
		r.Choice.Until = now
	}
	counts, err := c.Log.Count(ctx, r.Tenant, r.Choice)
	if err != nil {
		return nil, err
	}
	run := &run{
		client: c, request: &r, pace: newPace(r.Rate), report: &Report{ID: r.ID, Gone: []string{}, Last: r.After},
		shelf: &shelf{client: c.Kafka, topic: c.Prefix + schemas.TopicWebhookJobs, codec: c.Codecs.WebhookJob},
		sent:  make(map[string]int), began: time.Now(), counts: counts,
	}
	for _, endpoint := range counts {
		run.report.Found += endpoint.Webhooks
	}
	if err := run.audit(ctx, func(endpoint webhooklog.EndpointCount) string {
		return fmt.Sprintf("%d webhooks are to be sent again", endpoint.Webhooks)
	}); err != nil {
		return run.report, err
	}
	err = errors.Join(run.all(ctx), run.conclude(ctx))
	if err != nil {
		return run.report, fmt.Errorf("sending webhooks again: %w", err)
	}
	return run.report, nil
}

// run is one run.
type run struct {
	client  *Client
	request *Request
	report  *Report
	shelf   *shelf
	pace    *pace
	began   time.Time
	counts  []webhooklog.EndpointCount
	sent    map[string]int // by endpoint
}

// all sends page after page.
func (r *run) all(ctx context.Context) error {
	for {
		chosen, err := r.client.Log.Choose(ctx, r.request.Tenant, r.request.Choice, r.report.Last, pageSize)
		if err != nil || len(chosen) == 0 {
			return err
		}
		found, err := r.shelf.read(ctx, r.request.Tenant, chosen)
		if err != nil {
			return err
		}
		if err := r.page(ctx, chosen, found); err != nil {
			return err
		}
		if r.request.Progress != nil {
			r.request.Progress(*r.report)
		}
	}
}

// page sends what was found of one page, and counts it when Kafka has it.
func (r *run) page(ctx context.Context, chosen []webhooklog.Chosen, found []*copied) error {
	var failed atomic.Pointer[error]
	done := make([]atomic.Bool, len(chosen))
	for i, one := range found {
		if one == nil {
			continue
		}
		if err := r.pace.wait(ctx); err != nil {
			failed.CompareAndSwap(nil, &err)
			break
		}
		record := &kgo.Record{Topic: r.shelf.topic, Key: one.key, Value: one.value}
		r.client.Kafka.Produce(ctx, record, func(_ *kgo.Record, err error) {
			if err != nil {
				failed.CompareAndSwap(nil, &err)
				return
			}
			done[i].Store(true)
		})
	}
	if err := r.client.Kafka.Flush(context.WithoutCancel(ctx)); err != nil {
		failed.CompareAndSwap(nil, &err)
	}
	for i, one := range chosen {
		switch {
		case done[i].Load():
			r.report.Sent++
			r.sent[one.EndpointID]++
		case found[i] == nil:
			r.report.Gone = append(r.report.Gone, one.WebhookID)
		default: // it goes on from here, and may send some behind it twice
			return *failed.Load()
		}
		r.report.Last = &chosen[i].Position
	}
	return nil
}

// concludeWait bounds the last word of a run that was told to stop.
const concludeWait = 10 * time.Second

// conclude writes how the run ended, also when it was broken off.
func (r *run) conclude(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), concludeWait)
	defer cancel()
	return r.audit(ctx, func(endpoint webhooklog.EndpointCount) string {
		return fmt.Sprintf("%d of %d webhooks were sent again", r.sent[endpoint.EndpointID], endpoint.Webhooks)
	})
}

// audit writes an event for each endpoint. The one at the end takes the place of
// the one at the beginning.
func (r *run) audit(ctx context.Context, tell func(webhooklog.EndpointCount) string) error {
	records := make([]*kgo.Record, 0, len(r.counts))
	for _, endpoint := range r.counts {
		value, err := r.client.Codecs.EndpointEvent.Encode(&schemas.EndpointEvent{
			EventID: r.request.ID + "-" + endpoint.EndpointID, Tenant: r.request.Tenant, EndpointID: endpoint.EndpointID,
			Kind: schemas.EndpointEventRedelivered, Reason: tell(endpoint) + ": " + r.request.Choice.String(),
			CommandID: r.request.ID, RequestedBy: r.request.By, OccurredAt: r.began,
		})
		if err != nil {
			return err
		}
		records = append(records, &kgo.Record{
			Topic: r.client.Prefix + schemas.TopicEndpointEvents, Key: []byte(r.request.Tenant), Value: value,
		})
	}
	if err := r.client.Kafka.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return fmt.Errorf("writing who asked for it to %s: %w", r.client.Prefix+schemas.TopicEndpointEvents, err)
	}
	return nil
}
