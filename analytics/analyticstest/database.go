package analyticstest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"waybill/analytics"
	"waybill/internal/embedded/embeddedtest"
)

// Database makes a database with every table for one test, as Migrate leaves it, and
// says how to reach it. It is dropped with the test, which is skipped where
// embeddedtest.ClickHouse skips it.
func Database(t testing.TB) *clickhouse.Options {
	t.Helper()
	options := named(embeddedtest.ClickHouse(t), "test_")
	if os.Getenv(embeddedtest.ClickHouseEnv) != "" { // what is copied would stay there
		_, err := analytics.Migrate(t.Context(), options)
		require.NoError(t, err)
	} else {
		require.NoError(t, original.copyTo(t.Context(), options))
	}
	t.Cleanup(func() {
		// A client that was cut off can crash the embedded engine, which is then started again.
		require.Eventually(t, func() bool { return drop(options) == nil }, time.Minute, 100*time.Millisecond)
	})
	return options
}

func drop(options *clickhouse.Options) error {
	return onServer(options, func(conn driver.Conn) error {
		return conn.Exec(context.Background(), "DROP DATABASE IF EXISTS "+options.Auth.Database)
	})
}

// named is a database of that server that nobody else has.
func named(server, prefix string) *clickhouse.Options {
	options := &clickhouse.Options{Addr: []string{server}}
	options.Auth.Database = prefix + strings.ReplaceAll(uuid.NewString(), "-", "")
	return options
}

// onServer works on a server over a connection that names no database.
func onServer(options *clickhouse.Options, work func(conn driver.Conn) error) error {
	server := *options
	server.Auth.Database = ""
	conn, err := clickhouse.Open(&server)
	if err != nil {
		return fmt.Errorf("connecting to ClickHouse at %v: %w", options.Addr, err)
	}
	return errors.Join(work(conn), conn.Close())
}
