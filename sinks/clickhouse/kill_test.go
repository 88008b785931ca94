package clickhouse

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

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

// runUntilKilled runs a sink that dies at its nth step, or ends when it has
// caught up before.
func (bed *testBed) runUntilKilled(n int) (died bool) {
	sink, err := New(bed.cfg)
	require.NoError(bed.t, err)
	kafka, err := openSource(&sink.cfg, sink.lost)
	require.NoError(bed.t, err)
	defer kafka.close()
	server, err := openStore(sink.cfg.ClickHouse)
	require.NoError(bed.t, err)
	defer func() { require.NoError(bed.t, server.close()) }()

	ctx, stop := context.WithCancel(bed.t.Context())
	defer stop()
	caught := make(chan struct{})
	go func() {
		defer close(caught)
		for ctx.Err() == nil {
			lag, err := Lag(ctx, bed.client, bed.cfg.Prefix, "")
			if err == nil && lag == 0 {
				stop()
			}
		}
	}()
	defer func() { stop(); <-caught }()
	defer func() {
		if p := recover(); p != nil {
			require.IsType(bed.t, killed{}, p)
			died = true
		}
	}()
	f := &fate{left: n}
	require.NoError(bed.t, sink.loop(ctx, mortalSource{kafka, f}, mortalStore{server, f}))
	return false
}

// A sink may be killed between any two steps: before and after each insert,
// dead letter and commit. There is neither loss nor double.
func TestKilledBetweenAnyTwoSteps(t *testing.T) {
	bed := newTestBed(t, 3)
	bed.cfg.FlushRows = 40
	require.NoError(t, bed.conn.Exec(t.Context(), "ALTER TABLE tracking_events ADD CONSTRAINT wholesome CHECK description != 'poison'"))
	const parcels, versions = 12, 4
	random := rand.New(rand.NewPCG(7, 7))
	for i, n := range random.Perm(parcels * versions) {
		parcel, version := n/versions, int64(n%versions+1) // versions come in any order
		send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, event(parcel, version))
		send(bed, schemas.TopicShipments, bed.cfg.Codecs.Shipment, shipment(parcel, version))
		if i%10 == 0 {
			poison := event(1000+i, 1)
			poison.Description = "poison"
			send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, poison)
			bed.client.Produce(t.Context(), &kgo.Record{Topic: bed.cfg.Prefix + schemas.TopicDecisions, Value: fmt.Append(nil, "unreadable ", i)}, nil)
		}
	}
	require.NoError(t, bed.client.Flush(t.Context()))

	kills := 0
	for n := 1; bed.runUntilKilled(n); n++ {
		kills++
	}
	require.Greater(t, kills, 20, "the sink was killed too seldom for this to say anything")
	for table, rows := range map[string]uint64{
		"tracking_events": parcels, "shipments": parcels, "registrations": 2 * parcels, "exception_episodes": parcels, "eta_changes": parcels, "decisions": 0,
	} {
		require.Equal(t, rows, ask[uint64](bed, "SELECT count() FROM "+table+" FINAL"), table)
		require.Equal(t, rows, ask[uint64](bed, fmt.Sprintf("SELECT countIf(version = %d) FROM %s FINAL", versions, table)), table)
	}
	require.EqualValues(t, parcels, ask[uint64](bed, "SELECT uniqExact(tracking_number) FROM tracking_events FINAL"))

	causes := map[string]bool{}
	for _, letter := range bed.deadLetters() { // one may lie there twice, but none is missing
		causes[headerOf(letter, schemas.HeaderSourceTopic)+"@"+headerOf(letter, schemas.HeaderSourcePartition)+"@"+headerOf(letter, schemas.HeaderSourceOffset)] = true
	}
	require.Len(t, causes, 10)
}
