package analytics_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"waybill/analytics"
	"waybill/schemas"
)

// A database of any older level, with rows as a build of that level wrote them,
// is brought up by two processes at once, and is then as one that was never
// older, in every row of every table. That is what reports are reckoned from, so
// these are asked at some levels only.
func TestUpgradeFromEveryLevel(t *testing.T) {
	source := loadAll(t)
	names, err := analytics.MigrationNames()
	require.NoError(t, err)
	var one sync.Mutex
	fresh := make(map[string]driver.Conn) // by columns, for many levels have the same
	freshWith := func(known map[string][]string) driver.Conn {
		one.Lock()
		defer one.Unlock()
		columns := fmt.Sprint(known)
		if fresh[columns] == nil {
			fresh[columns] = migrated(t)
			copyRows(t, source, fresh[columns], known)
		}
		return fresh[columns]
	}
	for i, level := range names[:len(names)-1] {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			options := emptyDatabase(t)
			require.NoError(t, analytics.MigrateTo(t.Context(), options, level))
			old := open(t, options)
			known := storedColumns(t, old)
			copyRows(t, source, old, known)

			group, ctx := errgroup.WithContext(t.Context())
			for range 2 {
				group.Go(func() error {
					_, err := analytics.Migrate(ctx, options)
					return err
				})
			}
			require.NoError(t, group.Wait())
			requireSameRows(t, freshWith(known), old)
			if i%8 == 3 {
				requireSameAnswers(t, freshWith(known), old)
			}
		})
	}
}

// A migration can be cut off after any of its statements, and begins anew.
func TestUpgradeThatIsCutOffAnywhere(t *testing.T) {
	source := loadAll(t)
	options := emptyDatabase(t)
	require.NoError(t, analytics.MigrateTo(t.Context(), options, "0008_usage"))
	old := open(t, options)
	known := storedColumns(t, old)
	copyRows(t, source, old, known)
	require.NoError(t, analytics.MigrateCutOff(t.Context(), options))
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	fresh := migrated(t)
	copyRows(t, source, fresh, known)
	requireSameRows(t, fresh, old)
	requireSameAnswers(t, fresh, old)
}

// loadAll fills the tables with all that the small world has, and some of what
// it has not.
func loadAll(t *testing.T) driver.Conn {
	t.Helper()
	steps := world()
	now := &steps[1]
	eta := "2026-05-24"
	for _, s := range now.shipments {
		s.ETAChanges = []schemas.ETAChange{{CausingEventID: "eta", ChangedAt: day(2026, 5, 21), ToDate: &eta, Reason: "refused", Source: "push"}}
		for revision := range int64(2) {
			e := scan(int(revision), "push", "delivered.neighbour", "2026-05-24T12:00:00", day(2026, 5, 24), 0)
			e.Carrier, e.TrackingNumber, e.Epoch, e.EventID, e.Revision = s.Carrier, s.TrackingNumber, s.Epoch, "event", revision+1
			now.events = append(now.events, e)
		}
		d := decided(7, "duplicate", 1, 0, "clamped")
		d.Carrier, d.TrackingNumber, d.Epoch, d.Version = s.Carrier, s.TrackingNumber, s.Epoch, 2
		now.decisions = append(now.decisions, d)
		now.webhooks = append(now.webhooks, &schemas.WebhookJob{
			JobID: "job" + s.TrackingNumber, Tenant: "x", EndpointID: "shop", Carrier: s.Carrier, TrackingNumber: s.TrackingNumber, Epoch: s.Epoch,
			Type: schemas.TypeEvent, Sequence: 1, Trigger: schemas.TriggerEvent, CreatedAt: day(2026, 5, 24),
		})
		now.attempts = append(now.attempts, &schemas.WebhookAttempt{
			Tenant: "x", EndpointID: "shop", JobID: "job" + s.TrackingNumber, Attempt: 1, Carrier: s.Carrier, TrackingNumber: s.TrackingNumber, Epoch: s.Epoch,
			Type: schemas.TypeEvent, Sequence: 1, Trigger: schemas.TriggerEvent, Outcome: schemas.OutcomeDelivered, StatusCode: 200,
			StartedAt: day(2026, 5, 24).Add(time.Second), CreatedAt: day(2026, 5, 24),
		})
		now.usage = append(now.usage, &schemas.Usage{
			Tenant: "x", RegistrationID: "x" + s.TrackingNumber, Carrier: s.Carrier, TrackingNumber: s.TrackingNumber, Epoch: s.Epoch, UsedAt: s.Epoch,
		})
	}
	conn := load(t, steps...)
	for _, table := range []string{"tracking_events", "decisions", "shipments", "registrations", "exception_episodes", "eta_changes", "webhooks", "webhook_attempts", "usage"} {
		require.NotEmpty(t, finalRows(t, conn, table), table)
	}
	return conn
}

// storedColumns gives the columns that a database stores, of each table that the
// sink fills.
func storedColumns(t *testing.T, conn driver.Conn) map[string][]string {
	t.Helper()
	var rows []struct {
		Table   string   `ch:"table"`
		Columns []string `ch:"columns"`
	}
	require.NoError(t, conn.Select(t.Context(), &rows, `
		SELECT table, groupArray(name) AS columns FROM system.columns
		WHERE database = currentDatabase() AND default_kind IN ('', 'DEFAULT') AND table != 'holidays' -- which the program brings
		GROUP BY table HAVING has(columns, 'version') AND has(columns, 'is_deleted')`))
	columns := make(map[string][]string)
	for _, r := range rows {
		columns[r.Table] = r.Columns
	}
	return columns
}

// copyRows writes all versions of all rows with those columns alone: the odd
// versions lie in merged parts, the even ones in parts of their own.
func copyRows(t *testing.T, from, to driver.Conn, columns map[string][]string) {
	t.Helper()
	source := databaseOf(t, from)
	for table, names := range columns {
		list := "`" + strings.Join(names, "`, `") + "`"
		insert := "INSERT INTO " + table + " (" + list + ") SELECT " + list + " FROM `" + source + "`." + table + " WHERE version % 2 = "
		for _, statement := range []string{insert + "1", "OPTIMIZE TABLE " + table + " FINAL", "SYSTEM STOP MERGES " + table, insert + "0"} {
			require.NoError(t, to.Exec(t.Context(), statement))
		}
	}
	for table := range columns { // a mutation of the upgrade is a merge as well
		require.NoError(t, to.Exec(t.Context(), "SYSTEM START MERGES "+table))
	}
}

func databaseOf(t *testing.T, conn driver.Conn) string {
	t.Helper()
	var name string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT currentDatabase()").Scan(&name))
	return name
}

// requireSameRows compares what two databases of the newest level hold.
func requireSameRows(t *testing.T, want, got driver.Conn) {
	t.Helper()
	for table := range storedColumns(t, want) {
		rows := finalRows(t, want, table)
		require.Equal(t, rows, finalRows(t, got, table), table)
	}
}

// requireSameAnswers compares what every report says of them.
func requireSameAnswers(t *testing.T, want, got driver.Conn) {
	t.Helper()
	reports, err := analytics.Reports()
	require.NoError(t, err)
	for _, report := range reports {
		answer := answerOf(t, want, report)
		require.Equal(t, answer, answerOf(t, got, report), report.Name)
	}
}

// finalRows gives each row that counts, with all its columns, in text.
func finalRows(t *testing.T, conn driver.Conn, table string) []string {
	t.Helper()
	var columns []string
	require.NoError(t, conn.QueryRow(t.Context(), `
		SELECT groupArray(name) FROM (SELECT name FROM system.columns WHERE database = currentDatabase() AND table = $1 ORDER BY name)`, table).Scan(&columns))
	var rows []struct {
		Row string `ch:"row"`
	}
	require.NoError(t, conn.Select(t.Context(), &rows, "SELECT toString(tuple(`"+strings.Join(columns, "`, `")+"`)) AS row FROM "+table+" FINAL ORDER BY row"))
	text := make([]string, len(rows))
	for i, r := range rows {
		text[i] = r.Row
	}
	return text
}

// answerOf runs a report with what it cannot do without.
func answerOf(t *testing.T, conn driver.Conn, report analytics.Report) [][]any {
	t.Helper()
	params := analytics.Params{}
	if slices.Contains(report.Parameters, "tracking_number") {
		params.TrackingNumber = "A2"
	}
	if slices.Contains(report.Parameters, "reference") {
		params.Reference = "order A2"
	}
	result, err := analytics.Run(context.Background(), conn, report, params)
	require.NoError(t, err, report.Name)
	return append(result.Rows, result.Totals)
}
