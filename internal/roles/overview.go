package roles

import (
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/overview"
	"waybill/schemas"
	"waybill/sinks/clickhouse"
)

// newOverview tells operators how the pipeline does, whichever instances its
// jobs are on.
func newOverview(o *Options, p *parts, client *kgo.Client, conn driver.Conn) *overview.Overview {
	return overview.New(overview.Config{
		Kafka: client, Prefix: o.Settings.Kafka.Prefix, Jobs: readers(), ClickHouse: conn, Gatherer: o.Gatherer, Instance: p.instance,
	})
}

// readers are all consumer groups and what they read.
func readers() []overview.Job {
	return []overview.Job{
		{Name: Tracking, Topics: []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents, schemas.TopicRerouted}},
		{Name: Endpoints, Topics: []string{schemas.TopicEndpointCommands, schemas.TopicEndpointSignals}},
		{Name: Delivery, Topics: []string{schemas.TopicWebhookJobs}},
		{Name: ClickHouse, Topics: clickhouse.Topics()},
		{Name: Quotas, Topics: []string{schemas.TopicUsage}, Optional: true},
		{Name: Polling, Topics: []string{schemas.TopicPollRequests}, Optional: true},
	}
}
