package analytics

import (
	"context"
	"fmt"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// MigrationNames lists the migrations in order.
func MigrationNames() ([]string, error) {
	all, err := migrations()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(all))
	for i, m := range all {
		names[i] = m.name
	}
	return names, nil
}

// MigrateTo brings a database up to the migration of a name and no further, as a
// build of its time did.
func MigrateTo(ctx context.Context, options *clickhouse.Options, last string) error {
	all, err := migrations()
	if err != nil {
		return err
	}
	end := slices.IndexFunc(all, func(m migration) bool { return m.name == last }) + 1
	_, err = migrate(ctx, options, Cluster{}, all[:end], func(int, int) {})
	return err
}

// MigrateCutOff brings a database up to date as processes would of which each is
// killed after one more statement than the one before.
func MigrateCutOff(ctx context.Context, options *clickhouse.Options) error {
	all, err := migrations()
	if err != nil {
		return err
	}
	to, err := reach(ctx, options, Cluster{})
	if err != nil {
		return err
	}
	defer to.close()
	known, err := appliedChecksums(ctx, to.whole, to.database)
	if err != nil {
		return err
	}
	for _, m := range all {
		if _, ok := known[m.name]; ok {
			continue
		}
		for end := range m.statements {
			for _, statement := range m.statements[:end] {
				if err := to.exec(ctx, statement); err != nil {
					return fmt.Errorf("migration %s, cut off after statement %d: %w", m.name, end, err)
				}
			}
		}
		if err := to.apply(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// MigrateWith applies a file of that name and text beside the real ones.
func MigrateWith(ctx context.Context, options *clickhouse.Options, name, text string) error {
	m, err := newMigration(name, text)
	if err != nil {
		return err
	}
	_, err = migrate(ctx, options, Cluster{}, []migration{m}, func(int, int) {})
	return err
}

// NewReport makes a report of a text, so that tests can ask what no report does.
func NewReport(name, text string) (Report, error) { return parseReport(name, text) }

// AllowRows bounds a report's rows to less than is usual.
func (b *Bounded) AllowRows(n int) { b.rows = n }

// PlacedStatements gives every statement of the migrations as a cluster gets it,
// those on tables of which each server has its own rows apart.
func PlacedStatements(cluster Cluster) (local, whole []string, err error) {
	all, err := migrations()
	if err != nil {
		return nil, nil, err
	}
	for _, m := range all {
		for _, statement := range m.statements {
			p, err := cluster.place(statement)
			if err != nil {
				return nil, nil, err
			}
			if p.table == "" {
				whole = append(whole, p.sql)
			} else {
				local = append(local, p.sql)
			}
		}
	}
	return local, whole, nil
}

// ErasedColumns names what is erased, as table.column.
func ErasedColumns() map[string]bool {
	names := make(map[string]bool)
	for _, t := range erasables() {
		for _, column := range t.columns {
			names[t.table+"."+column] = true
		}
		for _, o := range t.others {
			names[t.table+"."+o.column] = true
		}
	}
	return names
}
