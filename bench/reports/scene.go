package reports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/analytics"
	"waybill/internal/embedded"
)

const (
	database = "waybill"
	// engineMemory is what the engine may use: a small deployment's.
	engineMemory = 7 << 30
)

// scene is a ClickHouse with migrated tables, in a child process.
type scene struct {
	engine *embedded.ClickHouse
	conn   driver.Conn
	dir    string
}

// newScene starts the engine on a folder of its own. What is merged is merged
// when it is said, and not before.
func newScene(ctx context.Context, patience time.Duration) (s *scene, err error) {
	s = &scene{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.dir, err = os.MkdirTemp("", "waybill-bench-"); err != nil {
		return s, fmt.Errorf("making a folder for ClickHouse: %w", err)
	}
	if s.engine, err = embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{DataDir: s.dir, MaxMemoryBytes: engineMemory}); err != nil {
		return s, err
	}
	options := &clickhouse.Options{Addr: []string{s.engine.Addr()}, Auth: clickhouse.Auth{Database: database}, ReadTimeout: patience, MaxOpenConns: 64}
	if _, err = analytics.Migrate(ctx, options); err != nil {
		return s, err
	}
	if s.conn, err = clickhouse.Open(options); err != nil {
		return s, fmt.Errorf("connecting to ClickHouse: %w", err)
	}
	return s, s.each(ctx, "SYSTEM STOP MERGES %s")
}

// merge brings every table to one part in each partition.
func (s *scene) merge(ctx context.Context) error {
	return errors.Join(s.each(ctx, "SYSTEM START MERGES %s"), s.each(ctx, "OPTIMIZE TABLE %s FINAL"))
}

// each runs a statement on every table that is filled.
func (s *scene) each(ctx context.Context, statement string) error {
	for _, table := range slices.Concat(changing(), lasting()) {
		if err := s.conn.Exec(ctx, fmt.Sprintf(statement, table)); err != nil {
			return fmt.Errorf("preparing table %s: %w", table, err)
		}
	}
	return nil
}

// size is what the tables hold.
type size struct {
	Rows  uint64 `ch:"rows"`
	Bytes uint64 `ch:"bytes"`
	Parts uint64 `ch:"parts"`
}

func (s *scene) size(ctx context.Context) (size, error) {
	var sum size
	err := s.conn.QueryRow(ctx, "SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts WHERE active AND database = currentDatabase()").ScanStruct(&sum)
	if err != nil {
		return sum, fmt.Errorf("asking how large the tables are: %w", err)
	}
	return sum, nil
}

// close ends the engine and removes its data.
func (s *scene) close() (err error) {
	if s.conn != nil {
		err = s.conn.Close()
	}
	if s.engine != nil {
		err = errors.Join(err, s.engine.Close())
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}
