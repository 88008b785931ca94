package clickhouse

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/schemas"
)

// Records from a list have the effect that they have from a topic, over any
// number of batches, and one that cannot be stored is told.
func TestLoad(t *testing.T) {
	options := analyticstest.Database(t)
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	var records []*kgo.Record
	for n := range 5 {
		for _, revision := range []int64{2, 1} {
			value, err := codecs.Shipment.Encode(shipment(n, revision))
			require.NoError(t, err)
			records = append(records, &kgo.Record{Topic: schemas.TopicShipments, Value: value})
		}
	}
	load := func(records []*kgo.Record) error {
		sink, err := New(Config{ClickHouse: *options, Codecs: codecs, FlushRows: 3})
		require.NoError(t, err)
		return sink.Load(t.Context(), records)
	}
	require.NoError(t, load(nil))
	require.NoError(t, load(records))
	var rows, oldest uint64
	require.NoError(t, connect(t, options).QueryRow(t.Context(), "SELECT count(), min(version) FROM shipments FINAL").Scan(&rows, &oldest))
	require.EqualValues(t, 5, rows)
	require.EqualValues(t, 2, oldest)

	err = load(append(records, &kgo.Record{Topic: schemas.TopicTrackingEvents, Value: []byte("no record")}))
	require.ErrorContains(t, err, "loading records: 1 cannot be stored, the first of topic tracking-events")
}
