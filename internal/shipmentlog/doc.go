// Package shipmentlog asks ClickHouse about parcels, for those who follow them:
// one parcel with all that became of it, a tenant's registrations by what it
// looks for, and what it used.
//
// A question is of one tenant, and no answer holds another's (R10), nor of the
// carrier's side what the tenant's registrations may not see (R5). ExplainAll is
// the exception, for operators. It may import schemas, internal/listing and the ClickHouse client.
// The tables belong to the package analytics, and sinks/clickhouse fills them.
//
// Start reading at log.go, then parcel.go, read.go and visible.go; then list.go
// with filter.go and cursor.go; then usage.go.
package shipmentlog
