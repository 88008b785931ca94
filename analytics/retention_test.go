package analytics_test

import (
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/analytics/analyticstest"
	"waybill/schemas"
)

// What a database keeps when nothing is set, in days: webhooks and the audit; all
// else for ever.
const keptByDefault, auditByDefault = 36, 400

// A1 began 500 days ago, A2 200 and A3 10, with two versions of each row. Of 400
// days, and 100 for events, A1 is past all and A2 past its events.
func TestRetain(t *testing.T) {
	conn, options := agedParcels(t, map[string]int{"A1": 500, "A2": 200, "A3": 10})
	kept, err := analytics.Retain(t.Context(), options, analytics.Cluster{}, analytics.Retention{Shipments: 400, Events: 100, Decisions: 150, Webhooks: 60, Attempts: 450, Audit: 500})
	require.NoError(t, err)
	require.Equal(t, []analytics.Kept{
		{Table: "tracking_events", Days: 100}, {Table: "eta_changes", Days: 400}, {Table: "exception_episodes", Days: 400},
		{Table: "acknowledgements", Days: 400}, {Table: "registrations", Days: 400}, {Table: "shipments", Days: 400},
		{Table: "decisions", Days: 150}, {Table: "webhooks", Days: 60}, {Table: "webhook_attempts", Days: 450}, {Table: "audit", Days: 500},
	}, kept)

	takeOutExpired(t, conn, kept)
	for table, want := range map[string][]string{
		"shipments": {"A2", "A3"}, "registrations": {"A2", "A3"}, "acknowledgements": {"A2", "A3"},
		"exception_episodes": {"A2", "A3"}, "eta_changes": {"A2", "A3"}, "tracking_events": {"A3"},
		"decisions": {"A3"}, "webhooks": {"A3"}, "webhook_attempts": {"A2", "A3"},
		"usage": {"A1", "A2", "A3"}, // what is paid for is kept
	} {
		var numbers []string
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT arraySort(groupUniqArray(tracking_number)) FROM "+table).Scan(&numbers)) // not final: no version is left
		require.Equal(t, want, numbers, table)
	}
	overdue, err := analytics.FindReport("overdue")
	require.NoError(t, err)
	list, err := analytics.Run(t.Context(), conn, overdue, analytics.Params{})
	require.NoError(t, err)
	require.Len(t, list.Rows, 2, "A2 and A3, each once")

	again, err := analytics.Retain(t.Context(), options, analytics.Cluster{}, analytics.Retention{Shipments: 400, Events: 100, Decisions: 150, Webhooks: 60, Attempts: 450, Audit: 500})
	require.NoError(t, err)
	require.Empty(t, again)
	kept, err = analytics.Retain(t.Context(), options, analytics.Cluster{}, analytics.Retention{Webhooks: 60, Audit: 500})
	require.NoError(t, err)
	require.Len(t, kept, 8)
	require.Equal(t, "keeping rows of tracking_events for ever", kept[0].String())
}

func TestRetainLeavesWhatItNeedNotTouch(t *testing.T) {
	options := analyticstest.Database(t)
	kept, err := analytics.Retain(t.Context(), options, analytics.Cluster{}, analytics.Retention{Webhooks: keptByDefault, Audit: auditByDefault})
	require.NoError(t, err)
	require.Empty(t, kept, "the migrations set what is the default")

	conn := open(t, options)
	require.NoError(t, conn.Exec(t.Context(), "ALTER TABLE decisions MODIFY TTL decided_at + INTERVAL 1 YEAR"))
	kept, err = analytics.Retain(t.Context(), options, analytics.Cluster{}, analytics.Retention{Webhooks: keptByDefault, Audit: auditByDefault})
	require.NoError(t, err)
	require.Empty(t, kept, "somebody wrote that by hand")
	_, err = analytics.Retain(t.Context(), options, analytics.Cluster{}, analytics.Retention{Webhooks: keptByDefault, Audit: auditByDefault, Decisions: 100})
	var byHand *analytics.HandmadeTTLError
	require.ErrorAs(t, err, &byHand)
	require.ErrorContains(t, err, "decided_at + toIntervalYear(1)")

	// An event is not kept longer than its shipment.
	kept, err = analytics.Retain(t.Context(), options, analytics.Cluster{}, analytics.Retention{Webhooks: keptByDefault, Audit: auditByDefault, Shipments: 100, Events: 200})
	require.NoError(t, err)
	require.Equal(t, analytics.Kept{Table: "tracking_events", Days: 100}, kept[0])
}

// agedParcels stores parcels that began so many days ago.
func agedParcels(t *testing.T, ages map[string]int) (driver.Conn, *clickhouse.Options) {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Millisecond)
	var first, second records
	for number, days := range ages {
		at := now.AddDate(0, 0, -days)
		p := parcel{number: number, promise: "2020-01-01", trouble: episode("exc.weather", "external", at, 0)}
		for revision, into := range []*records{&first, &second} {
			s := p.shipment(at, "x")
			s.Revision, s.UpdatedAt = int64(revision)+1, day(2020, 1, 2)
			eta := "2020-01-03"
			s.ETAChanges = []schemas.ETAChange{{CausingEventID: "1", ChangedAt: at, ToDate: &eta}}
			s.Registrations[0].RegisteredAt = day(2019, 12, 1)
			s.Registrations[0].Acknowledgements = []schemas.Acknowledgement{{OpeningEventID: "exc.weather", AcknowledgedAt: at}}
			e := scan(1, "push", "transit.moving", "", at, 0)
			e.TrackingNumber, e.Epoch, e.Revision = number, at, s.Revision
			d := decided(days, "accepted", s.Revision, 0)
			d.TrackingNumber, d.Epoch, d.ArrivedAt, d.DecidedAt = number, at, at, day(2020, 1, 2)
			into.shipments, into.events, into.decisions = append(into.shipments, s), append(into.events, e), append(into.decisions, d)
		}
		first.attempts = append(first.attempts, &schemas.WebhookAttempt{
			Tenant: "x", EndpointID: "shop", JobID: number, Attempt: 1, Carrier: "alpha", TrackingNumber: number, Epoch: at, Type: schemas.TypeEvent,
			Trigger: schemas.TriggerEvent, Outcome: schemas.OutcomeFailed, StartedAt: now, CreatedAt: at,
		})
		first.usage = append(first.usage, &schemas.Usage{Tenant: "x", RegistrationID: number, Carrier: "alpha", TrackingNumber: number, Epoch: at, UsedAt: at})
	}
	options := analyticstest.Database(t)
	conn := loadInto(t, options, first, second)
	for number, days := range ages { // on the topic they would have come in now
		require.NoError(t, conn.Exec(t.Context(), "INSERT INTO webhooks (tenant, source_offset, tracking_number, arrived_at, version) VALUES ('x', $1, $2, $3, 1)",
			days, number, now.AddDate(0, 0, -days)))
	}
	return conn, options
}

// takeOutExpired does at once what the server does by and by.
func takeOutExpired(t *testing.T, conn driver.Conn, kept []analytics.Kept) {
	t.Helper()
	for _, k := range kept {
		require.NoError(t, conn.Exec(t.Context(), "SYSTEM START MERGES "+k.Table))
	}
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		var left uint64
		require.NoError(c, conn.QueryRow(t.Context(), "SELECT countIf(NOT is_done) FROM system.mutations WHERE database = currentDatabase()").Scan(&left))
		require.Zero(c, left)
	}, time.Minute, 20*time.Millisecond)
	for _, k := range kept {
		require.NoError(t, conn.Exec(t.Context(), "OPTIMIZE TABLE "+k.Table+" FINAL"))
	}
}
