package clickhouse

import (
	"fmt"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
)

// say writes sayings to the topics, spread over their partitions.
func (bed *testBed) say(history []saying) {
	bed.t.Helper()
	for i, s := range history {
		rec := s.record(bed.t, bed.cfg.Codecs, bed.cfg.Prefix)
		rec.Key = fmt.Append(nil, i)
		bed.client.Produce(bed.t.Context(), rec, func(_ *kgo.Record, err error) {
			if err != nil {
				bed.t.Errorf("writing to %s: %v", rec.Topic, err)
			}
		})
	}
	require.NoError(bed.t, bed.client.Flush(bed.t.Context()))
}

// rowsWritten is how many rows the server has taken since it began, into
// whatever table.
func (bed *testBed) rowsWritten() uint64 {
	var n uint64
	err := bed.conn.QueryRow(bed.t.Context(), "SELECT sum(value) FROM system.events WHERE event = 'InsertedRows'").Scan(&n)
	if err != nil {
		return 0 // it is away
	}
	return n
}

// requireOneEffect checks tables and reports against all that lies on the
// topics. The sink must have settled it.
func (bed *testBed) requireOneEffect(why string) {
	bed.t.Helper()
	if bed.reference == nil {
		bed.reference = newReference(bed.t, analyticstest.Database(bed.t), bed.cfg.Codecs)
	}
	var topics []string
	for _, topic := range Topics() {
		topics = append(topics, bed.cfg.Prefix+topic)
	}
	bed.reference.requireOneEffect(bed.conn, bed.cfg.Prefix, bed.readAll(topics...), oneOfEach(bed.t), why)
}
