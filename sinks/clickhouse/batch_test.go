package clickhouse

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"pgregory.net/rapid"

	"waybill/analytics/analyticstest"
	"waybill/schemas"
)

// Whatever comes in whatever order from whatever partition, and whichever
// partitions are lost meanwhile: a batch holds each thing once; what it commits
// it holds, or something newer was there; what it lost it does not commit.
func TestABatchHoldsTheNewestOfEachThing(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		b := newBatch("", codecs)
		offsets := map[int32]int64{}
		lost := map[int32]bool{}
		seen := map[string]int64{} // newest version of each thing from anywhere
		kept := map[string]int64{} // and from partitions that are still there
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			partition := rapid.Int32Range(0, 3).Draw(t, "partition")
			if rapid.IntRange(0, 9).Draw(t, "loss") == 0 && !b.empty() {
				b.drop(schemas.TopicTrackingEvents, partition)
				lost[partition] = true
			}
			if lost[partition] {
				continue // it belongs to someone else now
			}
			e := event(rapid.IntRange(0, 5).Draw(t, "thing"), rapid.Int64Range(1, 5).Draw(t, "version"))
			data, err := codecs.TrackingEvent.Encode(e)
			require.NoError(t, err)
			offsets[partition]++
			b.take(&kgo.Record{Topic: schemas.TopicTrackingEvents, Partition: partition, Offset: offsets[partition], Value: data}, time.Now())
			seen[e.EventID] = max(seen[e.EventID], e.Revision)
		}
		for _, rows := range b.blocks() {
			for _, r := range rows.(rowsOf[schemas.TrackingEvent]).rows {
				require.NotContains(t, kept, r.value.EventID, "a thing is there twice")
				require.False(t, lost[r.origin.Partition], "a row of a lost partition is there")
				kept[r.value.EventID] = r.value.Revision
			}
		}
		for id, version := range kept {
			require.LessOrEqual(t, version, seen[id])
			if len(lost) == 0 {
				require.Equal(t, seen[id], version)
			}
		}
		if len(lost) == 0 {
			require.Len(t, kept, len(seen))
		}
		for partition := range b.next[schemas.TopicTrackingEvents] {
			require.False(t, lost[partition], "a lost partition would be committed")
			require.Equal(t, offsets[partition]+1, b.next[schemas.TopicTrackingEvents][partition].Offset)
		}
	})
}

// No text from outside breaks an insert, also not by way of the columns that
// the server works out of it.
func TestHostileTextBreaksNoInsert(t *testing.T) {
	codecs, err := schemas.NewCodecs()
	require.NoError(t, err)
	server, err := openStore(*analyticstest.Database(t))
	require.NoError(t, err)
	defer func() { require.NoError(t, server.close()) }()
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"2026-05-04", "T", "10:00:00", "0000-00-00", "9999-12-31", "-", "\x00", "\\N", "NULL", "'", "\xff\xfe", "é", "99999999999999999999", ".5", "Z", "+26:00", "nan", "\t", "\n"}
	hostile := func() string {
		text := ""
		for range random.IntN(4) {
			text += pieces[random.IntN(len(pieces))]
		}
		return text
	}
	b := newBatch("", codecs)
	const rows = 3000
	for n := range rows {
		e, s := event(n, 1), shipment(n, 1)
		e.OccurredAt, e.ReceivedAt = time.UnixMilli(random.Int64()-random.Int64()), time.UnixMilli(random.Int64N(1e14)-5e13)
		s.DeliveredAt, s.Registrations[0].PromisedAt = &e.OccurredAt, &e.ReceivedAt
		for _, v := range []reflect.Value{reflect.ValueOf(e).Elem(), reflect.ValueOf(s).Elem(), reflect.ValueOf(&s.Registrations[0]).Elem()} {
			for i := range v.NumField() {
				name := v.Type().Field(i).Name
				if v.Field(i).Kind() == reflect.String && name != "EventID" && name != "TrackingNumber" && name != "RegistrationID" {
					v.Field(i).SetString(hostile())
				}
			}
		}
		day := hostile()
		s.Registrations[0].PromisedDate, s.OriginalETADate = &day, &day
		// Straight into the intakes: what the codec would refuse is tried as well.
		events := b.intakes[schemas.TopicTrackingEvents].(*collector[schemas.TrackingEvent])
		events.kept = append(events.kept, taken[schemas.TrackingEvent]{value: e})
		shipments := b.intakes[schemas.TopicShipments].(*collector[schemas.Shipment])
		shipments.kept = append(shipments.kept, taken[schemas.Shipment]{value: s})
	}
	written := 0
	for _, block := range b.blocks() {
		require.NoError(t, server.insert(t.Context(), block, 0, block.size()), block.tableName())
		written += block.size()
	}
	require.Equal(t, rows*6, written, fmt.Sprint("an event, a shipment, two registrations, an episode and an ETA change for each of ", rows))
}
