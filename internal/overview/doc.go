// Package overview tells operators how the pipeline does at the moment: how far
// its consumer groups are behind and what arrives, asked of Kafka; what was
// decided and sent of late, asked of ClickHouse; and what this process counted
// itself. Each part stands alone: where one is away, the others still tell.
//
// It is over all tenants, so only operators may see it; who that is, the caller
// decides. It may import schemas and internal/topiclog, and the clients of Kafka,
// ClickHouse and Prometheus.
//
// Start reading at overview.go, then groups.go with behind.go, flow.go, counters.go.
package overview
