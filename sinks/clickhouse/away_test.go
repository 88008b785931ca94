package clickhouse

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// goneStore is a ClickHouse that cannot be reached until it is back.
type goneStore struct {
	back  atomic.Bool
	tries atomic.Int64
	rows  atomic.Int64
}

func (s *goneStore) insert(_ context.Context, _ block, from, until int) error {
	if s.tries.Add(1); !s.back.Load() {
		return syscall.ECONNREFUSED
	}
	s.rows.Add(int64(until - from))
	return nil
}

func (s *goneStore) close() error { return nil }

// ClickHouse is away for an hour, in virtual time. The sink tries every five
// seconds, reads nothing more meanwhile, says that it waits, and settles
// everything as soon as it is back.
func TestAwayForAnHour(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	log := newReplayLog()
	const records = 500
	for n := range records {
		log.add(saying{Topic: schemas.TopicTrackingEvents, N: n, V: 1}.record(t, codecs, ""))
	}
	registry := prometheus.NewRegistry()
	cfg := Config{Codecs: codecs, FlushRows: 50, Registerer: registry, ClickHouse: ch.Options{Auth: ch.Auth{Database: "waybill"}}}
	synctest.Test(t, func(t *testing.T) {
		sink, err := New(cfg)
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		source, gone := log.source(rand.New(rand.NewPCG(1, 1)), stop), &goneStore{}
		ended := make(chan error, 1)
		go func() { ended <- sink.loop(ctx, source, gone) }()

		sleep(t.Context(), time.Hour)
		synctest.Wait()
		require.NotZero(t, gathered(t, registry, "waybill_clickhouse_waiting")[""])
		require.InDelta(t, time.Hour/maxWait, gone.tries.Load(), 20)
		require.EqualValues(t, 50, source.next[schemas.TopicTrackingEvents][0], "nothing is read while a batch waits")
		require.Zero(t, log.committed[schemas.TopicTrackingEvents][0])

		gone.back.Store(true)
		require.NoError(t, <-ended)
		require.EqualValues(t, records, log.committed[schemas.TopicTrackingEvents][0])
		require.EqualValues(t, records, gone.rows.Load())
		require.Zero(t, gathered(t, registry, "waybill_clickhouse_waiting")[""])
	})
}
