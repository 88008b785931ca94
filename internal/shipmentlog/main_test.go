package shipmentlog

import (
	"context"
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
	offset  int64
}

func newBed(t testing.TB) *bed {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	b := &bed{options: *analyticstest.Database(t), codecs: codecs}
	conn, err := ch.Open(&b.options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	b.log = New(conn)
	return b
}

// load puts values of one topic into the tables, as one batch of the sink.
func load[T any](t testing.TB, b *bed, topic string, codec *schemas.Codec[T], values ...T) {
	t.Helper()
	var records []*kgo.Record
	for i := range values {
		value, err := codec.Encode(&values[i])
		require.NoError(t, err)
		records = append(records, &kgo.Record{Topic: topic, Offset: b.offset, Timestamp: time.Now(), Value: value})
		b.offset++
	}
	sink, err := clickhouse.New(clickhouse.Config{ClickHouse: b.options, Codecs: b.codecs})
	require.NoError(t, err)
	require.NoError(t, sink.Load(context.Background(), records))
}

func (b *bed) shipments(t testing.TB, all ...schemas.Shipment) {
	t.Helper()
	load(t, b, schemas.TopicShipments, b.codecs.Shipment, all...)
}

func (b *bed) events(t testing.TB, all ...schemas.TrackingEvent) {
	t.Helper()
	load(t, b, schemas.TopicTrackingEvents, b.codecs.TrackingEvent, all...)
}

// noon is noon of a day of May 2026.
func noon(day int) time.Time { return time.Date(2026, 5, day, 12, 0, 0, 0, time.UTC) }

// shipment is a life of a number with its followers.
func shipment(carrier, number string, epoch time.Time, followers ...schemas.RegistrationState) schemas.Shipment {
	at := noon(9)
	return schemas.Shipment{
		Carrier: carrier, TrackingNumber: number, Epoch: epoch, Revision: 3, Status: "EXCEPTION", Code: "exc.damaged", Leg: schemas.LegForward,
		PresentEventID: "e3", StatusAt: &at, DeliveredPrecision: schemas.PrecisionSecond, ETAAt: &at, CreatedAt: epoch, UpdatedAt: noon(10),
		Registrations: followers,
	}
}

func follower(tenant, id string, registered time.Time) schemas.RegistrationState {
	return schemas.RegistrationState{
		RegistrationID: id, Tenant: tenant, State: stateActive, RegisteredAt: registered, ExpiresAt: registered.AddDate(0, 0, 30),
		Backfill: schemas.BackfillNone, ShownStatus: "EXCEPTION", ShownCode: "exc.damaged",
	}
}
