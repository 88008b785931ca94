package clickhouse

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

var epoch = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)

// event is version revision of the nth event.
func event(n int, revision int64) *schemas.TrackingEvent {
	return &schemas.TrackingEvent{
		Carrier: "scms", TrackingNumber: fmt.Sprint("N", n), Epoch: epoch, EventID: fmt.Sprintf("%016x", n), Revision: revision,
		Type: "tracking.event", Status: "IN_TRANSIT", Code: "transit.moving", Description: fmt.Sprint("version ", revision),
		Leg: schemas.LegForward, OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, SourceKind: schemas.SourceFile,
		OccurredAt: epoch, ReceivedAt: epoch, ArrivedAt: epoch, ObjectCreated: epoch, ObjectUpdated: epoch,
	}
}

// shipment is version revision of the nth shipment, with as many registrations,
// an episode and an ETA change.
func shipment(n int, revision int64) *schemas.Shipment {
	s := &schemas.Shipment{
		Carrier: "scms", TrackingNumber: fmt.Sprint("N", n), Epoch: epoch, Revision: revision, Status: "IN_TRANSIT",
		Leg: schemas.LegForward, DeliveredPrecision: schemas.PrecisionSecond, CreatedAt: epoch, UpdatedAt: epoch.Add(time.Duration(revision) * time.Hour),
		ExceptionEpisodes: []schemas.ExceptionEpisode{{OpeningEventID: "e", OpenedAt: epoch, Code: "exc.weather", Party: "external"}},
		ETAChanges:        []schemas.ETAChange{{CausingEventID: "c", ChangedAt: epoch}},
	}
	for _, tenant := range []string{"one", "two"} {
		s.Registrations = append(s.Registrations, schemas.RegistrationState{
			RegistrationID: fmt.Sprint(tenant, "-", n), Tenant: tenant, State: "active", RegisteredAt: epoch, ExpiresAt: epoch.Add(time.Hour), Webhooks: revision,
		})
	}
	return s
}

// What comes again, and what comes too late, changes nothing, whether it is in
// the same batch or in another.
func TestRepeatsAndOldVersionsChangeNothing(t *testing.T) {
	bed := newTestBed(t, 1)
	for _, revision := range []int64{2, 3, 3, 1, 2} {
		for n := range 5 {
			send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, event(n, revision))
			send(bed, schemas.TopicShipments, bed.cfg.Codecs.Shipment, shipment(n, revision))
		}
		bed.run() // a batch of its own, in a process of its own
	}
	require.EqualValues(t, 5, ask[uint64](bed, "SELECT count() FROM tracking_events FINAL"))
	require.EqualValues(t, 5, ask[uint64](bed, "SELECT count() FROM tracking_events FINAL WHERE version = 3 AND description = 'version 3'"))
	require.EqualValues(t, 5, ask[uint64](bed, "SELECT count() FROM shipments FINAL WHERE version = 3"))
	require.EqualValues(t, 10, ask[uint64](bed, "SELECT count() FROM registrations FINAL WHERE webhooks = 3"))
	require.EqualValues(t, 10, ask[uint64](bed, "SELECT count() FROM registrations FINAL"))
	require.EqualValues(t, 5, ask[uint64](bed, "SELECT count() FROM exception_episodes FINAL"))
	require.EqualValues(t, 5, ask[uint64](bed, "SELECT count() FROM eta_changes FINAL"))
}

func TestAWithdrawnEventIsNotSeen(t *testing.T) {
	bed := newTestBed(t, 1)
	withdrawn := event(1, 2)
	withdrawn.Deleted = true
	send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, event(1, 1), withdrawn)
	bed.run()
	require.Zero(t, ask[uint64](bed, "SELECT count() FROM tracking_events FINAL"))
}

func TestValuesOutOfRangeAreKeptAsProblems(t *testing.T) {
	bed := newTestBed(t, 1)
	hostile := event(1, 1)
	hostile.OccurredAt = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	parcel := shipment(1, 1)
	day := "0000-99-99"
	parcel.Registrations[0].PromisedDate = &day
	send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, hostile)
	send(bed, schemas.TopicShipments, bed.cfg.Codecs.Shipment, parcel)
	registry := prometheus.NewRegistry()
	bed.cfg.Registerer = registry
	bed.run()

	require.Contains(t, ask[string](bed, "SELECT problems[1] FROM tracking_events FINAL"), "occurred_at: 9999-01-01T00:00:00Z is after 2261")
	require.Contains(t, ask[string](bed, "SELECT problems[1] FROM registrations FINAL WHERE tenant = 'one'"), `promised_date: "0000-99-99" is no day`)
	require.EqualValues(t, 1, ask[uint64](bed, "SELECT count() FROM registrations FINAL WHERE tenant = 'one' AND isNull(promised_date)"))
	require.EqualValues(t, 1, ask[uint64](bed, "SELECT count() FROM registrations FINAL WHERE tenant = 'two' AND empty(problems)"))
	problems := gathered(t, registry, "waybill_clickhouse_problem_rows_total")
	require.Equal(t, map[string]float64{
		"decisions": 0, "eta_changes": 0, "exception_episodes": 0, "acknowledgements": 0, "registrations": 1,
		"shipments": 0, "tracking_events": 1, "usage": 0, "baselines": 0, "webhooks": 0, "webhook_attempts": 0, "endpoint_events": 0, "audit": 0,
	}, problems)
}

// gathered reads a family of counters or gauges by the values of their labels.
func gathered(t *testing.T, registry *prometheus.Registry, name string) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	found := make(map[string]float64)
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, label.GetValue())
			}
			found[strings.Join(labels, " ")] = metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
		}
	}
	return found
}

// Nine years, or ninety, may come in one batch.
func TestABatchOverManyPartitions(t *testing.T) {
	bed := newTestBed(t, 1)
	for n := range 250 { // more years than a single insert may touch
		e := event(n, 1)
		e.Epoch = time.Date(1950+n, 6, 1, 0, 0, 0, 0, time.UTC)
		send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, e)
	}
	bed.run()
	require.EqualValues(t, 250, ask[uint64](bed, "SELECT count() FROM tracking_events FINAL"))
	require.Empty(t, bed.deadLetters())
}

func TestWhatCannotBeReadGoesToTheDeadLetters(t *testing.T) {
	bed := newTestBed(t, 1)
	topic := bed.cfg.Prefix + schemas.TopicTrackingEvents
	old := event(1, 1)
	old.Epoch = time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC)
	negative := event(2, -1)
	encode := func(e *schemas.TrackingEvent) []byte {
		data, err := bed.cfg.Codecs.TrackingEvent.Encode(e)
		require.NoError(t, err)
		return data
	}
	records := []*kgo.Record{
		{Topic: topic, Key: []byte("k"), Value: []byte("no event"), Headers: []kgo.RecordHeader{{Key: "own", Value: []byte("kept")}}},
		{Topic: topic, Value: encode(old)},
		{Topic: topic, Value: encode(negative)},
		{Topic: topic, Value: encode(event(3, 1))},
		{Topic: bed.cfg.Prefix + schemas.TopicShipments, Key: []byte("gone"), Value: nil},
	}
	require.NoError(t, bed.client.ProduceSync(t.Context(), records...).FirstErr())
	bed.run()

	require.EqualValues(t, 1, ask[uint64](bed, "SELECT count() FROM tracking_events FINAL"))
	letters := bed.deadLetters()
	require.Len(t, letters, 3)
	for i, cause := range []string{"reading a TrackingEvent", "epochs from 1900 to 2261", "negative"} {
		require.Contains(t, headerOf(letters[i], schemas.HeaderError), cause)
		require.Equal(t, schemas.TopicTrackingEvents, headerOf(letters[i], schemas.HeaderSourceTopic))
		require.Equal(t, "0", headerOf(letters[i], schemas.HeaderSourcePartition))
		require.Equal(t, fmt.Sprint(i), headerOf(letters[i], schemas.HeaderSourceOffset))
		require.Equal(t, records[i].Value, letters[i].Value)
	}
	require.Equal(t, "k", string(letters[0].Key))
	require.Equal(t, "kept", headerOf(letters[0], "own"))
}

// A row that ClickHouse refuses goes alone: its neighbours, and the other rows
// of its record, are stored.
func TestAPoisonedRowGoesAlone(t *testing.T) {
	bed := newTestBed(t, 1)
	require.NoError(t, bed.conn.Exec(t.Context(), "ALTER TABLE tracking_events ADD CONSTRAINT wholesome CHECK description != 'poison'"))
	require.NoError(t, bed.conn.Exec(t.Context(), "ALTER TABLE registrations ADD CONSTRAINT wholesome CHECK reference != 'poison'"))
	for n := range 20 {
		e, s := event(n, 1), shipment(n, 1)
		if n == 13 {
			e.Description = "poison"
			s.Registrations[0].Reference, s.Registrations[1].Reference = "poison", "poison"
		}
		send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, e)
		send(bed, schemas.TopicShipments, bed.cfg.Codecs.Shipment, s)
	}
	bed.run()

	require.EqualValues(t, 19, ask[uint64](bed, "SELECT count() FROM tracking_events FINAL"))
	require.EqualValues(t, 38, ask[uint64](bed, "SELECT count() FROM registrations FINAL"))
	require.EqualValues(t, 20, ask[uint64](bed, "SELECT count() FROM shipments FINAL"))
	letters := bed.deadLetters()
	require.Len(t, letters, 2, "one for each record, however many of its rows were refused")
	for _, letter := range letters {
		require.Contains(t, headerOf(letter, schemas.HeaderError), "wholesome")
		require.Equal(t, "13", headerOf(letter, schemas.HeaderSourceOffset))
	}
}

// When nothing of a batch can be stored, the fault is not the records'.
func TestMassRefusalEndsTheSink(t *testing.T) {
	bed := newTestBed(t, 1)
	for range refusalFloor + 1 {
		bed.client.Produce(t.Context(), &kgo.Record{Topic: bed.cfg.Prefix + schemas.TopicUsage, Value: []byte("?")}, nil)
	}
	require.NoError(t, bed.client.Flush(t.Context()))
	bed.cfg.FlushInterval = time.Minute
	bed.cfg.FlushRows = refusalFloor + 1
	sink, err := New(bed.cfg)
	require.NoError(t, err)
	var mass *massRefusalError
	require.ErrorAs(t, sink.Run(t.Context()), &mass)
	require.Empty(t, bed.deadLetters())
	lag, err := Lag(t.Context(), bed.client, bed.cfg.Prefix, "")
	require.NoError(t, err)
	require.EqualValues(t, refusalFloor+1, lag)
}

// An asked end settles what is in hand.
func TestTheBatchInHandIsSettledAtTheEnd(t *testing.T) {
	bed := newTestBed(t, 1)
	bed.cfg.FlushInterval = time.Hour
	send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, event(1, 1))
	sink, err := New(bed.cfg)
	require.NoError(t, err)
	kafka, err := openSource(&sink.cfg, sink.lost)
	require.NoError(t, err)
	defer kafka.close()
	server, err := openStore(sink.cfg.ClickHouse)
	require.NoError(t, err)
	defer func() { require.NoError(t, server.close()) }()
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, sink.loop(ctx, &stopAfterRecords{kafka, cancel}, server))
	require.EqualValues(t, 1, ask[uint64](bed, "SELECT count() FROM tracking_events FINAL"))
	bed.caughtUp()
}

// stopAfterRecords asks for the end as soon as records were read.
type stopAfterRecords struct {
	source
	stop context.CancelFunc
}

func (s *stopAfterRecords) poll(ctx context.Context, limit int) kgo.Fetches {
	fetches := s.source.poll(ctx, limit)
	if fetches.NumRecords() > 0 {
		s.stop()
	}
	return fetches
}

// Records of transactions count when they are committed, and the lag reaches 0
// although the last offset of the topic is the mark of a transaction.
func TestTransactions(t *testing.T) {
	bed := newTestBed(t, 1)
	producer, err := kgo.NewClient(append(bed.cfg.Kafka, kgo.TransactionalID(bed.cfg.Prefix))...)
	require.NoError(t, err)
	defer producer.Close()
	for n, end := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort, kgo.TryCommit, kgo.TryAbort} {
		data, err := bed.cfg.Codecs.TrackingEvent.Encode(event(n, 1))
		require.NoError(t, err)
		require.NoError(t, producer.BeginTransaction())
		require.NoError(t, producer.ProduceSync(t.Context(), &kgo.Record{Topic: bed.cfg.Prefix + schemas.TopicTrackingEvents, Value: data}).FirstErr())
		require.NoError(t, producer.EndTransaction(t.Context(), end))
	}
	bed.run()
	require.Equal(t, "['N0','N2']", ask[string](bed, "SELECT toString(arraySort(groupArray(tracking_number))) FROM tracking_events FINAL"))
}

// The lag has a series for each partition that a sink has, and for no other.
func TestLagIsMeasured(t *testing.T) {
	bed := newTestBed(t, 2)
	send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, event(1, 1), event(2, 1), event(3, 1))
	registry := prometheus.NewRegistry()
	bed.cfg.Registerer = registry
	stop := bed.start(bed.cfg)
	bed.eventually(func() bool {
		lag := gathered(t, registry, "waybill_clickhouse_lag_records")
		settled, ok := lag["0 tracking-events"]
		return ok && settled == 0 && len(lag) == 2*len(Topics())
	})
	stop()
	require.Empty(t, gathered(t, registry, "waybill_clickhouse_lag_records"))
}

func TestConfigIsChecked(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	good := Config{Codecs: codecs}
	good.ClickHouse.Auth.Database = "waybill"
	for problem, spoil := range map[string]func(*Config){
		"no codecs":        func(c *Config) { c.Codecs = nil },
		"no database":      func(c *Config) { c.ClickHouse.Auth.Database = "" },
		"not -1":           func(c *Config) { c.FlushRows = -1 },
		"interval is -1ns": func(c *Config) { c.FlushInterval = -1 },
	} {
		bad := good
		spoil(&bad)
		_, err := New(bad)
		require.ErrorContains(t, err, problem)
	}
	_, err = New(good)
	require.NoError(t, err)
	registry := prometheus.NewRegistry()
	good.Registerer = registry
	_, err = New(good)
	require.NoError(t, err)
	_, err = New(good)
	require.ErrorContains(t, err, "registering the metrics")
}
