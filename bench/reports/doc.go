// Package reports is the part reports of the benchmark: how long each report
// takes on ten million parcels and a hundred million events, and how much
// memory it needs. It fills the tables of an embedded ClickHouse with made-up
// parcels, by SQL alone, for the way through Kafka would take hours; what the
// parcels are like stands in load/parcels.sql.
//
// It may import analytics, internal/embedded, bench/rig and bench/report.
// Start reading at Run, then load.go (the tables), questions.go (what is asked)
// and ask.go (how).
package reports
