package analytics_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/internal/embedded"
	"waybill/internal/ports/portstest"
	"waybill/schemas"
)

// twoShards starts two servers that know each other as the shards of a cluster
// named pair. They have no Keeper, so each is migrated for itself.
func twoShards(t *testing.T) []*clickhouse.Options {
	t.Helper()
	ports := []int{portstest.Port(t), portstest.Port(t)}
	shard := func(port int) string {
		return fmt.Sprintf("<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>%d</port></replica></shard>", port)
	}
	cluster := "<clickhouse><remote_servers><pair>" + shard(ports[0]) + shard(ports[1]) + "</pair></remote_servers></clickhouse>"
	var shards []*clickhouse.Options
	for _, port := range ports {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, "config.d"), 0o750))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "config.d", "pair.xml"), []byte(cluster), 0o600))
		server, err := embedded.StartClickHouse(t.Context(), embedded.ClickHouseOptions{DataDir: dir, TCPPort: port})
		if errors.Is(err, embedded.ErrNoLibrary) {
			t.Skipf("no ClickHouse for this test: %v", err)
		}
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, server.Close()) })
		options := &clickhouse.Options{Addr: []string{server.Addr()}}
		options.Auth.Database = "waybill"
		shards = append(shards, options)
	}
	return shards
}

// Over two shards every report says what it says on one server, and so does every
// view of what a tenant sees.
func TestReportsOverShards(t *testing.T) {
	shards, cluster := twoShards(t), analytics.Cluster{Name: "pair"}
	for range 2 { // again changes nothing
		migrateShards(t, shards, cluster)
	}
	steps := slices.Concat(world(), troubles(), etaWorld(), latencyWorld(), webhookWorld())
	shards[0].Settings = cluster.Settings()
	fill(t, shards[0], steps...)
	many, one := open(t, shards[0]), load(t, steps...)

	shards[1].Auth.Database = "waybill_local"
	for _, table := range []string{"registrations", "shipments", "exception_episodes"} {
		var here, all uint64
		require.NoError(t, open(t, shards[1]).QueryRow(t.Context(), "SELECT count() FROM "+table+" FINAL").Scan(&here))
		require.NoError(t, many.QueryRow(t.Context(), "SELECT count() FROM "+table+" FINAL").Scan(&all))
		require.Positive(t, here, "the second shard has some of %s", table)
		require.Less(t, here, all, "and not all")
	}
	reports, err := analytics.Reports()
	require.NoError(t, err)
	for _, report := range reports {
		for _, tenant := range tenantsOf(report) {
			params := analytics.Params{Tenant: tenant, By: report.Dimensions}
			if slices.Contains(report.Parameters, "tracking_number") {
				params.TrackingNumber = "A2"
			}
			if slices.Contains(report.Parameters, "reference") {
				params.Reference = "order A2"
			}
			require.Equal(t, answered(t, one, report, params), answered(t, many, report, params), "%s of tenant %q", report.Name, tenant)
		}
	}
	for _, view := range []string{"tenant_events", "tenant_exceptions", "tenant_eta_changes", "tenant_decisions", "tenant_lives", "tenant_registrations", "tenant_webhook_standing"} {
		var of, wanted uint64
		require.NoError(t, many.QueryRow(t.Context(), "SELECT count() FROM "+view).Scan(&of))
		require.NoError(t, one.QueryRow(t.Context(), "SELECT count() FROM "+view).Scan(&wanted))
		require.Equal(t, wanted, of, view)
	}
}

// What is erased is erased on the shard where it lies, whichever that is (P1).
func TestEraseOverShards(t *testing.T) {
	shards, cluster := twoShards(t), analytics.Cluster{Name: "pair"}
	migrateShards(t, shards, cluster)
	shards[0].Settings = cluster.Settings()
	for _, number := range []string{"A1", "A2", "A3", "A4", "A5", "A6"} {
		fill(t, shards[0], personal(number, ann), records{events: []*schemas.TrackingEvent{said(number, "x1", schemas.TypeErased, "", day(2026, 5, 6))}})
	}
	holds := func() (tables [][]string) {
		for _, options := range shards {
			local := *options
			local.Auth.Database = "waybill_local"
			tables = append(tables, holding(t, open(t, &local), ann, ""))
		}
		return tables
	}
	for _, tables := range holds() {
		require.Len(t, tables, 5, "each shard has some")
	}
	_, err := analytics.Erase(t.Context(), shards[0], cluster, time.Time{})
	require.NoError(t, err)
	require.Equal(t, [][]string{{}, {}}, holds())
}

func migrateShards(t *testing.T, shards []*clickhouse.Options, cluster analytics.Cluster) {
	t.Helper()
	for _, options := range shards {
		_, err := analytics.MigrateCluster(t.Context(), options, cluster, func(int, int) {})
		require.NoError(t, err)
	}
}

// tenantsOf chooses for whom a report is asked: for one tenant only where other
// tables are read then.
func tenantsOf(report analytics.Report) []string {
	switch report.Name {
	case "exceptions", "first-attempt", "shipment":
		return []string{"", "y"}
	}
	return []string{""}
}

func answered(t *testing.T, conn driver.Conn, report analytics.Report, params analytics.Params) string {
	t.Helper()
	result, err := analytics.Run(t.Context(), conn, report, params)
	require.NoError(t, err, report.Name)
	var out strings.Builder
	require.NoError(t, result.Render(&out, analytics.FormatJSON))
	return out.String()
}

// The embedded engine has no Keeper, so of replicated tables the statements are
// held: each reaches all servers, each table has its place in Keeper, by shard
// but for holidays, and the engine can read all of them.
func TestStatementsForReplicas(t *testing.T) {
	conn := migrated(t)
	local, whole, err := analytics.PlacedStatements(analytics.Cluster{Name: "it's one", Replicated: true})
	require.NoError(t, err)
	for _, statement := range slices.Concat(local, whole) {
		require.Contains(t, statement, " ON CLUSTER 'it\\'s one'")
		require.NoError(t, conn.Exec(t.Context(), "EXPLAIN AST "+statement), statement)
	}
	tables := 0
	for _, statement := range local {
		require.NotContains(t, statement, "VIEW")
		if strings.HasPrefix(statement, "CREATE TABLE") {
			tables++
			require.Contains(t, statement, "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted)")
		}
	}
	require.GreaterOrEqual(t, tables, 11)
	for _, statement := range whole {
		switch {
		case strings.HasPrefix(statement, "CREATE TABLE IF NOT EXISTS holidays"):
			require.Contains(t, statement, "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}', '{shard}-{replica}', version, is_deleted)")
		case strings.Contains(statement, " TABLE "):
			require.Regexp(t, "TABLE (IF NOT EXISTS )?(rollup_|holidays)", statement)
			require.NotContains(t, statement, "Replicated")
		}
	}
	alone, rest, err := analytics.PlacedStatements(analytics.Cluster{})
	require.NoError(t, err)
	require.Empty(t, alone)
	require.Len(t, rest, len(local)+len(whole))
	require.NotContains(t, strings.Join(rest, ""), "ON CLUSTER")
}
