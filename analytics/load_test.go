package analytics_test

import (
	"context"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/internal/embedded/embeddedtest"
	"waybill/schemas"
	"waybill/sinks/clickhouse"
)

// records is what is put on the topics, topic by topic. Rows reach the tables
// by the real way, through the sink.
type records struct {
	shipments []*schemas.Shipment
	events    []*schemas.TrackingEvent
	decisions []*schemas.Decision
	webhooks  []*schemas.WebhookJob
	attempts  []*schemas.WebhookAttempt
	usage     []*schemas.Usage
	baselines []*schemas.Baseline
}

// load fills a new database. Each step is settled before the next, so that the
// tables come to hold several versions of a row.
func load(t testing.TB, steps ...records) driver.Conn {
	t.Helper()
	return loadInto(t, analyticstest.Database(t), steps...)
}

// loadInto fills the database that options name, and has every table.
func loadInto(t testing.TB, options *ch.Options, steps ...records) driver.Conn {
	t.Helper()
	conn := open(t, options)
	for _, table := range []string{"shipments", "registrations", "exception_episodes", "eta_changes", "tracking_events", "decisions", "webhooks", "webhook_attempts", "usage", "baselines"} {
		require.NoError(t, conn.Exec(t.Context(), "SYSTEM STOP MERGES "+table)) // or final reads would have nothing to do
	}
	fill(t, options, steps...)
	return conn
}

// fill puts records into a database that is there.
func fill(t testing.TB, options *ch.Options, steps ...records) {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	cfg := clickhouse.Config{
		Prefix: uuid.NewString() + ".", ClickHouse: *options, Codecs: codecs, FlushInterval: 100 * time.Millisecond,
		Kafka: []kgo.Opt{kgo.SeedBrokers(embeddedtest.Kafka(t)...)},
	}
	client, err := kgo.NewClient(cfg.Kafka...)
	require.NoError(t, err)
	defer client.Close()
	for _, topic := range schemas.Topics() {
		_, err := kadm.NewClient(client).CreateTopic(t.Context(), 1, 1, nil, cfg.Prefix+topic.Name)
		require.NoError(t, err)
	}
	sink, err := clickhouse.New(cfg)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sink.Run(ctx) }()
	for _, step := range steps {
		send(t, client, cfg.Prefix+schemas.TopicShipments, codecs.Shipment, step.shipments)
		send(t, client, cfg.Prefix+schemas.TopicTrackingEvents, codecs.TrackingEvent, step.events)
		send(t, client, cfg.Prefix+schemas.TopicDecisions, codecs.Decision, step.decisions)
		send(t, client, cfg.Prefix+schemas.TopicWebhookJobs, codecs.WebhookJob, step.webhooks)
		send(t, client, cfg.Prefix+schemas.TopicWebhookAttempts, codecs.WebhookAttempt, step.attempts)
		send(t, client, cfg.Prefix+schemas.TopicUsage, codecs.Usage, step.usage)
		send(t, client, cfg.Prefix+schemas.TopicBaselines, codecs.Baseline, step.baselines)
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			lag, err := clickhouse.Lag(t.Context(), client, cfg.Prefix, "")
			require.NoError(c, err)
			require.Zero(c, lag)
		}, time.Minute, 5*time.Millisecond)
	}
	stop()
	require.NoError(t, <-ended)
}

func send[T any](t testing.TB, client *kgo.Client, topic string, codec *schemas.Codec[T], values []*T) {
	t.Helper()
	for _, v := range values {
		data, err := codec.Encode(v)
		require.NoError(t, err, "%+v", v)
		client.Produce(t.Context(), &kgo.Record{Topic: topic, Value: data}, func(_ *kgo.Record, err error) { assert.NoError(t, err) })
	}
	require.NoError(t, client.Flush(t.Context()))
}
