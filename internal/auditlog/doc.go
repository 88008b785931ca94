// Package auditlog asks ClickHouse who did what, when, on what, and how it ended.
//
// Entries gives what is one tenant's, and nothing of another's (R10); All is for
// operators. It may import schemas, internal/listing and the ClickHouse client. internal/audit writes
// entries, and sinks/clickhouse fills the table, which belongs to analytics.
//
// Start reading at Log.
package auditlog
