package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"waybill/internal/listing"
	"waybill/internal/shipmentlog"
	"waybill/internal/webhooklog"
	"waybill/schemas"
)

// queryTimeout bounds a question to the log.
const queryTimeout = 30 * time.Second

// listAttempts tells what became of webhooks, call by call (W14).
func (a *API) listAttempts(c *call) (*answer, error) {
	q := queryOf(c.Request)
	carrier, number := q.shipment("shipment")
	f := webhooklog.AttemptFilter{
		EndpointID: q.text("endpoint_id"), WebhookID: q.text("webhook_id"), Carrier: carrier, TrackingNumber: number,
		Outcome: q.oneOf("outcome", schemas.OutcomeDelivered, schemas.OutcomeFailed, schemas.OutcomeExpired, schemas.OutcomeCancelled),
		Reason:  q.text("reason"), Since: q.time("since"), Until: q.time("until"), After: q.text("after"), Limit: q.limit(),
	}
	if err := q.done(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.Context(), queryTimeout)
	defer cancel()
	page, err := a.cfg.Log.Attempts(ctx, c.tenant(), f)
	if err != nil {
		return nil, ofLog(err)
	}
	return ok(map[string]any{"attempts": page.Attempts, "next": orNull(page.Next), "has_more": page.Next != ""})
}

// getEvent shows one webhook, with its body and how it stands.
func (a *API) getEvent(c *call) (*answer, error) {
	if err := queryOf(c.Request).done(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.Context(), queryTimeout)
	defer cancel()
	found, err := a.cfg.Log.Webhook(ctx, c.tenant(), c.PathValue("id"))
	if err != nil {
		return nil, ofLog(err)
	}
	if found == nil {
		return nil, problem(http.StatusNotFound, "there is no webhook %q; they are kept for 35 days, and a new one is here a moment after it was made", c.PathValue("id"))
	}
	readable(&found.Webhook)
	return ok(found)
}

// listEndpointEvents tells what was done to an endpoint, and what became of it.
// It does so of one that was deleted, too.
func (a *API) listEndpointEvents(c *call) (*answer, error) {
	q := queryOf(c.Request)
	since, until, limit := q.time("since"), q.time("until"), q.limit()
	if err := q.done(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.Context(), queryTimeout)
	defer cancel()
	events, err := a.cfg.Log.EndpointEvents(ctx, c.tenant(), c.PathValue("id"), since, until, limit)
	if err != nil {
		return nil, ofLog(err)
	}
	if len(events) == 0 {
		if _, err := a.find(c); err != nil {
			return nil, err
		}
	}
	return ok(map[string]any{"events": events})
}

// ofLog says what an error of a log is to the client.
func ofLog(err error) error {
	if input, is := errors.AsType[*listing.InputError](err); is {
		if input.Field == "choice" { // all of the body
			return problem(http.StatusBadRequest, "the choice of webhooks: %s", input.Problem)
		}
		return wrong(input.Field, "%s: %s", input.Field, input.Problem)
	}
	if _, is := errors.AsType[*problemError](err); is {
		return err
	}
	if errors.Is(err, shipmentlog.ErrTooLarge) {
		return problem(http.StatusUnprocessableEntity, "this needs more memory than a request may use; narrow it, by time for example")
	}
	if errors.Is(err, webhooklog.ErrCursorExpired) {
		p := problem(http.StatusGone, "%v", err)
		p.Field = "after"
		return p
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return unavailable(err)
}

func (q *query) limit() int {
	return q.number("limit", listing.DefaultLimit, 1, listing.MaxLimit)
}

// shipment reads a parcel, as CARRIER:NUMBER in any spelling.
func (q *query) shipment(name string) (carrier, number string) {
	text := q.text(name)
	if text == "" {
		return "", ""
	}
	carrier, number, fault := shipmentOf(name, text)
	if fault != nil {
		q.blame(fault)
	}
	return carrier, number
}

// shipmentOf gives carrier and number as keys have them.
func shipmentOf(name, text string) (carrier, number string, fault *problemError) {
	carrier, number, _ = strings.Cut(text, ":")
	key, err := schemas.ShipmentKey(carrier, number)
	if err != nil {
		return "", "", wrong(name, "%s is %q; it is a carrier, a colon and a number, such as royal-mail:AB123456785GB", name, text)
	}
	carrier, number, _ = strings.Cut(key, ":")
	return carrier, number, nil
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
