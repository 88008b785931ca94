package inbound

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"waybill/connectors/dialects"
	"waybill/connectors/publish"
	"waybill/schemas"
	"waybill/schemas/status"
)

// publish reads the payload and puts what it tells onto the log. The outcome is
// good only when Kafka has acknowledged all of it.
func (h *Handler) publish(ctx context.Context, c *call, d *dialects.Dialect) outcome {
	reading, err := d.Parse(c.body, dialects.Options{Received: c.begun.UTC(), Way: dialects.Push, Carriers: h.cfg.Publisher.Carriers})
	if err != nil {
		c.cause = err
		if err := h.bury(ctx, c, err); err != nil {
			c.cause = errors.Join(c.cause, err)
			return unavailable
		}
		return unreadable
	}
	events := reading.Events
	var bad []string
	for i := range reading.Failures {
		f := &reading.Failures[i]
		h.metrics.failures.WithLabelValues(string(f.Reason)).Inc()
		switch f.Reason {
		case dialects.ReasonBadEvent:
			bad = append(bad, f.Where+": "+f.Description)
		case dialects.ReasonNoEvents: // a test, or about something else
			continue
		}
		c.failures++
		if e := refusal(f, d, c.begun.UTC()); e != nil {
			events = append(events, *e)
		}
	}
	err = h.cfg.Publisher.Events(ctx, events)
	if err == nil && len(bad) > 0 {
		c.cause = fmt.Errorf("reading %d of its events: %s", len(bad), strings.Join(bad, "; "))
		err = h.bury(ctx, c, c.cause)
	}
	if err != nil {
		c.cause = errors.Join(c.cause, err)
		if publish.Busy(err) {
			return busy
		}
		return unavailable
	}
	if c.events = len(events); c.events == 0 && c.failures == 0 {
		return ignored
	}
	return accepted
}

// bury puts the payload to the dead letters, whole: also where one event of it
// cannot be read, for nothing less can be read again. The events that could be
// are then duplicates (I4).
func (h *Handler) bury(ctx context.Context, c *call, why error) error {
	return h.cfg.Publisher.DeadLetter(ctx, &publish.Payload{
		Source: c.source, Way: string(dialects.Push), Account: c.account, ContentType: c.Header.Get("Content-Type"), Received: c.begun, Body: c.body,
	}, why)
}

// refusal is the event that a source's word about a number is: that it does not
// know it (D5), or that it is none. Other failures are no news of a parcel.
func refusal(f *dialects.Failure, d *dialects.Dialect, now time.Time) *schemas.CarrierEvent {
	e := &schemas.CarrierEvent{
		Carrier: f.Carrier, TrackingNumber: f.TrackingNumber, Source: d.Name + "-" + string(dialects.Push), SourceKind: schemas.SourceCarrierPush,
		RawCode: f.RawCode, Description: f.Description, OccurredAt: now, ReceivedAt: &now,
		OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, Leg: schemas.LegForward,
	}
	if d.Platform() {
		e.SourceKind = schemas.SourceProviderPush
	}
	switch f.Reason {
	case dialects.ReasonNotFound:
		e.Code = status.CodeNotFound
	case dialects.ReasonInvalidNumber:
		e.Code = status.CodeInvalidNumber
	default:
		return nil
	}
	if _, err := schemas.ShipmentKey(f.Carrier, f.TrackingNumber); err != nil {
		return nil
	}
	return e
}
