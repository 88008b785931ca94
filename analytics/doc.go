// Package analytics asks ClickHouse the questions that people ask of shipments:
// what is late, what went wrong, where, and for how long.
//
// It owns the tables (migrations/*.sql, applied by Migrate) and the reports
// (reports/*.sql, run by Run). Both are plain SQL that clickhouse-client runs
// as it is. Filling the tables is the work of sinks/clickhouse.
//
// It may import schemas, analytics/holidays and the ClickHouse client, nothing
// else of the project.
//
// Start reading at README.md, then migrate.go and report.go.
package analytics
