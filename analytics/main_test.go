package analytics_test

import (
	"context"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"waybill/analytics/analyticstest"
	"waybill/internal/embedded/embeddedtest"
)

func TestMain(m *testing.M) { embeddedtest.Main(m) }

// emptyDatabase names a database of the test's own that does not exist yet, for
// a real ClickHouse is shared.
func emptyDatabase(t testing.TB) *clickhouse.Options {
	t.Helper()
	options := &clickhouse.Options{Addr: []string{embeddedtest.ClickHouse(t)}}
	options.Auth.Database = "test_" + uuid.NewString()
	t.Cleanup(func() {
		server := *options
		server.Auth.Database = ""
		conn := open(t, &server)
		require.NoError(t, conn.Exec(context.Background(), "DROP DATABASE IF EXISTS `"+options.Auth.Database+"`"))
	})
	return options
}

func open(t testing.TB, options *clickhouse.Options) driver.Conn {
	t.Helper()
	conn, err := clickhouse.Open(options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return conn
}

func migrated(t testing.TB) driver.Conn {
	t.Helper()
	return open(t, analyticstest.Database(t))
}
