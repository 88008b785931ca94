// Package baselines makes the table baselines: it builds a version of it from
// ClickHouse and puts it on its topic, whole or not at all, for D3 and D4 to
// use. The rows are worked out by analytics, and what makes a version complete
// is in schemas.
//
// It may import schemas, analytics, internal/topiclog and the clients of Kafka
// and ClickHouse. Start reading at Builder.Build; schedule.go does it again and
// again.
package baselines
