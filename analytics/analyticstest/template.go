package analyticstest

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/analytics"
)

// original is what the databases of this test binary are copied from.
var original template //nolint:gochecknoglobals // what outlives a test has no other place

// template is a database that Migrate made, as the statements that make it again.
type template struct {
	mu         sync.Mutex
	statements []string // with place for the name
}

// place stands in the statements where the name of the database belongs.
const place = "{database}"

// copyTo makes the database that options name.
func (m *template) copyTo(ctx context.Context, options *clickhouse.Options) error {
	statements, err := m.of(ctx, options.Addr[0])
	if err != nil {
		return err
	}
	return onServer(options, func(conn driver.Conn) error {
		for _, statement := range statements {
			if err := conn.Exec(ctx, strings.ReplaceAll(statement, place, options.Auth.Database)); err != nil {
				return fmt.Errorf("copying what Migrate made (%.80s): %w", statement, err)
			}
		}
		return nil
	})
}

// of returns the statements; the first call has the server work them out.
func (m *template) of(ctx context.Context, server string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.statements != nil {
		return m.statements, nil
	}
	options := named(server, "template_")
	if _, err := analytics.Migrate(ctx, options); err != nil {
		return nil, err
	}
	err := onServer(options, func(conn driver.Conn) (err error) {
		m.statements, err = statementsOf(ctx, conn, options.Auth.Database)
		return err
	})
	return m.statements, err
}

// asSelect is where the query of a view begins.
var asSelect = regexp.MustCompile(` AS (SELECT|WITH) `)

// statementsOf makes tables before views, and views that fill tables last, for those
// read other views. Such a view begins EMPTY, as in the migrations: its table is
// filled when its time comes.
func statementsOf(ctx context.Context, conn driver.Conn, database string) ([]string, error) {
	rows, err := conn.Query(ctx, `
		SELECT engine, create_table_query FROM system.tables WHERE database = $1
		ORDER BY indexOf(['View', 'MaterializedView'], engine), metadata_modification_time, name`, database)
	if err != nil {
		return nil, fmt.Errorf("reading what Migrate made: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	statements := []string{"CREATE DATABASE " + place}
	for rows.Next() {
		var engine, statement string
		if err := rows.Scan(&engine, &statement); err != nil {
			return nil, fmt.Errorf("reading what Migrate made: %w", err)
		}
		if engine == "MaterializedView" {
			at := asSelect.FindStringIndex(statement)[0]
			statement = statement[:at] + " EMPTY" + statement[at:]
		}
		statements = append(statements, strings.ReplaceAll(statement, database, place))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading what Migrate made: %w", err)
	}
	for _, table := range []string{"schema_migrations", "holidays"} { // the rows that Migrate leaves
		statements = append(statements, fmt.Sprintf("INSERT INTO %s.%s SELECT * FROM %s.%[2]s", place, table, database))
	}
	return statements, nil
}
