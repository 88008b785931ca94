package analyticstest_test

import (
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/analytics/analyticstest"
	"waybill/internal/embedded/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// A copy has what Migrate makes, rows included, and nothing is left for Migrate to do.
func TestDatabaseIsAsMigrateMakesIt(t *testing.T) {
	options := analyticstest.Database(t)
	applied, err := analytics.Migrate(t.Context(), options)
	require.NoError(t, err)
	require.Empty(t, applied)

	made := *options
	made.Auth.Database += "_made"
	_, err = analytics.Migrate(t.Context(), &made)
	require.NoError(t, err)
	conn, err := clickhouse.Open(options)
	require.NoError(t, err)
	defer func() {
		require.NoError(t, conn.Exec(t.Context(), "DROP DATABASE "+made.Auth.Database))
		require.NoError(t, conn.Close())
	}()
	copied := contents(t, options)
	for name, as := range contents(t, &made) {
		require.Equal(t, as, copied[name], name)
		delete(copied, name)
	}
	require.Empty(t, copied)
}

// contents is how every table and view was made, and how many rows it has.
func contents(t *testing.T, options *clickhouse.Options) map[string]string {
	t.Helper()
	conn, err := clickhouse.Open(options)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	var rows []struct {
		Name string `ch:"name"`
		Made string `ch:"made"`
	}
	require.NoError(t, conn.Select(t.Context(), &rows, `
		SELECT name, engine || ' ' || ifNull(toString(total_rows), '') || ' ' || replaceAll(create_table_query, currentDatabase(), '') AS made
		FROM system.tables WHERE database = currentDatabase()`))
	all := make(map[string]string)
	for _, row := range rows {
		all[row.Name] = row.Made
	}
	require.Contains(t, all, "shipments")
	return all
}
