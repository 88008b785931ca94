package overview_test

import (
	"strings"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/internal/embedded/embeddedtest"
	"waybill/internal/overview"
	"waybill/internal/topics"
	"waybill/schemas"
	"waybill/sinks/clickhouse"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

const partitions = 3

// bed is a Kafka with the topics under a prefix of the test's own, and a database.
type bed struct {
	brokers []string
	client  *kgo.Client
	prefix  string
	options ch.Options
	metrics *prometheus.Registry
}

func newBed(t *testing.T) (*bed, overview.Config) {
	t.Helper()
	b := &bed{brokers: embeddedtest.Kafka(t), prefix: "test-" + strings.ReplaceAll(uuid.NewString(), "-", "") + ".", metrics: prometheus.NewRegistry()}
	b.options = *analyticstest.Database(t)
	maker, err := kgo.NewClient(b.kafka()...) // it will remember the topics as missing
	require.NoError(t, err)
	defer maker.Close()
	_, err = topics.Create(t.Context(), maker, topics.Layout{Prefix: b.prefix, Partitions: partitions, Replication: -1})
	require.NoError(t, err)
	b.client, err = kgo.NewClient(b.kafka()...)
	require.NoError(t, err)
	t.Cleanup(b.client.Close)
	conn, err := ch.Open(&b.options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return b, overview.Config{
		Kafka: b.client, Prefix: b.prefix, ClickHouse: conn, Gatherer: b.metrics, Instance: "one",
		Jobs: []overview.Job{
			{Name: "tracking", Topics: []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents}},
			{Name: "delivery", Topics: []string{schemas.TopicWebhookJobs}},
			{Name: "quotas", Topics: []string{schemas.TopicUsage}, Optional: true},
		},
	}
}

func (b *bed) kafka(more ...kgo.Opt) []kgo.Opt {
	return append(more, kgo.SeedBrokers(b.brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.MetadataMinAge(100*time.Millisecond))
}

// put writes a record that is as old as is said.
func (b *bed) put(t *testing.T, topic string, partition int32, age time.Duration) {
	t.Helper()
	r := &kgo.Record{Topic: b.prefix + topic, Partition: partition, Value: []byte("x"), Timestamp: time.Now().Add(-age)}
	require.NoError(t, b.client.ProduceSync(t.Context(), r).FirstErr())
}

func (b *bed) commit(t *testing.T, group, topic string, partition int32, offset int64) {
	t.Helper()
	var all kadm.Offsets
	all.AddOffset(b.prefix+topic, partition, offset, -1)
	done, err := kadm.NewClient(b.client).CommitOffsets(t.Context(), b.prefix+group, all)
	require.NoError(t, err)
	require.NoError(t, done.Error())
}

// inTransaction writes a record that counts only with the marker after it.
func (b *bed) inTransaction(t *testing.T, topic string, partition int32) {
	t.Helper()
	writer, err := kgo.NewClient(b.kafka(kgo.TransactionalID(uuid.NewString()))...)
	require.NoError(t, err)
	defer writer.Close()
	require.NoError(t, writer.BeginTransaction())
	require.NoError(t, writer.ProduceSync(t.Context(), &kgo.Record{Topic: b.prefix + topic, Partition: partition, Value: []byte("x")}).FirstErr())
	require.NoError(t, writer.EndTransaction(t.Context(), kgo.TryCommit))
}

// The tests share a Kafka and a database, for making the tables takes longer than
// they do.
func TestOverview(t *testing.T) {
	b, c := newBed(t)
	t.Run("lag", func(t *testing.T) { testLag(t, b, c) })
	t.Run("flow", func(t *testing.T) { testFlow(t, b, c) })
	t.Run("counters", func(t *testing.T) { testCounters(t, b, c) })
	t.Run("many", func(t *testing.T) { testMany(t, c) })
	t.Run("Kafka away", func(t *testing.T) { testKafkaAway(t, c) })
}

// A group is as far behind as the oldest record that it has not committed; a
// marker that nobody commits is no record, and a partition of which nothing was
// committed counts from its start.
func testLag(t *testing.T, b *bed, c overview.Config) {
	t.Helper()
	b.put(t, schemas.TopicCarrierEvents, 0, 50*time.Minute)
	b.put(t, schemas.TopicCarrierEvents, 0, 20*time.Minute)
	b.put(t, schemas.TopicCarrierEvents, 0, 0)
	b.commit(t, "tracking", schemas.TopicCarrierEvents, 0, 1)
	b.put(t, schemas.TopicRegistrations, 2, 5*time.Minute)
	b.inTransaction(t, schemas.TopicWebhookJobs, 1)
	b.commit(t, "delivery", schemas.TopicWebhookJobs, 1, 1) // the marker stays

	p := overview.New(c).Now(t.Context())
	require.Empty(t, p.Problems)
	require.Len(t, p.Kafka.Jobs, 2, "nobody knows quotas")
	tracking, delivery := p.Kafka.Jobs[0], p.Kafka.Jobs[1]
	require.Equal(t, []any{"tracking", b.prefix + "tracking", "Empty", 0}, []any{tracking.Job, tracking.Group, tracking.State, tracking.Members})
	require.EqualValues(t, 3, tracking.LagRecords)
	require.InDelta(t, 20*60, *tracking.LagS, 30)
	require.Zero(t, delivery.LagRecords)
	require.Zero(t, *delivery.LagS)
	require.Equal(t, []overview.Arrivals{{Topic: "registrations", LastMinute: 0, Window: 1}, {Topic: "carrier-events", LastMinute: 1, Window: 1}, {Topic: "dead-letters"}}, p.Kafka.Topics)
}

// What was decided and sent counts by rule, reason and minute; what is older
// than the window does not.
func testFlow(t *testing.T, b *bed, c overview.Config) {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	now := time.Now().UTC()
	var offset int64
	var records []*kgo.Record
	decided := func(decision, rule string, at time.Time, lateness time.Duration) {
		offset++
		value, err := codecs.Decision.Encode(&schemas.Decision{
			Carrier: "ups", TrackingNumber: "1Z5R89390357567127", SourceTopic: schemas.TopicCarrierEvents, SourceOffset: offset, Version: 1,
			Decision: decision, Rule: rule, OccurredAt: at.Add(-lateness), ReceivedAt: at, ArrivedAt: at, DecidedAt: at,
		})
		require.NoError(t, err)
		records = append(records, &kgo.Record{Topic: schemas.TopicDecisions, Offset: offset, Timestamp: now, Value: value})
	}
	decided("accepted", "O2", now.Add(-2*time.Minute), time.Hour)
	decided("accepted", "O2", now.Add(-time.Minute), time.Hour)
	decided("duplicate", "I4", now.Add(-time.Minute), 0)
	decided("accepted", "O2", now.Add(-time.Hour), 0)
	for i, outcome := range []string{"delivered", "failed"} {
		value, err := codecs.WebhookAttempt.Encode(&schemas.WebhookAttempt{Tenant: "shop", EndpointID: "ep_1", JobID: "j", Attempt: i, Trigger: schemas.TriggerEvent, Outcome: outcome, Reason: []string{"", "timeout"}[i], StartedAt: now, CreatedAt: now})
		require.NoError(t, err)
		records = append(records, &kgo.Record{Topic: schemas.TopicWebhookAttempts, Offset: int64(i), Timestamp: now, Value: value})
	}
	sink, err := clickhouse.New(clickhouse.Config{ClickHouse: b.options, Codecs: codecs})
	require.NoError(t, err)
	require.NoError(t, sink.Load(t.Context(), records))

	p := overview.New(c).Now(t.Context())
	require.Empty(t, p.Problems)
	require.Equal(t, []overview.Decision{{Decision: "accepted", Rule: "O2", Events: 2}, {Decision: "duplicate", Rule: "I4", Events: 1}}, p.Flow.Decisions)
	require.ElementsMatch(t, []overview.Webhooks{{Outcome: "delivered", Attempts: 1}, {Outcome: "failed", Reason: "timeout", Attempts: 1}}, p.Flow.Webhooks)
	require.InDelta(t, 3600, *p.Flow.Lateness.P95, 1)
	require.InDelta(t, 0, *p.Flow.Handling.P95, 1)
	require.Len(t, p.Flow.Minutes, 3)
	require.EqualValues(t, 1, p.Flow.Minutes[0].Decisions["accepted"])
	require.Equal(t, map[string]uint64{"accepted": 1, "duplicate": 1}, p.Flow.Minutes[1].Decisions)
	require.Equal(t, map[string]uint64{"delivered": 1, "failed": 1}, p.Flow.Minutes[2].Webhooks)
}

// Counters are added up by one of their labels, and what this process has no part
// in is empty.
func testCounters(t *testing.T, b *bed, c overview.Config) {
	t.Helper()
	records := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "waybill_stream_records_total", Help: "x"}, []string{"job_name", "topic"})
	b.metrics.MustRegister(records)
	records.WithLabelValues("tracking", "registrations").Add(2)
	records.WithLabelValues("tracking", "carrier-events").Add(3)
	p := overview.New(c).Now(t.Context())
	require.Equal(t, "one", p.Instance.Instance)
	require.Equal(t, map[string]float64{"tracking": 5}, p.Instance.Records)
	require.Empty(t, p.Instance.Rows)

	c.Gatherer = nil
	require.Empty(t, overview.New(c).Now(t.Context()).Instance.Records)
}

// All who ask within two seconds get the same answer.
func testMany(t *testing.T, c overview.Config) {
	t.Helper()
	o := overview.New(c)
	first := o.Now(t.Context())
	require.Same(t, first, o.Now(t.Context()))
}

// A Kafka that does not answer is one problem, and the rest is told.
func testKafkaAway(t *testing.T, c overview.Config) {
	t.Helper()
	nowhere, err := kgo.NewClient(kgo.SeedBrokers("127.0.0.1:1"))
	require.NoError(t, err)
	defer nowhere.Close()
	c.Kafka = nowhere
	p := overview.New(c).Now(t.Context())
	require.Nil(t, p.Kafka)
	require.NotNil(t, p.Flow)
	require.Equal(t, "kafka", p.Problems[0].Part)
	require.Contains(t, p.Problems[0].Detail, "asking Kafka")
}
