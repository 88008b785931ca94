package webhooklog

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"waybill/internal/listing"
	"waybill/schemas"
)

// AttemptFilter chooses attempts. What is zero chooses nothing out.
type AttemptFilter struct {
	EndpointID, WebhookID string
	// Carrier and TrackingNumber are canonical.
	Carrier, TrackingNumber string
	// Outcome is one of the contract: delivered, failed, expired, cancelled.
	Outcome string
	// Reason is the closed reason of a failure.
	Reason string
	// Since and Until bound the begin of the attempt; Until is not in it.
	Since, Until time.Time
	// After is the Next of the page before.
	After string
	// Limit is how many there are on a page. 0: listing.DefaultLimit.
	Limit int
}

// Attempt is one call, or the end of a webhook without one (W14). Times are UTC,
// durations microseconds.
type Attempt struct {
	WebhookID      string     `ch:"job_id" json:"webhook_id"`
	EndpointID     string     `ch:"endpoint_id" json:"endpoint_id"`
	Number         int32      `ch:"attempt" json:"attempt"`
	Trigger        string     `ch:"trigger" json:"trigger"`
	Carrier        string     `ch:"carrier" json:"carrier"`
	TrackingNumber string     `ch:"tracking_number" json:"tracking_number"`
	RegistrationID string     `ch:"registration_id" json:"registration_id"`
	Type           string     `ch:"type" json:"type"`
	Sequence       int64      `ch:"sequence" json:"sequence"`
	Outcome        string     `ch:"outcome" json:"outcome"`
	Reason         string     `ch:"reason" json:"reason"`
	StatusCode     int32      `ch:"status_code" json:"status_code"`
	Response       string     `ch:"response" json:"response"`
	StartedAt      time.Time  `ch:"started_at" json:"started_at"`
	DNSUS          int64      `ch:"dns_us" json:"dns_us"`
	ConnectUS      int64      `ch:"connect_us" json:"connect_us"`
	TLSUS          int64      `ch:"tls_us" json:"tls_us"`
	FirstByteUS    int64      `ch:"first_byte_us" json:"first_byte_us"`
	TotalUS        int64      `ch:"total_us" json:"total_us"`
	CreatedAt      time.Time  `ch:"created_at" json:"created_at"`
	NextAttemptAt  *time.Time `ch:"next_attempt_at" json:"next_attempt_at"`
}

// AttemptPage is a page of attempts, newest first.
type AttemptPage struct {
	Attempts []Attempt `json:"attempts"`
	// Next is where the next page begins; empty when there is none.
	Next string `json:"next"`
}

const attemptsQuery = `
SELECT job_id, endpoint_id, attempt, trigger, carrier, tracking_number, registration_id, type, sequence, outcome, reason, status_code, response,
    started_at, dns_us, connect_us, tls_us, first_byte_us, total_us, created_at, next_attempt_at
FROM webhook_attempts FINAL
WHERE tenant = {tenant:String}
    AND ({endpoint:String} = '' OR endpoint_id = {endpoint:String})
    AND ({webhook:String} = '' OR job_id = {webhook:String})
    AND ({carrier:String} = '' OR carrier = {carrier:String})
    AND ({number:String} = '' OR tracking_number = {number:String})
    AND ({outcome:String} = '' OR outcome = {outcome:String})
    AND ({reason:String} = '' OR reason = {reason:String})
    AND started_at >= {since:DateTime64(3)} AND started_at < {until:DateTime64(3)}
    AND ({after_webhook:String} = '' OR (started_at, job_id, attempt, trigger)
        < (fromUnixTimestamp64Milli({after_ms:Int64}), {after_webhook:String}, {after_attempt:Int32}, {after_trigger:String}))
ORDER BY started_at DESC, job_id DESC, attempt DESC, trigger DESC
LIMIT {limit:UInt32}`

// Attempts gives a page of a tenant's attempts, newest first. An error about the
// filter is a *listing.InputError.
func (l *Log) Attempts(ctx context.Context, tenant string, f AttemptFilter) (*AttemptPage, error) {
	limit, err := listing.Limit(f.Limit)
	if err != nil {
		return nil, err
	}
	if err := listing.OneOf("outcome", f.Outcome, attemptOutcomes()); err != nil {
		return nil, err
	}
	var after attemptPlace
	if f.After != "" {
		if after, err = readAttemptPlace(f.After); err != nil {
			return nil, err
		}
	}
	page := &AttemptPage{Attempts: []Attempt{}}
	err = l.ask(ctx, &page.Attempts, tenant, attemptsQuery, append(listing.Span(f.Since, f.Until),
		clickhouse.Named("endpoint", f.EndpointID), clickhouse.Named("webhook", f.WebhookID),
		clickhouse.Named("carrier", f.Carrier), clickhouse.Named("number", f.TrackingNumber),
		clickhouse.Named("outcome", f.Outcome), clickhouse.Named("reason", f.Reason),
		clickhouse.Named("after_ms", after.StartedMS), clickhouse.Named("after_webhook", after.WebhookID),
		clickhouse.Named("after_attempt", after.Number), clickhouse.Named("after_trigger", after.Trigger),
		clickhouse.Named("limit", limit+1))...)
	if err != nil {
		return nil, fmt.Errorf("reading attempts at webhooks: %w", err)
	}
	if len(page.Attempts) > limit {
		page.Attempts = page.Attempts[:limit]
		page.Next = listing.Cursor(placeOf(&page.Attempts[limit-1]))
	}
	return page, nil
}

// attemptOutcomes are those that a row may have.
func attemptOutcomes() []string {
	return []string{schemas.OutcomeDelivered, schemas.OutcomeFailed, schemas.OutcomeExpired, schemas.OutcomeCancelled}
}

// attemptPlace is where a page of attempts ends.
type attemptPlace struct {
	StartedMS int64  `json:"s"`
	WebhookID string `json:"w"`
	Number    int32  `json:"n"`
	Trigger   string `json:"t"`
}

func placeOf(a *Attempt) attemptPlace {
	return attemptPlace{a.StartedAt.UnixMilli(), a.WebhookID, a.Number, a.Trigger}
}

func readAttemptPlace(text string) (attemptPlace, error) {
	return listing.ReadCursor(text, func(p *attemptPlace) bool { return p.WebhookID != "" })
}
