// Package webhooklog asks ClickHouse about webhooks: each attempt (W14), a
// tenant's webhooks in order for those who missed some, and which to send again
// (W11).
//
// Every question is of one tenant, and no answer holds another's. It may import
// schemas, internal/listing and the ClickHouse client. The tables belong to the package analytics,
// and sinks/clickhouse fills them.
//
// Start reading at log.go, then feed.go and what it rests on: cursor.go and
// merge.go. Then attempts.go, choice.go and webhook.go.
package webhooklog
