package clickhouse

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/schemas"
)

// fate ends a sink, as a kill would, before or after its nth step to the
// outside.
type fate struct{ left int }

// killed is thrown by the fatal step; nothing after it is carried out.
type killed struct{}

func (f *fate) step() {
	if f.left--; f.left == 0 {
		panic(killed{})
	}
}

type mortalStore struct {
	store
	*fate
}

func (m mortalStore) insert(ctx context.Context, b block, from, until int) error {
	m.step()
	err := m.store.insert(ctx, b, from, until)
	m.step()
	return err
}

type mortalSource struct {
	source
	*fate
}

func (m mortalSource) commit(ctx context.Context, next map[string]map[int32]kgo.EpochOffset) error {
	m.step()
	err := m.source.commit(ctx, next)
	m.step()
	return err
}

func (m mortalSource) bury(ctx context.Context, refused []refusal) error {
	m.step()
	err := m.source.bury(ctx, refused)
	m.step()
	return err
}

// A sink may be killed between any two steps: before and after each insert into
// each table, the dead letters and the commit. There is neither loss nor double,
// and what cannot be stored is in the dead letters.
func TestKilledBetweenAnyTwoSteps(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	killed, truth := newReference(t, analyticstest.Database(t), codecs), newReference(t, analyticstest.Database(t), codecs)
	require.NoError(t, killed.conn.Exec(t.Context(), "ALTER TABLE tracking_events ADD CONSTRAINT wholesome CHECK description != 'poison'"))
	log := newReplayLog()
	for _, s := range historyOf(8)[:20] {
		log.add(s.record(t, codecs, ""))
	}
	good := log.all()
	for n := range 3 {
		poison := event(1000+n, 1)
		poison.Description = "poison"
		value, err := codecs.TrackingEvent.Encode(poison)
		require.NoError(t, err)
		log.add(&kgo.Record{Topic: schemas.TopicTrackingEvents, Value: value}, &kgo.Record{Topic: schemas.TopicDecisions, Value: []byte("unreadable")})
	}

	cfg := Config{ClickHouse: *killed.options, Codecs: codecs, FlushRows: 100}
	kills := 0
	for n := 1; log.carryOn(t, cfg, rand.New(rand.NewPCG(7, uint64(n))), n); n++ {
		kills++
	}
	require.Greater(t, kills, 20, "the sink was killed too seldom for this to say anything")
	truth.requireOneEffect(killed.conn, "", good, oneOfEach(t), "after kills")
	require.Len(t, log.buried, 6)
}
