package clickhouse

import (
	"time"

	"waybill/schemas"
)

// attemptTable holds one row for each attempt at a webhook.
func attemptTable() *table[schemas.WebhookAttempt] {
	return &table[schemas.WebhookAttempt]{name: "webhook_attempts", columns: append([]column[schemas.WebhookAttempt]{
		plain("tenant", func(a *schemas.WebhookAttempt) string { return a.Tenant }),
		plain("endpoint_id", func(a *schemas.WebhookAttempt) string { return a.EndpointID }),
		plain("job_id", func(a *schemas.WebhookAttempt) string { return a.JobID }),
		whole("attempt", func(a *schemas.WebhookAttempt) int { return a.Attempt }),
		plain("carrier", func(a *schemas.WebhookAttempt) string { return a.Carrier }),
		plain("tracking_number", func(a *schemas.WebhookAttempt) string { return a.TrackingNumber }),
		instant("epoch", func(a *schemas.WebhookAttempt) time.Time { return a.Epoch }),
		plain("registration_id", func(a *schemas.WebhookAttempt) string { return a.RegistrationID }),
		plain("type", func(a *schemas.WebhookAttempt) string { return a.Type }),
		plain("sequence", func(a *schemas.WebhookAttempt) int64 { return a.Sequence }),
		plain("trigger", func(a *schemas.WebhookAttempt) string { return a.Trigger }),
		instant("manual_at", manualAt),
		plain("outcome", func(a *schemas.WebhookAttempt) string { return a.Outcome }),
		plain("reason", func(a *schemas.WebhookAttempt) string { return a.Reason }),
		whole("status_code", func(a *schemas.WebhookAttempt) int { return a.StatusCode }),
		plain("response", func(a *schemas.WebhookAttempt) string { return a.Response }),
		instant("started_at", func(a *schemas.WebhookAttempt) time.Time { return a.StartedAt }),
		plain("dns_us", func(a *schemas.WebhookAttempt) int64 { return a.DNSUS }),
		plain("connect_us", func(a *schemas.WebhookAttempt) int64 { return a.ConnectUS }),
		plain("tls_us", func(a *schemas.WebhookAttempt) int64 { return a.TLSUS }),
		plain("first_byte_us", func(a *schemas.WebhookAttempt) int64 { return a.FirstByteUS }),
		plain("total_us", func(a *schemas.WebhookAttempt) int64 { return a.TotalUS }),
		instant("created_at", func(a *schemas.WebhookAttempt) time.Time { return a.CreatedAt }),
		maybeInstant("next_attempt_at", func(a *schemas.WebhookAttempt) *time.Time { return a.NextAttemptAt }),
	}, versioned(one[schemas.WebhookAttempt], never)...)}
}

// manualAt keeps the attempts of a webhook that is sent again by hand apart from
// those before, which have the same numbers (W11).
func manualAt(a *schemas.WebhookAttempt) time.Time {
	if a.Trigger == schemas.TriggerManual {
		return a.StartedAt
	}
	return time.UnixMilli(0)
}
