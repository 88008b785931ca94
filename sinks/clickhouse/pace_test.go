package clickhouse

import (
	"context"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

func TestWritesKeepTheirDistance(t *testing.T) {
	start := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	for name, c := range map[string]struct{ since, due int }{
		"it came at the last write":               {0, 1000},
		"it came during the last write":           {400, 1000},
		"it came late, and waits for its fellows": {900, 1150},
		"it came after a long silence":            {60_000, 60_250},
	} {
		p := newPace(time.Second, start)
		require.Equal(t, at(c.due), p.due(at(c.since)), name)
	}
}

// Each refusal doubles the distance up to a bound, and each batch that is
// settled halves it down to what is configured.
func TestACrowdedServerIsWrittenToLessOften(t *testing.T) {
	p := newPace(time.Second, epoch)
	var seen []time.Duration
	for range 6 {
		p.crowded()
		seen = append(seen, p.interval/time.Second)
	}
	require.Equal(t, []time.Duration{2, 4, 8, 16, 30, 30}, seen)
	for range 5 {
		p.settled()
	}
	require.Equal(t, time.Second, p.interval)

	slow := newPace(time.Minute, epoch)
	slow.crowded()
	require.Equal(t, time.Minute, slow.interval, "it is never shorter than configured")
}

// A server with too many parts gets its batch again once it has had time to
// merge, and nothing is lost.
func TestTooManyParts(t *testing.T) {
	bed := newTestBed(t, 1)
	sink, err := New(bed.cfg)
	require.NoError(t, err)
	server, err := openStore(sink.cfg.ClickHouse)
	require.NoError(t, err)
	defer func() { require.NoError(t, server.close()) }()
	crowded := &crowdedStore{store: server, left: 3}
	sink.source, sink.store = &quietSource{}, crowded
	value, err := bed.cfg.Codecs.TrackingEvent.Encode(event(1, 1))
	require.NoError(t, err)
	sink.batch.take(&kgo.Record{Topic: bed.cfg.Prefix + schemas.TopicTrackingEvents, Value: value}, time.Now())
	require.NoError(t, sink.settle(t.Context()))
	require.Zero(t, crowded.left)
	require.Equal(t, 4*bed.cfg.FlushInterval, sink.pace.interval, "doubled three times, halved once")
	require.EqualValues(t, 1, ask[uint64](bed, "SELECT count() FROM tracking_events FINAL"))
}

// crowdedStore is a ClickHouse that has too many parts for a while.
type crowdedStore struct {
	store
	left int
}

func (s *crowdedStore) insert(ctx context.Context, b block, from, until int) error {
	if s.left > 0 {
		s.left--
		return judge(b, &ch.Exception{Code: 252, Message: "Too many parts (3000). Merges are processing significantly slower than inserts"})
	}
	return s.store.insert(ctx, b, from, until)
}

// quietSource has no records and takes every commit.
type quietSource struct{ source }

func (*quietSource) commit(context.Context, map[string]map[int32]kgo.EpochOffset) error { return nil }
func (*quietSource) allowRebalance()                                                    {}
func (*quietSource) blockRebalance()                                                    {}
