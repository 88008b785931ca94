package analytics_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"waybill/analytics"
	"waybill/schemas"
)

func TestMigrateAppliesEachFileOnce(t *testing.T) {
	options := emptyDatabase(t)
	first, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	require.Equal(t, []string{
		"0001_tracking_events", "0002_decisions", "0003_shipments", "0004_registrations",
		"0005_exception_episodes", "0006_eta_changes", "0007_webhook_attempts", "0008_usage",
		"0009_fields_of_version_2",
		"0010_states_of_shipments", "0011_webhooks", "0012_what_tenants_are_shown",
	}, first)

	second, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	require.Empty(t, second)
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

	var recorded, tables uint64
	conn := open(t, options)
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count() FROM schema_migrations FINAL").Scan(&recorded))
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count() FROM system.tables WHERE database = currentDatabase()").Scan(&tables))
	require.EqualValues(t, 12, recorded)
	require.EqualValues(t, 14, tables)
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
	options := emptyDatabase(t)
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
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
	options := emptyDatabase(t)
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
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
	}
	rows, err := open(t, options).Query(t.Context(), `
		SELECT name, sorting_key, partition_key, engine_full, comment
		FROM system.tables WHERE database = currentDatabase() AND name != 'schema_migrations' AND engine != 'View'`)
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
	options := emptyDatabase(t)
	_, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	columns := describe(t, open(t, options))
	versions, err := schemas.Versions()
	require.NoError(t, err)
	for record, table := range map[string]string{
		"tracking_event": "tracking_events", "decision": "decisions", "shipment": "shipments",
		"webhook_job": "webhooks", "webhook_attempt": "webhook_attempts", "endpoint_event": "endpoint_events", "usage": "usage",
	} {
		newest := versions[record][len(versions[record])-1]
		for _, f := range fieldsOf(t, newest, table) {
			require.Contains(t, columns[f.table], f.column)
		}
	}
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
	rows, err := conn.Query(context.Background(), "SELECT table, name, comment FROM system.columns WHERE database = currentDatabase()")
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
