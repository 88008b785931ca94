package roles_test

import (
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/analytics/analyticstest"
	"waybill/internal/roles"
	"waybill/internal/roles/rolestest"
	"waybill/schemas"
)

// On the real engine: a parcel is followed and delivered, its person is erased, the
// carrier tells it again, and once the tables have followed nobody finds the name in
// any column of any row. That it was delivered, and once, stays.
func TestErasureReachesTheTables(t *testing.T) {
	options := analyticstest.Database(t)
	d := rolestest.New(t, "--clickhouse-addr", options.Addr[0], "--clickhouse-database", options.Auth.Database, "--reorder-hold", "0s")
	conn, err := ch.Open(options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	count := func(of string) (n uint64) {
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count() FROM "+of).Scan(&n), of)
		return n
	}
	const key = "royal-mail:AB123456785GB"
	say := func(topic, rest string) {
		d.Produce(t, topic, key, []byte(`{"carrier": "royal-mail", "tracking_number": "AB123456785GB", `+rest+`}`))
	}
	const delivered = `"code": "delivered.delivered", "raw_code": "DL", "source": "rm", "signed_by": "Ann Lee", "description": "to Ann Lee", "occurred_at": "2026-05-04T08:00:00Z"`

	stop := d.Run(t, roles.Tracking, roles.ClickHouse)
	say(schemas.TopicRegistrations, `"tenant": "acme", "backfill": "all", "metadata": "Ann Lee"`)
	say(schemas.TopicCarrierEvents, delivered)
	arrived := func(of string) {
		require.Eventually(t, func() bool { return count(of) > 0 }, 5*time.Minute, 50*time.Millisecond, of)
	}
	arrived("tracking_events WHERE signed_by = 'Ann Lee'")
	arrived("registrations WHERE metadata = 'Ann Lee' AND status = 'DELIVERED'")
	say(schemas.TopicRegistrations, `"tenant": "acme", "action": "erase", "reason": "request 41"`)
	arrived("erasures WHERE tenant = ''")
	say(schemas.TopicCarrierEvents, delivered)
	arrived("decisions WHERE decision = 'duplicate'")
	stop()

	d.Run(t, roles.ClickHouse) // it looks as soon as it starts
	for _, table := range []string{"tracking_events", "registrations", "shipments", "decisions", "eta_changes", "webhooks", "webhook_attempts", "usage"} {
		require.Eventually(t, func() bool {
			return count(table+" WHERE position(formatRow('TSV', *), 'Ann') > 0 SETTINGS final = 0") == 0
		},
			5*time.Minute, 50*time.Millisecond, table)
	}
	require.EqualValues(t, 1, count("tracking_events FINAL WHERE type = 'tracking.event' AND code = 'delivered.delivered'"))
	require.EqualValues(t, 1, count("registrations FINAL WHERE isNotNull(delivered_at)"))
}
