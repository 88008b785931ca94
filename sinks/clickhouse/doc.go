// Package clickhouse writes what the topics say into the tables of ClickHouse:
// events, decisions, shipments with all that hangs on them, webhooks and their
// attempts, what became of endpoints, usage, baselines, and the audit.
//
// Records come in at least once and have one effect: every table replaces by a
// key that never changes and a version that only grows, so the same row again,
// or an older one after a newer one, changes nothing. Offsets are committed
// after the insert, and nothing else is needed for it. What can fail and what
// holds is in effect.md.
//
// It may import schemas, franz-go, the ClickHouse client and Prometheus. The
// tables themselves belong to the package analytics.
//
// Start reading at Sink.Run in sink.go, then batch.go, write.go and table.go.
package clickhouse
