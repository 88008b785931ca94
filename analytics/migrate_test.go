package analytics_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"waybill/analytics"
	"waybill/analytics/analyticstest"
	"waybill/schemas"
)

func TestMigrateAppliesEachFileOnce(t *testing.T) {
	options := emptyDatabase(t)
	pending, err := analytics.Pending(t.Context(), options)
	require.NoError(t, err)
	var told []int
	first, err := analytics.MigrateCluster(t.Context(), options, analytics.Cluster{}, func(done, total int) {
		require.Len(t, pending, total)
		told = append(told, done)
	})
	require.NoError(t, err)
	require.Equal(t, first, pending)
	require.Equal(t, []int{0, 1, 1, 2}, told[:4], "before and after each")
	require.Len(t, first, told[len(told)-1])
	files, err := filepath.Glob("migrations/*.sql")
	require.NoError(t, err)
	require.Len(t, first, len(files))
	for i, file := range files {
		require.Equal(t, strings.TrimSuffix(filepath.Base(file), ".sql"), first[i])
	}

	second, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	require.Empty(t, second)
	pending, err = analytics.Pending(t.Context(), options)
	require.NoError(t, err)
	require.Empty(t, pending)
}

// Working a column out for many old rows takes longer than a client waits for
// other answers.
func TestMigrateIsPatient(t *testing.T) {
	options := emptyDatabase(t)
	impatient := *options
	impatient.ReadTimeout = time.Nanosecond
	_, err := analytics.Migrate(t.Context(), &impatient)
	require.NoError(t, err)
}

// A crash can fall between the last statement of a file and its record.
func TestMigrateRepeatsWhatWasNotRecorded(t *testing.T) {
	options := emptyDatabase(t)
	first, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	require.NoError(t, open(t, options).Exec(t.Context(), "TRUNCATE TABLE schema_migrations"))

	again, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	require.Equal(t, first, again)
}

func TestMigrateByTwoAtOnce(t *testing.T) {
	options := emptyDatabase(t)
	group, ctx := errgroup.WithContext(t.Context())
	for range 4 {
		group.Go(func() error {
			_, err := analytics.Migrate(ctx, options)
			return err
		})
	}
	require.NoError(t, group.Wait())

	count := func(conn driver.Conn) (recorded, tables uint64) {
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count() FROM schema_migrations FINAL").Scan(&recorded))
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count() FROM system.tables WHERE database = currentDatabase()").Scan(&tables))
		return recorded, tables
	}
	recorded, tables := count(open(t, options))
	recordedByOne, tablesByOne := count(migrated(t))
	require.Equal(t, recordedByOne, recorded)
	require.Equal(t, tablesByOne, tables)
}

func TestMigrateRefusesAChangedFile(t *testing.T) {
	options := emptyDatabase(t)
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	conn := open(t, options)
	require.NoError(t, conn.Exec(t.Context(), "TRUNCATE TABLE schema_migrations"))
	require.NoError(t, conn.Exec(t.Context(), "INSERT INTO schema_migrations (name, checksum) VALUES ('0003_shipments', 'another')"))

	_, err = analytics.Migrate(t.Context(), options)
	var changed *analytics.ChangedMigrationError
	require.ErrorAs(t, err, &changed)
	require.Equal(t, "0003_shipments", changed.Name)
}

func TestMigrateToleratesAMigrationOfANewerBuild(t *testing.T) {
	options := analyticstest.Database(t)
	require.NoError(t, open(t, options).Exec(t.Context(), "INSERT INTO schema_migrations (name, checksum) VALUES ('9999_later', 'x')"))
	applied, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	require.Empty(t, applied)
}

func TestMigrateNeedsADatabaseName(t *testing.T) {
	_, err := analytics.Migrate(t.Context(), &clickhouse.Options{})
	require.ErrorContains(t, err, "no name is set")
}

// What a table's key, partition and engine must be, or the same thing could
// come to lie in a table twice.
func TestTablesReplaceByStableKeys(t *testing.T) {
	options := analyticstest.Database(t)
	keys := map[string]string{
		"tracking_events":    "carrier, tracking_number, epoch, event_id",
		"decisions":          "carrier, tracking_number, source_topic, source_partition, source_offset",
		"shipments":          "carrier, tracking_number, epoch",
		"registrations":      "tenant, carrier, tracking_number, epoch, registration_id",
		"acknowledgements":   "tenant, carrier, tracking_number, epoch, registration_id, opening_event_id",
		"exception_episodes": "carrier, tracking_number, epoch, opening_event_id",
		"eta_changes":        "carrier, tracking_number, epoch, causing_event_id",
		"webhooks":           "tenant, source_partition, source_offset",
		"webhook_attempts":   "tenant, endpoint_id, job_id, attempt, manual_at",
		"endpoint_events":    "tenant, endpoint_id, event_id",
		"usage":              "tenant, registration_id",
		"audit":              "tenant, occurred_at, entry_id",
		"holidays":           "country, day, source",
		"baselines":          "baseline_version, level, carrier, service, origin_country, origin_state, destination_country, destination_state, status",
	}
	rows, err := open(t, options).Query(t.Context(), `
		SELECT name, sorting_key, partition_key, engine_full, comment
		FROM system.tables
		WHERE database = currentDatabase() AND name != 'schema_migrations' AND engine LIKE '%MergeTree' AND name NOT LIKE 'rollup\_%'`) // rollups are made anew as a whole
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	seen := 0
	for rows.Next() {
		var name, key, partition, engine, comment string
		require.NoError(t, rows.Scan(&name, &key, &partition, &engine, &comment))
		seen++
		require.Equal(t, keys[name], key, name)
		require.Contains(t, engine, "ReplacingMergeTree(version, is_deleted)", name)
		require.NotEmpty(t, comment, name)
		if strings.Contains(key, "epoch") {
			require.Equal(t, "toYear(epoch)", partition, name)
		} else {
			require.Empty(t, partition, name)
		}
	}
	require.NoError(t, rows.Err())
	require.Len(t, keys, seen)
}

// Every field of the contract is a column of the same name, and every column
// says what it means.
func TestTablesHoldEveryFieldOfTheContract(t *testing.T) {
	options := analyticstest.Database(t)
	columns := describe(t, open(t, options))
	versions, err := schemas.Versions()
	require.NoError(t, err)
	for record, table := range map[string]string{
		"tracking_event": "tracking_events", "decision": "decisions", "shipment": "shipments",
		"webhook_job": "webhooks", "webhook_attempt": "webhook_attempts", "endpoint_event": "endpoint_events", "usage": "usage", "baseline": "baselines", "audit_entry": "audit",
	} {
		newest := versions[record][len(versions[record])-1]
		for _, f := range fieldsOf(t, newest, table) {
			require.Contains(t, columns[f.table], f.column)
		}
	}
}

// Every table and every view says what a row of it is; what only fills a table, that
// table says.
func TestTablesAndViewsSayWhatTheyAre(t *testing.T) {
	var silent []struct {
		Name string `ch:"name"`
	}
	require.NoError(t, migrated(t).Select(t.Context(), &silent, "SELECT name FROM system.tables WHERE database = currentDatabase() AND comment = '' AND engine != 'MaterializedView'"))
	require.Empty(t, silent)
}

type contractField struct{ table, column string }

// fieldsOf lists the columns that a record's fields must have. Lists of records
// are tables of their own, and a place is spread over columns.
func fieldsOf(t *testing.T, avsc, table string) []contractField {
	t.Helper()
	var record struct {
		Fields []struct {
			Name string          `json:"name"`
			Type json.RawMessage `json:"type"`
		} `json:"fields"`
	}
	require.NoError(t, json.Unmarshal([]byte(avsc), &record))
	var all []contractField
	for _, f := range record.Fields {
		var list struct {
			Items json.RawMessage `json:"items"`
		}
		switch {
		case f.Name == "location":
			all = append(all, contractField{table, "location_city"}, contractField{table, "location_country"})
		case json.Unmarshal(f.Type, &list) == nil && strings.HasPrefix(string(list.Items), "{"):
			all = append(all, fieldsOf(t, string(list.Items), f.Name)...)
		default:
			all = append(all, contractField{table, f.Name})
		}
	}
	return all
}

func describe(t *testing.T, conn driver.Conn) map[string]map[string]string {
	t.Helper()
	rows, err := conn.Query(context.Background(), `
		SELECT table, name, comment FROM system.columns
		WHERE database = currentDatabase() AND table NOT IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView')`) // it fills a table, which says what its columns mean
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	columns := make(map[string]map[string]string)
	for rows.Next() {
		var table, name, comment string
		require.NoError(t, rows.Scan(&table, &name, &comment))
		require.NotEmpty(t, comment, "column %s.%s", table, name)
		if columns[table] == nil {
			columns[table] = make(map[string]string)
		}
		columns[table][name] = comment
	}
	require.NoError(t, rows.Err())
	return columns
}
