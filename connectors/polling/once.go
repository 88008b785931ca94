package polling

import (
	"context"
	"net/http"
	"time"

	"waybill/connectors/carriers"
	"waybill/schemas"
)

// Result is what came of asking once.
type Result struct {
	Outcome Outcome
	// Status is that of HTTP, 0 without an answer.
	Status int
	// RetryAfter is how long the source wants to be left alone. 0: it did not say.
	RetryAfter time.Duration
	Events     []schemas.CarrierEvent
	// Problem says what went wrong; nil: nothing did.
	Problem error
}

// Once asks about one parcel, by canonical carrier and number, and publishes
// nothing. It is for those who set an account up.
func Once(ctx context.Context, a *Account, table *carriers.Table, version, carrier, number string) Result {
	k := newAsker(version, table, newMemory(1))
	parcels := []parcel{{carrier: carrier, number: number}}
	out := k.ask(ctx, a, parcels, false)
	if out.outcome == OutcomeLeftOut {
		out = k.ask(ctx, a, parcels, true)
	}
	k.client.CloseIdleConnections()
	return Result{Outcome: out.outcome, Status: out.status, RetryAfter: out.wait, Events: out.told[0].events, Problem: out.problem}
}

// Description says in words for people what a result means.
func (r *Result) Description() string {
	switch r.Outcome {
	case OutcomeEvents:
		return "it knows the parcel"
	case OutcomeNoNews:
		return "it has no event of the parcel yet"
	case OutcomeNotFound:
		return "it does not know the parcel"
	case OutcomeInvalid:
		return "it says that this is no number of its"
	case OutcomeRefused:
		return "it refuses the question: " + http.StatusText(r.Status)
	case OutcomeUnauthorized:
		return "it does not accept the account: look at its key"
	case OutcomeRateLimited:
		return "the account has asked as often as it may"
	case OutcomeUnreadable:
		return "its answer cannot be read"
	default:
		return "it did not answer"
	}
}
