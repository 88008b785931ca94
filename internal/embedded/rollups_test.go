package embedded_test

import (
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/internal/embedded"
)

// A server that is killed while it makes a rollup anew has the old one when it is
// back, makes it by itself, and leaves nothing behind.
func TestRollupsOutliveAKill(t *testing.T) {
	const parcels = 1_000_000
	dataDir := t.TempDir()
	server := startClickHouse(t, embedded.ClickHouseOptions{DataDir: dataDir})
	options := &clickhouse.Options{Addr: []string{server.Addr()}}
	options.Auth.Database = "waybill"
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	conn := clickHouseClient(t, server.Addr())
	for _, statement := range []string{
		"INSERT INTO waybill.shipments (carrier, tracking_number, updated_at, version) VALUES ('alpha', 'A0', '2026-06-01', 1)",
		"INSERT INTO waybill.registrations (tenant, carrier, tracking_number, registered_at, first_of_parcel, version, first_of_tenant) VALUES ('x', 'alpha', 'A0', '2026-05-01', true, 1, true)",
		"SYSTEM REFRESH VIEW waybill.refresh_outcomes",
		"SYSTEM WAIT VIEW waybill.refresh_outcomes",
	} {
		require.NoError(t, conn.Exec(t.Context(), statement))
	}
	const sum = "SELECT sum(parcels) FROM waybill.rollup_outcomes WHERE tenant = ''"
	require.EqualValues(t, 1, ask[uint64](t, conn, sum))
	require.NoError(t, conn.Exec(t.Context(), `
		INSERT INTO waybill.registrations (tenant, carrier, tracking_number, registered_at, first_of_parcel, version, first_of_tenant)
		SELECT 'x', 'alpha', 'A' || toString(number + 1), '2026-05-01', true, 1, true FROM numbers($1)`, parcels))

	const running = "SELECT count() FROM system.view_refreshes WHERE view = 'refresh_outcomes' AND status = 'Running'"
	require.Eventually(t, func() bool {
		require.NoError(t, conn.Exec(t.Context(), "SYSTEM REFRESH VIEW waybill.refresh_outcomes"))
		return ask[uint64](t, conn, running) == 1
	}, 5*time.Minute, time.Millisecond)
	require.NoError(t, server.Kill())
	<-server.Done()

	conn = clickHouseClient(t, startClickHouse(t, embedded.ClickHouseOptions{DataDir: dataDir}).Addr())
	require.Contains(t, []uint64{1, parcels + 1}, ask[uint64](t, conn, sum))
	require.Eventually(t, func() bool { return ask[uint64](t, conn, sum) == parcels+1 }, 5*time.Minute, 10*time.Millisecond)
	require.Eventually(t, func() bool {
		return ask[uint64](t, conn, "SELECT count() FROM system.tables WHERE database = 'waybill' AND name LIKE '.%'") == 0
	}, 5*time.Minute, 10*time.Millisecond, "a half-made table was left")
}
