package analytics

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// journal records which migrations were applied. Two processes that apply the
// same one write the same key.
const journal = `
CREATE TABLE IF NOT EXISTS schema_migrations
(
    name String COMMENT 'File name without .sql.',
    checksum String COMMENT 'SHA-256 of the file, hex.',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When it was applied, by the server''s clock.'
)
ENGINE = ReplacingMergeTree
ORDER BY name
COMMENT 'Which migrations were applied.'`

// ChangedMigrationError says that a migration that was applied has another
// text now. What is applied cannot be changed: write a new migration.
type ChangedMigrationError struct {
	// Name of the migration.
	Name string
	// Applied and Present are the checksums, SHA-256 in hex.
	Applied, Present string
}

func (e *ChangedMigrationError) Error() string {
	return fmt.Sprintf("migration %s was changed after it had been applied (its checksum was %.12s and is %.12s): put its old text back and write a new migration",
		e.Name, e.Applied, e.Present)
}

// Migrate brings the database that options.Auth.Database names to the newest
// form and returns the names of the migrations that it applied. It makes the
// database when there is none.
//
// It can be run again after any failure, and by two processes at once: every
// statement can be repeated, and a migration is recorded after its last one.
// A migration that the database has and this build does not know is left alone,
// so that an older build can still start.
func Migrate(ctx context.Context, options *clickhouse.Options) (applied []string, err error) {
	all, err := migrations()
	if err != nil {
		return nil, err
	}
	return migrate(ctx, options, all)
}

func migrate(ctx context.Context, options *clickhouse.Options, all []migration) (applied []string, err error) {
	database := options.Auth.Database
	if err := createDatabase(ctx, options); err != nil {
		return nil, err
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		return nil, fmt.Errorf("connecting to database %q: %w", database, err)
	}
	defer conn.Close() //nolint:errcheck // nothing is left to be sent
	if err := conn.Exec(ctx, journal); err != nil {
		return nil, fmt.Errorf("making table schema_migrations of database %q: %w", database, err)
	}
	known, err := appliedChecksums(ctx, conn)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if checksum, ok := known[m.name]; ok {
			if checksum != m.checksum {
				return applied, &ChangedMigrationError{Name: m.name, Applied: checksum, Present: m.checksum}
			}
			continue
		}
		if err := apply(ctx, conn, m); err != nil {
			return applied, err
		}
		applied = append(applied, m.name)
	}
	return applied, nil
}

// createDatabase makes the database over a connection to the server's own, for
// a connection to a database that does not exist is refused.
func createDatabase(ctx context.Context, options *clickhouse.Options) error {
	database := options.Auth.Database
	if database == "" {
		return errors.New("making the database: no name is set")
	}
	server := *options
	server.Auth.Database = ""
	conn, err := clickhouse.Open(&server)
	if err != nil {
		return fmt.Errorf("connecting to ClickHouse at %v: %w", options.Addr, err)
	}
	defer conn.Close() //nolint:errcheck // nothing is left to be sent
	if err := conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+quoteName(database)); err != nil {
		return fmt.Errorf("making database %q: %w", database, err)
	}
	return nil
}

func appliedChecksums(ctx context.Context, conn driver.Conn) (map[string]string, error) {
	rows, err := conn.Query(ctx, "SELECT name, checksum FROM schema_migrations")
	if err != nil {
		return nil, fmt.Errorf("reading table schema_migrations: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	known := make(map[string]string)
	for rows.Next() {
		var name, checksum string
		if err := rows.Scan(&name, &checksum); err != nil {
			return nil, fmt.Errorf("reading a row of table schema_migrations: %w", err)
		}
		known[name] = checksum
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading table schema_migrations: %w", err)
	}
	return known, nil
}

func apply(ctx context.Context, conn driver.Conn, m migration) error {
	for i, statement := range m.statements {
		if err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("applying statement %d of migration %s: %w", i+1, m.name, err)
		}
	}
	if err := conn.Exec(ctx, "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", m.name, m.checksum); err != nil {
		return fmt.Errorf("recording migration %s: %w", m.name, err)
	}
	return nil
}

func quoteName(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}
