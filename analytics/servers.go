package analytics

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// servers are what migrations work on: one server, or the servers of a cluster by
// way of one of them.
type servers struct {
	cluster  Cluster
	database string
	// whole is connected to the database, local to that of a server's own rows.
	// On one server they are the same.
	whole, local driver.Conn
}

// reach makes the databases and connects to them.
func reach(ctx context.Context, options *clickhouse.Options, cluster Cluster) (*servers, error) {
	if err := createDatabase(ctx, options, cluster); err != nil {
		return nil, err
	}
	s := &servers{cluster: cluster, database: options.Auth.Database}
	for _, name := range cluster.databases(options.Auth.Database) {
		of := *options
		of.Auth.Database = name
		conn, err := clickhouse.Open(&of)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("connecting to database %q: %w", name, err), s.close())
		}
		if s.local = conn; s.whole == nil {
			s.whole = conn
		}
	}
	return s, nil
}

func (s *servers) close() error {
	if s.whole == nil {
		return nil
	}
	return errors.Join(s.whole.Close(), s.local.Close())
}

// exec carries out a statement of a migration where it belongs.
func (s *servers) exec(ctx context.Context, statement string) error {
	p, err := s.cluster.place(statement)
	if err != nil {
		return err
	}
	if p.table == "" {
		return s.whole.Exec(ctx, p.sql)
	}
	if err := s.local.Exec(ctx, p.sql); err != nil {
		return err
	}
	return s.show(ctx, p.table)
}

// show makes the table of the database that shows all servers' rows. It holds
// none itself, so it can be made anew whenever theirs has changed.
func (s *servers) show(ctx context.Context, table string) error {
	key, err := s.shardingKey(ctx, table)
	if err != nil {
		return err
	}
	local := s.database + localSuffix
	err = s.whole.Exec(ctx, fmt.Sprintf("CREATE OR REPLACE TABLE %s %s AS %s.%s ENGINE = Distributed(%s, %s, %s, %s)",
		table, s.cluster.clause(), QuoteName(local), table, QuoteText(s.cluster.Name), QuoteText(local), QuoteText(table), key))
	if err != nil {
		return fmt.Errorf("making table %s of the cluster: %w", table, err)
	}
	return nil
}

// shardingKey brings all rows of a parcel to one shard, and all of a key where a
// table is of no parcels.
func (s *servers) shardingKey(ctx context.Context, table string) (string, error) {
	var hasNumber bool
	var sorting string
	err := s.local.QueryRow(ctx, `
		SELECT (SELECT count() > 0 FROM system.columns WHERE database = currentDatabase() AND table = $1 AND name = 'tracking_number'),
			(SELECT sorting_key FROM system.tables WHERE database = currentDatabase() AND name = $1)`, table).Scan(&hasNumber, &sorting)
	if err != nil {
		return "", fmt.Errorf("reading the key of table %s: %w", table, err)
	}
	if hasNumber {
		return "cityHash64(carrier, tracking_number)", nil
	}
	return "cityHash64(" + sorting + ")", nil
}
