package analytics

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// journal records which migrations were applied. Two processes that apply the
// same one write the same key.
const journal = `
CREATE TABLE IF NOT EXISTS schema_migrations %s
(
    name String COMMENT 'File name without .sql.',
    checksum String COMMENT 'SHA-256 of the file, hex.',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When it was applied, by the server''s clock.'
)
ENGINE = %s
ORDER BY name
COMMENT 'Which migrations were applied.'`

// longestStatement is how long one statement may say nothing: the server works a
// new column out for all old rows, which of many millions takes long. ctx can end it sooner.
const longestStatement = 24 * time.Hour

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
// database when there is none, and brings up the holidays that it holds.
//
// It can be run again after any failure, and by two processes at once: every
// statement can be repeated, and a migration is recorded after its last one.
// A migration that the database has and this build does not know is left alone,
// so that an older build can still start.
func Migrate(ctx context.Context, options *clickhouse.Options) (applied []string, err error) {
	return MigrateCluster(ctx, options, Cluster{}, func(int, int) {})
}

// MigrateCluster does the same on several servers, by way of one of them.
// progress hears how many migrations the database has, of how many, before and
// after each that is applied.
func MigrateCluster(ctx context.Context, options *clickhouse.Options, cluster Cluster, progress func(done, total int)) (applied []string, err error) {
	all, err := migrations()
	if err != nil {
		return nil, err
	}
	patient := *cluster.options(options)
	patient.ReadTimeout = longestStatement
	if applied, err = migrate(ctx, &patient, cluster, all, progress); err != nil {
		return applied, err
	}
	if err := fillHolidays(ctx, &patient); err != nil {
		return applied, err
	}
	return applied, makeTenantViews(ctx, &patient, cluster)
}

func migrate(ctx context.Context, options *clickhouse.Options, cluster Cluster, all []migration, progress func(done, total int)) (applied []string, err error) {
	to, err := reach(ctx, options, cluster)
	if err != nil {
		return nil, err
	}
	defer to.close() //nolint:errcheck // nothing is left to be sent
	if err := to.whole.Exec(ctx, fmt.Sprintf(journal, cluster.clause(), cluster.journalEngine())); err != nil {
		return nil, fmt.Errorf("making table schema_migrations of database %q: %w", to.database, err)
	}
	known, err := appliedChecksums(ctx, to.whole, to.database)
	if err != nil {
		return nil, err
	}
	for i, m := range all {
		if checksum, ok := known[m.name]; ok {
			if checksum != m.checksum {
				return applied, &ChangedMigrationError{Name: m.name, Applied: checksum, Present: m.checksum}
			}
			continue
		}
		progress(i, len(all))
		if err := to.apply(ctx, m); err != nil {
			return applied, err
		}
		applied = append(applied, m.name)
		progress(i+1, len(all))
	}
	return applied, nil
}

// createDatabase makes the databases that are missing.
func createDatabase(ctx context.Context, options *clickhouse.Options, cluster Cluster) error {
	database := options.Auth.Database
	if database == "" {
		return errors.New("making the database: no name is set")
	}
	conn, err := OpenServer(options)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing is left to be sent
	for _, name := range cluster.databases(database) {
		if err := conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+QuoteName(name)+" "+cluster.clause()); err != nil {
			return fmt.Errorf("making database %q: %w", name, err)
		}
	}
	return nil
}

func appliedChecksums(ctx context.Context, conn driver.Conn, database string) (map[string]string, error) {
	rows, err := conn.Query(ctx, "SELECT name, checksum FROM "+QuoteName(database)+".schema_migrations")
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

func (s *servers) apply(ctx context.Context, m migration) error {
	for i, statement := range m.statements {
		if err := s.exec(ctx, statement); err != nil {
			return fmt.Errorf("applying migration %s, statement %d of %d (%s): %w. The migration is not recorded: put right what the server says and run it again",
				m.name, i+1, len(m.statements), firstLine(statement), err)
		}
	}
	if err := s.whole.Exec(ctx, "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", m.name, m.checksum); err != nil {
		return fmt.Errorf("recording migration %s: %w", m.name, err)
	}
	return nil
}

func firstLine(statement string) string {
	line, _, more := strings.Cut(statement, "\n")
	if more {
		line += " ..."
	}
	return line
}

// QuoteName writes a name of SQL.
func QuoteName(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}
