package analytics

import (
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// OpenServer connects without logging in to the database that options name: it
// may not be there, and a login to what is not there is refused.
func OpenServer(options *clickhouse.Options) (driver.Conn, error) {
	server := *options
	server.Auth.Database = ""
	conn, err := clickhouse.Open(&server)
	if err != nil {
		return nil, fmt.Errorf("connecting to ClickHouse at %v: %w", options.Addr, err)
	}
	return conn, nil
}
