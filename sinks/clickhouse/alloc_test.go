package clickhouse

import (
	"fmt"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/analytics/analyticstest"
	"waybill/schemas"
)

// allocsPerRow is what a row may allocate on its way from a record to a block
// that is ready to be sent, the client's own allocations included. Decoding
// takes the most of it. More means that something of each value is made anew.
const allocsPerRow = 5

func TestAllocations(t *testing.T) {
	work, rows := fillWork(t, 2000)
	perRow := testing.AllocsPerRun(3, work) / float64(rows)
	require.LessOrEqual(t, perRow, float64(allocsPerRow))
}

// BenchmarkFill takes records in and fills blocks with their rows, which are not
// sent.
func BenchmarkFill(b *testing.B) {
	work, rows := fillWork(b, 20_000)
	b.ReportAllocs()
	for b.Loop() {
		work()
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// fillWork makes what fills blocks with the rows of so many parcels, again and
// again, and says how many rows that are.
func fillWork(t testing.TB, parcels int) (work func(), rows int) {
	t.Helper()
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	conn := connect(t, analyticstest.Database(t))
	records := make([]*kgo.Record, 0, 2*parcels)
	for n := range parcels {
		for topic, encode := range map[string]func() ([]byte, error){
			schemas.TopicTrackingEvents: func() ([]byte, error) { return codecs.TrackingEvent.Encode(event(n, 1)) },
			schemas.TopicShipments:      func() ([]byte, error) { return codecs.Shipment.Encode(shipment(n, 1)) },
		} {
			value, err := encode()
			require.NoError(t, err)
			records = append(records, &kgo.Record{Topic: topic, Value: value})
		}
	}
	b := newBatch("", codecs)
	work = func() {
		rows = 0
		for _, r := range records {
			b.take(r, time.Time{})
		}
		for _, block := range b.blocks() {
			fillOnly(t, conn, block)
			rows += block.size()
		}
		b.reset()
	}
	work()
	require.Equal(t, 6*parcels, rows, fmt.Sprint("an event, a shipment, two registrations, an episode and an ETA change for each of ", parcels))
	return work, rows
}

// fillOnly fills a block as an insert does, and gives the insert up.
func fillOnly(t testing.TB, conn driver.Conn, b block) {
	t.Helper()
	prepared, err := conn.PrepareBatch(t.Context(), insertQuery(b))
	require.NoError(t, err)
	defer func() { require.NoError(t, prepared.Close()) }()
	require.NoError(t, b.fill(prepared, 0, b.size()))
	require.NoError(t, prepared.Abort())
}
