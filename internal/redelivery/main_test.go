package redelivery

import (
	"fmt"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/topiclog"
	"waybill/internal/topics"
	"waybill/internal/webhooklog"
	"waybill/schemas"
	"waybill/sinks/clickhouse"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// bed is a Kafka with the topics and a ClickHouse with the tables. What is on
// the topics gets into the tables by Store.
type bed struct {
	*Client

	options ch.Options
}

func newBed(t *testing.T) *bed {
	t.Helper()
	b := &bed{Client: &Client{Prefix: uuid.NewString() + "."}, options: *analyticstest.Database(t)}
	conn, err := ch.Open(&b.options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	b.Log = webhooklog.New(conn)
	b.Codecs, err = schemas.NewCodecs()
	require.NoError(t, err)
	b.Kafka, err = kgo.NewClient(kgo.SeedBrokers(embeddedtest.Kafka(t)...), kgo.MetadataMinAge(100*time.Millisecond))
	require.NoError(t, err)
	t.Cleanup(b.Kafka.Close)
	_, err = topics.Create(t.Context(), b.Kafka, topics.Layout{Prefix: b.Prefix, Partitions: 2, Replication: -1})
	require.NoError(t, err)
	return b
}

// write puts webhooks on the log and into the tables.
func (b *bed) write(t *testing.T, jobs ...schemas.WebhookJob) {
	t.Helper()
	var records []*kgo.Record
	for i := range jobs {
		j := &jobs[i]
		j.Epoch, j.CreatedAt = time.UnixMilli(1), time.UnixMilli(2)
		if j.Trigger == "" {
			j.Trigger = schemas.TriggerEvent
		}
		if j.EndpointID == "" {
			j.EndpointID = "ep_1"
		}
		j.Carrier, j.Type = "alpha", schemas.TypeDelivered
		value, err := b.Codecs.WebhookJob.Encode(j)
		require.NoError(t, err)
		key := schemas.JobKey(j.EndpointID, "alpha:"+j.TrackingNumber)
		records = append(records, &kgo.Record{Topic: b.Prefix + schemas.TopicWebhookJobs, Key: []byte(key), Value: value})
	}
	require.NoError(t, b.Kafka.ProduceSync(t.Context(), records...).FirstErr())
	sink, err := clickhouse.New(clickhouse.Config{Prefix: b.Prefix, ClickHouse: b.options, Codecs: b.Codecs})
	require.NoError(t, err)
	require.NoError(t, sink.Load(t.Context(), records))
}

// shop gives webhooks of one tenant.
func shop(ids ...string) []schemas.WebhookJob {
	var jobs []schemas.WebhookJob
	for i, id := range ids {
		jobs = append(jobs, schemas.WebhookJob{
			Tenant: "shop", JobID: id, TrackingNumber: fmt.Sprint("A", i%5), Sequence: int64(i), Body: []byte("{ \"id\": \"" + id + "\"}"),
		})
	}
	return jobs
}

// onLog reads the webhooks that were sent by hand, by id.
func (b *bed) onLog(t *testing.T) map[string][]*kgo.Record {
	t.Helper()
	found := make(map[string][]*kgo.Record)
	require.NoError(t, topiclog.Whole(t.Context(), b.Kafka, b.Prefix+schemas.TopicWebhookJobs, nil, func(r *kgo.Record) error {
		j, err := b.Codecs.WebhookJob.Decode(r.Value)
		require.NoError(t, err)
		if j.Trigger == schemas.TriggerManual {
			found[j.JobID] = append(found[j.JobID], r)
		}
		return nil
	}))
	return found
}

// audit reads the events about redelivery, the last one of each id.
func (b *bed) audit(t *testing.T) map[string]schemas.EndpointEvent {
	t.Helper()
	found := make(map[string]schemas.EndpointEvent)
	require.NoError(t, topiclog.Whole(t.Context(), b.Kafka, b.Prefix+schemas.TopicEndpointEvents, nil, func(r *kgo.Record) error {
		e, err := b.Codecs.EndpointEvent.Decode(r.Value)
		require.NoError(t, err)
		require.Equal(t, schemas.EndpointEventRedelivered, e.Kind)
		found[e.EventID] = *e
		return nil
	}))
	return found
}
