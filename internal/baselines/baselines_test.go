package baselines

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"waybill/analytics/analyticstest"
	"waybill/internal/embedded/embeddedtest"
	"waybill/schemas"
	"waybill/schemas/status"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// newBuilder has a database and a topic of its own, with 40 parcels that were
// picked up and delivered a day later.
func newBuilder(t *testing.T) (*Builder, *kgo.Client) {
	t.Helper()
	options := analyticstest.Database(t)
	conn, err := ch.Open(options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	model, err := status.Default()
	require.NoError(t, err)
	b := &Builder{Kafka: []kgo.Opt{kgo.SeedBrokers(embeddedtest.Kafka(t)...)}, Prefix: options.Auth.Database + ".", Codecs: codecs, Model: model, ClickHouse: conn}
	client, err := kgo.NewClient(b.Kafka...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	_, err = kadm.NewClient(client).CreateTopic(t.Context(), 4, 1, nil, b.Prefix+schemas.TopicBaselines)
	require.NoError(t, err)
	return b, client
}

func (b *Builder) fill(t *testing.T) {
	t.Helper()
	require.NoError(t, b.ClickHouse.Exec(t.Context(), `
		INSERT INTO shipments (carrier, tracking_number, epoch, updated_at, version)
		SELECT 'alpha', toString(number), '2026-05-01 00:00:00', '2026-05-10 00:00:00', 1 FROM numbers(40)`))
	for i, event := range []string{
		"'IN_TRANSIT', 'transit.picked_up', 0, '2026-05-02 00:00:00'",
		"'DELIVERED', 'delivered.delivered', 1, '2026-05-03 00:00:00'",
	} {
		require.NoError(t, b.ClickHouse.Exec(t.Context(), fmt.Sprintf(`
			INSERT INTO tracking_events (carrier, tracking_number, epoch, event_id, type, version, status, code, stops_clock, occurred_at, physical_scan)
			SELECT 'alpha', toString(number), '2026-05-01 00:00:00', '%d', 'tracking.event', 1, %s, true FROM numbers(40)`, i, event)))
	}
}

func TestBuildKeepsTheVersionBefore(t *testing.T) {
	b, client := newBuilder(t)
	now := time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC)
	_, err := b.Build(t.Context(), time.Time{}, time.Time{}, now)
	require.ErrorIs(t, err, ErrTooFew, "empty tables have no present")
	b.fill(t)
	_, err = b.Build(t.Context(), now.AddDate(0, 0, -5), now, now)
	require.ErrorIs(t, err, ErrTooFew, "nothing began in that time")

	var names []string
	var read, of int
	b.Progress = func(done, total int) { read, of = done, total }
	for day := range 3 {
		v, err := b.Build(t.Context(), time.Time{}, time.Time{}, now.AddDate(0, 0, day))
		require.NoError(t, err)
		require.True(t, v.Complete())
		require.Len(t, v.Rows, 1)
		require.InDelta(t, 86400, v.Rows[0].GapP95S, 0)
		require.Equal(t, now, *v.Manifest.Until, "the highest stream time")
		names = append(names, v.Version)
	}
	require.GreaterOrEqual(t, of, 80, "the events at least")
	require.Positive(t, read)
	versions, err := Read(t.Context(), client, b.Prefix, b.Codecs.Baseline)
	require.NoError(t, err)
	require.Len(t, versions, 2, "the newest, and the one that readers may still use")
	require.Equal(t, names[2], versions[0].Version)
	require.Equal(t, names[1], versions[1].Version)
	require.True(t, versions[0].Complete() && versions[1].Complete())
}

// Of two who build at the same time the second alone can write.
func TestBuildByTwo(t *testing.T) {
	b, client := newBuilder(t)
	b.fill(t)
	at := time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC)
	var second *schemas.BaselineVersion
	_, err := b.build(t.Context(), time.Time{}, time.Time{}, at, func([]schemas.BaselineVersion) bool {
		v, err := b.Build(t.Context(), time.Time{}, time.Time{}, at.Add(time.Hour))
		assert.NoError(t, err)
		second = v
		return true
	})
	require.ErrorIs(t, err, ErrAnother)
	versions, err := Read(t.Context(), client, b.Prefix, b.Codecs.Baseline)
	require.NoError(t, err)
	require.Len(t, versions, 1)
	require.Equal(t, second.Version, versions[0].Version)
}

// However many instances have the schedule, a version is built when it is due,
// and not again before it is too old.
func TestScheduleByMany(t *testing.T) {
	b, client := newBuilder(t)
	b.fill(t)
	group, ctx := errgroup.WithContext(t.Context())
	ctx, stop := context.WithCancel(ctx)
	built := func(versions []schemas.BaselineVersion) time.Duration {
		return versions[0].Manifest.BuiltAt.Sub(versions[1].Manifest.BuiltAt)
	}
	const every = 300 * time.Millisecond
	for range 3 {
		s, err := NewSchedule(b, every, slog.New(slog.DiscardHandler), nil)
		require.NoError(t, err)
		group.Go(func() error { return s.Run(ctx) })
	}
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		versions, err := Read(t.Context(), client, b.Prefix, b.Codecs.Baseline)
		require.NoError(c, err)
		require.Len(c, versions, 2)
		require.GreaterOrEqual(c, built(versions), every)
	}, 5*time.Minute, 20*time.Millisecond)
	stop()
	require.NoError(t, group.Wait())
}

func TestScheduleCountsHowBuildsEnd(t *testing.T) {
	b, client := newBuilder(t)
	registry := prometheus.NewRegistry()
	s, err := NewSchedule(b, time.Hour, slog.New(slog.DiscardHandler), registry)
	require.NoError(t, err)
	now := time.Date(2026, 5, 10, 0, 0, 0, 0, time.UTC)
	s.look(t.Context(), client, now)
	b.fill(t)
	s.look(t.Context(), client, now)
	s.look(t.Context(), client, now.Add(time.Hour-1)) // still young
	s.look(t.Context(), client, now.Add(time.Hour))
	require.NoError(t, b.ClickHouse.Exec(t.Context(), "DROP TABLE tracking_events"))
	s.look(t.Context(), client, now.Add(2*time.Hour))
	families, err := registry.Gather()
	require.NoError(t, err)
	got := map[string]float64{}
	for _, m := range families[0].GetMetric() {
		got[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
	}
	require.Equal(t, map[string]float64{"too_few": 1, "built": 2, "failed": 1, "another": 0}, got)
	_, err = NewSchedule(b, time.Hour, slog.New(slog.DiscardHandler), registry)
	require.ErrorAs(t, err, &prometheus.AlreadyRegisteredError{})
}
