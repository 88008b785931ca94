package clickhouse

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// However many partitions records come from, a batch makes one part of each
// table: many quiet partitions must not drown the server in small parts.
func TestManyPartitionsMakeOnePart(t *testing.T) {
	const partitions = 256
	bed := newTestBed(t, partitions)
	var records []*kgo.Record
	for n := range int32(partitions) {
		e, err := bed.cfg.Codecs.TrackingEvent.Encode(event(int(n), 1))
		require.NoError(t, err)
		s, err := bed.cfg.Codecs.Shipment.Encode(shipment(int(n), 1))
		require.NoError(t, err)
		records = append(records, &kgo.Record{Topic: bed.cfg.Prefix + schemas.TopicTrackingEvents, Partition: n, Value: e},
			&kgo.Record{Topic: bed.cfg.Prefix + schemas.TopicShipments, Partition: n, Value: s})
	}
	client, err := kgo.NewClient(append(bed.cfg.Kafka, kgo.UnknownTopicRetries(-1), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.ProduceSync(t.Context(), records...).FirstErr())
	for _, table := range tableNames() {
		require.NoError(t, bed.conn.Exec(t.Context(), "SYSTEM STOP MERGES "+table))
	}
	bed.cfg.FlushRows, bed.cfg.FlushInterval = 2*partitions, time.Hour // all of them and no more are a full batch
	bed.run()
	for table, rows := range map[string]int{"tracking_events": partitions, "shipments": partitions, "registrations": 2 * partitions} {
		require.EqualValues(t, rows, ask[uint64](bed, "SELECT count() FROM "+table), table)
		require.EqualValues(t, 1, ask[uint64](bed, fmt.Sprintf("SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = '%s'", table)), table)
	}
}
