package webhooklog

import (
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/internal/embedded/embeddedtest"
	"waybill/schemas"
	"waybill/sinks/clickhouse"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// bed is a database with every table, filled as the sink fills it.
type bed struct {
	options ch.Options
	codecs  *schemas.Codecs
	log     *Log
	offsets map[string]map[int32]int64 // next, by topic and partition
}

func newBed(t testing.TB) *bed {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	b := &bed{options: *analyticstest.Database(t), codecs: codecs, offsets: make(map[string]map[int32]int64)}
	conn, err := ch.Open(&b.options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	b.log = New(conn)
	return b
}

// fataler is what a test and a check of a property have in common.
type fataler interface {
	require.TestingT
	Helper()
}

// load puts records of one topic into the tables, as one batch of the sink.
func (b *bed) load(t fataler, records ...*kgo.Record) {
	t.Helper()
	sink, err := clickhouse.New(clickhouse.Config{ClickHouse: b.options, Codecs: b.codecs})
	require.NoError(t, err)
	require.NoError(t, sink.Load(testContext(t), records))
}

// record gives a value its place on the log, behind what is there.
func record[T any](t fataler, b *bed, topic string, codec *schemas.Codec[T], partition int32, at time.Time, v *T) *kgo.Record {
	t.Helper()
	value, err := codec.Encode(v)
	require.NoError(t, err)
	if b.offsets[topic] == nil {
		b.offsets[topic] = make(map[int32]int64)
	}
	offset := b.offsets[topic][partition]
	b.offsets[topic][partition] = offset + 1
	return &kgo.Record{Topic: topic, Partition: partition, Offset: offset, Timestamp: at, Value: value}
}

func (b *bed) webhook(t fataler, partition int32, at time.Time, v schemas.WebhookJob) *kgo.Record {
	t.Helper()
	v.Trigger = schemas.TriggerEvent
	if v.Body == nil {
		v.Body = []byte(`{"id":"` + v.JobID + `"}`)
	}
	if v.EndpointID == "" {
		v.EndpointID = "ep_1"
	}
	if v.Type == "" {
		v.Type = schemas.TypeDelivered
	}
	v.Epoch, v.CreatedAt = at, at
	return record(t, b, schemas.TopicWebhookJobs, b.codecs.WebhookJob, partition, at, &v)
}

func (b *bed) attempt(t fataler, v schemas.WebhookAttempt) *kgo.Record {
	t.Helper()
	if v.EndpointID == "" {
		v.EndpointID = "ep_1"
	}
	if v.Trigger == "" {
		v.Trigger = schemas.TriggerEvent
	}
	v.Epoch, v.CreatedAt = v.StartedAt, v.StartedAt
	return record(t, b, schemas.TopicWebhookAttempts, b.codecs.WebhookAttempt, 0, v.StartedAt, &v)
}
