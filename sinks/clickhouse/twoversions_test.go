package clickhouse

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/analytics/analyticstest"
	"waybill/schemas"
)

// olderStore writes as a program does that does not know the newest columns yet.
type olderStore struct{ store }

func (s olderStore) insert(ctx context.Context, b block, from, until int) error {
	switch rows := b.(type) {
	case rowsOf[schemas.Shipment]:
		b = without(rows, "silent_since")
	case rowsOf[registrationRow]:
		b = without(rows, "shown_status", "eta_at")
	}
	return s.store.insert(ctx, b, from, until)
}

func without[R any](b rowsOf[R], columns ...string) block {
	known := *b.table
	known.columns = slices.DeleteFunc(slices.Clone(known.columns), func(c column[R]) bool { return slices.Contains(columns, c.name) })
	return rowsOf[R]{&known, b.rows}
}

// While a program is brought up, sinks of two versions write the same tables. The
// highest version of a row counts, whoever wrote it; a row of the older program
// lacks what this did not know, until the shipment changes, or the newer one
// reads the topics again.
func TestTwoVersionsOfTheProgram(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	mixed, truth := newReference(t, analyticstest.Database(t), codecs), newReference(t, analyticstest.Database(t), codecs)
	log := newReplayLog()
	for _, s := range historyOf(9) {
		log.add(s.record(t, codecs, ""))
	}
	cfg := Config{ClickHouse: *mixed.options, Codecs: codecs, FlushRows: 10}
	random := rand.New(rand.NewPCG(9, 9))

	older, err := New(cfg)
	require.NoError(t, err)
	store, err := openStore(cfg.ClickHouse)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.close()) }()
	ctx, stop := context.WithCancel(t.Context())
	require.NoError(t, older.loop(ctx, log.source(random, stop), olderStore{store}))
	want := truthOf(t, codecs, "", log.all())
	for _, table := range []string{"shipments", "registrations"} {
		for _, row := range rowsIn(t, mixed.conn, table) {
			require.Equal(t, want[table].rows[want[table].keyOf(row)]["version"], row["version"])
		}
		require.Len(t, rowsIn(t, mixed.conn, table), len(want[table].rows))
	}

	clear(log.committed[schemas.TopicShipments]) // as when the group's offsets are set back
	require.False(t, log.carryOn(t, cfg, random, 0))
	truth.requireOneEffect(mixed.conn, "", log.all(), oneOfEach(t), "after the newer one read all again")
}
