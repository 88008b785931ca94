package analytics_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
)

// The present is the highest time of two tables, and is found without reading
// them: each report that is given none asks for it.
func TestStreamTimeReadsNoWholeTable(t *testing.T) {
	conn := migrated(t)
	present, err := analytics.StreamTime(t.Context(), conn)
	require.NoError(t, err)
	require.Zero(t, present, "empty tables have no present")

	const rows = 200_000
	for _, insert := range []string{
		"INSERT INTO decisions (tracking_number, source_offset, decided_at, version) SELECT toString(cityHash64(number)), number, toDateTime64(1000 + number, 3, 'UTC'), 1 FROM numbers($1)",
		"INSERT INTO shipments (tracking_number, epoch, updated_at, version) SELECT toString(cityHash64(number)), 1, toDateTime64(900 + number, 3, 'UTC'), 1 FROM numbers($1)",
	} {
		require.NoError(t, conn.Exec(t.Context(), insert, rows))
	}
	var read atomic.Uint64
	present, err = analytics.StreamTime(clickhouse.Context(t.Context(), clickhouse.WithProgress(func(p *clickhouse.Progress) { read.Add(p.Rows) })), conn)
	require.NoError(t, err)
	require.Equal(t, time.Unix(1000+rows-1, 0).UTC(), present)
	require.Less(t, read.Load(), uint64(rows/2))
}
