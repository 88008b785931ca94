package clickhouse

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/schemas"
)

// A server that cannot store just now is no fault of the rows: the sink waits,
// says so, sends nothing to the dead letters, and goes on when it is mended.
func TestTroublesThatPass(t *testing.T) {
	bed := newTestBed(t, 1)
	sent := 0
	for _, trouble := range []struct{ name, table, begin, end string }{
		{
			"too many parts", "tracking_events",
			"MODIFY SETTING parts_to_throw_insert = 1, parts_to_delay_insert = 1, max_avg_part_size_for_too_many_parts = 0",
			"RESET SETTING parts_to_throw_insert, parts_to_delay_insert, max_avg_part_size_for_too_many_parts",
		},
		{"disk full", "exception_episodes", "MODIFY SETTING min_free_disk_bytes_to_perform_insert = 1000000000000000", "RESET SETTING min_free_disk_bytes_to_perform_insert"},
		{"disk full at the last table", "shipments", "MODIFY SETTING min_free_disk_ratio_to_perform_insert = 1", "RESET SETTING min_free_disk_ratio_to_perform_insert"},
		{"no insert wanted", "registrations", "MODIFY SETTING max_parts_in_total = 1", "RESET SETTING max_parts_in_total"},
	} {
		require.NoError(t, bed.conn.Exec(t.Context(), "SYSTEM STOP MERGES "+trouble.table))
		for range 2 { // so that there are parts to count
			send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, event(sent, 1))
			send(bed, schemas.TopicShipments, bed.cfg.Codecs.Shipment, shipment(sent, 1))
			bed.run()
			sent++
		}
		require.NoError(t, bed.conn.Exec(t.Context(), "ALTER TABLE "+trouble.table+" "+trouble.begin), trouble.name)
		registry := prometheus.NewRegistry()
		cfg := bed.cfg
		cfg.Registerer = registry
		stop := bed.start(cfg)
		send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, event(sent, 1))
		send(bed, schemas.TopicShipments, bed.cfg.Codecs.Shipment, shipment(sent, 1))
		sent++
		bed.eventually(func() bool {
			return gathered(t, registry, "waybill_clickhouse_batches_total")["failed"] > 1 && gathered(t, registry, "waybill_clickhouse_waiting")[""] == 1
		})
		require.NoError(t, bed.conn.Exec(t.Context(), "ALTER TABLE "+trouble.table+" "+trouble.end), trouble.name)
		bed.caughtUp()
		stop()
		require.EqualValues(t, sent, ask[uint64](bed, "SELECT count() FROM "+trouble.table+" FINAL")/rowsOfOne(trouble.table), trouble.name)
	}
	require.Empty(t, bed.deadLetters())
}

// rowsOfOne is how many rows one event or shipment has in a table.
func rowsOfOne(table string) uint64 {
	if table == "registrations" {
		return 2
	}
	return 1
}

// A table that was changed under the sink ends it, and it says what to do. No
// record is to blame, however few there are.
func TestAChangedTableEndsTheSink(t *testing.T) {
	for _, change := range []struct{ alter, mend, says string }{
		{"ALTER TABLE shipments DROP COLUMN closed", "ALTER TABLE shipments ADD COLUMN closed Bool AFTER destination_country", "No such column closed"},
		{"ALTER TABLE usage DROP COLUMN epoch, ADD COLUMN epoch Array(UInt8)", "", "usage.epoch"},
		{"RENAME TABLE tracking_events TO elsewhere", "RENAME TABLE elsewhere TO tracking_events", "tracking_events does not exist"},
	} {
		bed := newTestBed(t, 1)
		require.NoError(t, bed.conn.Exec(t.Context(), change.alter))
		send(bed, schemas.TopicTrackingEvents, bed.cfg.Codecs.TrackingEvent, event(1, 1))
		send(bed, schemas.TopicShipments, bed.cfg.Codecs.Shipment, shipment(1, 1))
		send(bed, schemas.TopicUsage, bed.cfg.Codecs.Usage, &schemas.Usage{Tenant: "one", RegistrationID: "r", UsedAt: epoch, Epoch: epoch})
		sink, err := New(bed.cfg)
		require.NoError(t, err)
		var fault *tableFaultError
		err = sink.Run(t.Context())
		require.ErrorAs(t, err, &fault, change.alter)
		require.ErrorContains(t, err, change.says)
		require.ErrorContains(t, err, "Run the migrations")
		require.Empty(t, bed.deadLetters())
		if change.mend == "" {
			continue
		}
		require.NoError(t, bed.conn.Exec(t.Context(), change.mend))
		bed.run()
		require.EqualValues(t, 1, ask[uint64](bed, "SELECT count() FROM shipments FINAL"))
		require.EqualValues(t, 1, ask[uint64](bed, "SELECT count() FROM tracking_events FINAL"))
	}
}

// Rows that are refused, wherever in the block they stand and however many, go
// alone, and rows of one record are not torn from each other over it.
func TestPoisonAnywhere(t *testing.T) {
	bed := newTestBed(t, 1)
	require.NoError(t, bed.conn.Exec(t.Context(), "ALTER TABLE exception_episodes ADD CONSTRAINT wholesome CHECK code != 'poison'"))
	require.NoError(t, bed.conn.Exec(t.Context(), "ALTER TABLE eta_changes ADD COLUMN tested UInt8 MATERIALIZED throwIf(reason = 'poison')"))
	const parcels = 40
	poisoned := map[int]bool{0: true, 1: true, 17: true, 18: true, 30: true, parcels - 1: true}
	for n := range parcels {
		s := shipment(n, 1)
		if poisoned[n] {
			s.ExceptionEpisodes[0].Code, s.ETAChanges[0].Reason = "poison", "poison"
		}
		send(bed, schemas.TopicShipments, bed.cfg.Codecs.Shipment, s)
	}
	bed.cfg.FlushInterval = time.Second
	bed.run()
	clean := uint64(parcels - len(poisoned))
	require.Equal(t, clean, ask[uint64](bed, "SELECT count() FROM exception_episodes FINAL"))
	require.Equal(t, clean, ask[uint64](bed, "SELECT count() FROM eta_changes FINAL"))
	require.EqualValues(t, parcels, ask[uint64](bed, "SELECT count() FROM shipments FINAL"))
	require.EqualValues(t, 2*parcels, ask[uint64](bed, "SELECT count() FROM registrations FINAL"))
	require.Len(t, bed.deadLetters(), len(poisoned), "one for each record, though two of its rows were refused")
}

// A block that is halved is halved between records, as long as there are two.
func TestHalvingKeepsRecordsWhole(t *testing.T) {
	one, two, three := &kgo.Record{}, &kgo.Record{}, &kgo.Record{}
	of := func(origins ...*kgo.Record) rowsOf[struct{}] {
		b := rowsOf[struct{}]{}
		for _, origin := range origins {
			b.rows = append(b.rows, row[struct{}]{origin: origin})
		}
		return b
	}
	require.Equal(t, 2, middleOf(of(one, one, two, two), 0, 4))
	require.Equal(t, 3, middleOf(of(one, one, one, two), 0, 4))
	require.Equal(t, 1, middleOf(of(one, two, two, two), 0, 4))
	require.Equal(t, 4, middleOf(of(one, one, two, two, three), 2, 5))
	require.Equal(t, 2, middleOf(of(one, one, one, one), 0, 4), "within a single record there is no other way")
	require.Equal(t, 1, middleOf(of(one, two), 0, 2))
}
