package sink

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/analytics"
	"waybill/bench/deployed"
	"waybill/bench/rig"
	"waybill/internal/embedded"
	"waybill/internal/topics"
)

// The databases of a turn: the sink's tables, and those that ready-made blocks
// go to.
const (
	sunk  = "sunk"
	ready = "ready"
)

// scene is a broker and a ClickHouse with tables, of one turn.
type scene struct {
	*rig.Stage
	server *embedded.ClickHouse
	folder string // of ClickHouse
	conn   driver.Conn
}

func newScene(ctx context.Context, partitions int, inputs []string) (s *scene, err error) {
	s = new(scene)
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("setting up a broker and a ClickHouse: %w", err), s.close())
		}
	}()
	if s.folder, err = os.MkdirTemp("", "waybill-bench-clickhouse-"); err != nil {
		return s, err
	}
	if s.server, err = embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{DataDir: filepath.Join(s.folder, "clickhouse")}); err != nil {
		return s, err
	}
	if s.Stage, err = rig.NewStage(ctx, inputs...); err != nil {
		return s, err
	}
	if _, err = topics.Create(ctx, s.Client, topics.Layout{Partitions: partitions, Replication: -1}); err != nil {
		return s, err
	}
	if err = s.migrate(ctx, sunk); err != nil {
		return s, err
	}
	s.conn, err = ch.Open(s.options(sunk))
	return s, err
}

func (s *scene) options(database string) *ch.Options {
	return &ch.Options{Addr: []string{s.server.Addr()}, Auth: ch.Auth{Database: database}}
}

// migrate makes a database with the tables.
func (s *scene) migrate(ctx context.Context, database string) error {
	_, err := analytics.Migrate(ctx, s.options(database))
	return err
}

// stopMerges keeps every part as it was written: merges would cost both alike,
// some of them after the end of a turn, and hide what was inserted. Rollups would
// be made anew in some turns and not in others.
func (s *scene) stopMerges(ctx context.Context, database string) error {
	names, err := tableNames(ctx, s.conn, database)
	if err != nil {
		return err
	}
	if err := s.conn.Exec(ctx, "SYSTEM STOP VIEWS"); err != nil {
		return fmt.Errorf("stopping rollups: %w", err)
	}
	for _, name := range names {
		if err := s.conn.Exec(ctx, fmt.Sprintf("SYSTEM STOP MERGES %s.%s", database, name)); err != nil {
			return fmt.Errorf("stopping merges: %w", err)
		}
	}
	return nil
}

// start starts roles in a process of their own, with a folder for profiles;
// empty: none.
func (s *scene) start(ctx context.Context, profile string, names ...string) (*rig.Process, error) {
	return rig.Start(ctx, deployed.Kind, profile, &deployed.Order{
		Brokers: s.Addrs(), Roles: names, Clock: "live", State: filepath.Join(s.Dir, "state"),
		ClickHouse: s.server.Addr(), Database: sunk,
	})
}

// number asks ClickHouse for one.
func (s *scene) number(ctx context.Context, query string) (n uint64, err error) {
	if err := s.conn.QueryRow(ctx, query).Scan(&n); err != nil {
		return 0, fmt.Errorf("asking ClickHouse: %w", err)
	}
	return n, nil
}

// close ends what was begun.
func (s *scene) close() (err error) {
	if s.conn != nil {
		err = s.conn.Close()
	}
	if s.Stage != nil {
		err = errors.Join(err, s.Close())
	}
	if s.server != nil {
		err = errors.Join(err, s.server.Close())
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}

// tableNames are the tables that the sink fills, in a database.
func tableNames(ctx context.Context, conn driver.Conn, database string) ([]string, error) {
	var found []struct {
		Table string `ch:"table"`
	}
	err := conn.Select(ctx, &found, `
		SELECT DISTINCT table FROM system.columns
		WHERE database = $1 AND name = 'problems' AND table IN (SELECT name FROM system.tables WHERE database = $1 AND engine LIKE '%MergeTree')
		ORDER BY table`, database)
	if err != nil {
		return nil, fmt.Errorf("listing tables: %w", err)
	}
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.Table
	}
	return names, nil
}
