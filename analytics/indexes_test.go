package analytics_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"
)

// Each bloom filter is there for a question that does not give
// the head of the key, and spares reading most of the table for it, in a final
// read as well.
func TestIndexesSpareReading(t *testing.T) {
	conn := migrated(t)
	var indexes []struct {
		Table string `ch:"table"`
		Name  string `ch:"name"`
		Expr  string `ch:"expr"`
	}
	require.NoError(t, conn.Select(t.Context(), &indexes, "SELECT table, name, expr FROM system.data_skipping_indices WHERE database = currentDatabase() AND type = 'bloom_filter'"))
	require.NotEmpty(t, indexes)
	for _, index := range indexes {
		fillWithNames(t, conn, index.Table)
		var plan []struct {
			Line string `ch:"explain"`
		}
		require.NoError(t, conn.Select(t.Context(), &plan, fmt.Sprintf("EXPLAIN indexes = 1 SELECT count() FROM %s FINAL WHERE %s = 'name 7'", index.Table, index.Expr)))
		var text strings.Builder
		for _, p := range plan {
			text.WriteString(p.Line + "\n")
		}
		granules := regexp.MustCompile(`Name: ` + index.Name + `\n(?:.*\n)*?\s*Granules: (\d+)/(\d+)`).FindStringSubmatch(text.String())
		require.NotNil(t, granules, "%s.%s is not used:\n%s", index.Table, index.Name, text.String())
		read, err := strconv.Atoi(granules[1])
		require.NoError(t, err)
		all, err := strconv.Atoi(granules[2])
		require.NoError(t, err)
		require.Less(t, read*3, all, "%s.%s:\n%s", index.Table, index.Name, text.String())
	}
}

// fillWithNames fills a table so that the head of its key tells little: all texts
// of a row are the same, and the key begins with one of many carriers or tenants.
func fillWithNames(t *testing.T, conn driver.Conn, table string) {
	t.Helper()
	var columns []string
	require.NoError(t, conn.QueryRow(t.Context(), `
		SELECT groupArray(name) FROM system.columns
		WHERE database = currentDatabase() AND table = $1 AND type IN ('String', 'LowCardinality(String)') AND default_kind = '' AND name NOT IN ('carrier', 'tenant')`, table).Scan(&columns))
	require.NoError(t, conn.Exec(t.Context(), "TRUNCATE TABLE "+table))
	require.NoError(t, conn.Exec(t.Context(), "SYSTEM STOP MERGES "+table)) // they remove rows that are past their time, and these have none
	values := strings.Repeat(", concat('name ', toString(number))", len(columns))
	head := "carrier"
	if table == "webhooks" {
		head = "tenant"
	}
	require.NoError(t, conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s (%s, version, %s) SELECT concat('head ', toString(number %% 50)), 1%s FROM numbers(60000) SETTINGS allow_suspicious_low_cardinality_types = 1",
		table, head, strings.Join(columns, ", "), values)))
}

// What is asked for of the last minutes is not looked for in parts of before.
func TestIndexOfTimeSparesReading(t *testing.T) {
	conn := migrated(t)
	require.NoError(t, conn.Exec(t.Context(), "SYSTEM STOP MERGES webhook_attempts"))
	const parts, rows = 10, 50_000
	for part := range parts { // each of a day, the last one of today
		require.NoError(t, conn.Exec(t.Context(), fmt.Sprintf(`
			INSERT INTO webhook_attempts (tenant, endpoint_id, job_id, attempt, started_at, version)
			SELECT 't', concat('ep', toString(number %% 50)), hex(sipHash64(number, %[1]d)), 1, now64(3) - toIntervalDay(%[1]d) - toIntervalSecond(number %% 3600), 1 FROM numbers(%[2]d)`, parts-1-part, rows)))
	}
	read := func(setting string) (estimated uint64) {
		var database, table string
		var parts, marks uint64
		const ask = "EXPLAIN ESTIMATE SELECT count() FROM webhook_attempts WHERE started_at >= now64(3) - toIntervalSecond(900) SETTINGS final = 0, "
		require.NoError(t, conn.QueryRow(t.Context(), ask+setting).Scan(&database, &table, &parts, &estimated, &marks))
		return estimated
	}
	require.EqualValues(t, parts*rows, read("use_skip_indexes = 0"))
	require.EqualValues(t, rows, read("use_skip_indexes = 1"))
}
