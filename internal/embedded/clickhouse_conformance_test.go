package embedded_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
	"waybill/internal/embedded/embeddedtest"
)

// TestClickHouseConformance runs what the program needs of a ClickHouse against
// each kind.
func TestClickHouseConformance(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		clickHouseConformance(t, startClickHouse(t, embedded.ClickHouseOptions{DataDir: t.TempDir()}).Addr())
	})
	t.Run("external", func(t *testing.T) {
		external := os.Getenv(embeddedtest.ClickHouseEnv)
		if external == "" {
			t.Skipf("no external ClickHouse: %s is not set", embeddedtest.ClickHouseEnv)
		}
		clickHouseConformance(t, external)
	})
}

func clickHouseConformance(t *testing.T, addr string) {
	for name, test := range map[string]func(*testing.T, driver.Conn){
		"it answers":                           func(t *testing.T, conn driver.Conn) { require.NoError(t, conn.Ping(t.Context())) },
		"a batch comes back as it was":         clickHouseKeepsValues,
		"the newest version of a row is final": clickHouseReplaces,
		"a query takes named parameters":       clickHouseTakesParameters,
		"a refused row is told by its code":    clickHouseTellsItsCode,
		"a view refreshes over final reads":    clickHouseRefreshes,
		"a column tells its meaning":           clickHouseKeepsComments,
	} {
		t.Run(name, func(t *testing.T) { test(t, clickHouseClient(t, addr)) })
	}
}

func clickHouseKeepsValues(t *testing.T, conn driver.Conn) {
	table := newShipments(t, conn)
	const n = 20_000
	sent := make([]shipment, n)
	at := time.Date(2010, 3, 28, 1, 30, 0, 123_000_000, time.UTC)
	for i := range sent {
		sent[i] = shipment{Number: fmt.Sprintf("%08d", i), Status: "in_transit", SeenAt: at.Add(time.Duration(i) * time.Hour), Version: 1}
	}
	require.NoError(t, insert(t.Context(), conn, table, sent...))
	var got []shipment
	require.NoError(t, conn.Select(t.Context(), &got, "SELECT * FROM "+table+" ORDER BY number"))
	require.Len(t, got, n)
	for i := range got {
		require.True(t, sent[i].SeenAt.Equal(got[i].SeenAt), "row %d: sent %v, got %v", i, sent[i].SeenAt, got[i].SeenAt)
		got[i].SeenAt = sent[i].SeenAt
		require.Equal(t, sent[i], got[i])
	}
}

func clickHouseReplaces(t *testing.T, conn driver.Conn) {
	table := newShipments(t, conn)
	at := time.Now()
	for _, rows := range [][]shipment{
		{{"a", "registered", at, 1, 0}, {"b", "registered", at, 1, 0}},
		{{"a", "delivered", at, 3, 0}, {"b", "registered", at, 2, 1}},
		{{"a", "in_transit", at, 2, 0}}, // late
		{{"a", "delivered", at, 3, 0}},  // again
	} {
		require.NoError(t, insert(t.Context(), conn, table, rows...))
	}
	final := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{
		"final": 1, "do_not_merge_across_partitions_select_final": 1,
	}))
	var rows []shipment
	require.NoError(t, conn.Select(final, &rows, "SELECT * FROM "+table))
	require.Len(t, rows, 1)
	require.Equal(t, "delivered", rows[0].Status)
	run(t, conn, "OPTIMIZE TABLE "+table+" FINAL")
	require.EqualValues(t, 1, ask[uint64](t, conn, "SELECT count() FROM "+table+" FINAL"))
}

func clickHouseTakesParameters(t *testing.T, conn driver.Conn) {
	query := "SELECT concat({tenant:String}, toString({since:DateTime('UTC')}))"
	got := ask[string](t, conn, query, clickhouse.Named("tenant", "o'brien "), clickhouse.Named("since", "2010-03-28 01:30:00"))
	require.Equal(t, "o'brien 2010-03-28 01:30:00", got)
}

func clickHouseTellsItsCode(t *testing.T, conn driver.Conn) {
	const typeMismatch = 53
	var exception *clickhouse.Exception
	err := conn.Exec(t.Context(), "SELECT toUInt8(1) + [1]")
	require.ErrorAs(t, err, &exception)
	const illegalType = 43
	require.Contains(t, []int32{illegalType, typeMismatch}, exception.Code)
	require.NoError(t, conn.Ping(t.Context()), "the connection is still good")
}

func clickHouseRefreshes(t *testing.T, conn driver.Conn) {
	table := newShipments(t, conn)
	for version := range uint64(2) {
		require.NoError(t, insert(t.Context(), conn, table, shipment{Number: "a", SeenAt: time.Now(), Version: version}))
	}
	view := table + "_by_status"
	run(t, conn, "CREATE MATERIALIZED VIEW "+view+" REFRESH EVERY 1 HOUR ENGINE = MergeTree ORDER BY () AS SELECT count() AS n FROM "+table+" FINAL")
	run(t, conn, "SYSTEM REFRESH VIEW "+view)
	run(t, conn, "SYSTEM WAIT VIEW "+view)
	require.EqualValues(t, 1, ask[uint64](t, conn, "SELECT n FROM "+view))
}

func clickHouseKeepsComments(t *testing.T, conn driver.Conn) {
	table := newShipments(t, conn)
	comment := ask[string](t, conn, "SELECT comment FROM system.columns WHERE database || '.' || table = {table:String} AND name = 'number'", clickhouse.Named("table", table))
	require.Equal(t, "canonical number", comment)
}
