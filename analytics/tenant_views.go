package analytics

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// TenantView names the view of a table for tenants' own users.
func TenantView(table string) string { return "tenant_" + table }

// TenantTables are the tables whose rows belong to tenants whole. Each has a view
// tenant_..., that a tenant's own user is let into: a right on the table itself
// would be a right on its primary index too, which no filter of rows covers.
// Of the carrier's side each tenant has a part: migration 0018 shows it.
func TenantTables() []string {
	return []string{
		"registrations", "acknowledgements", "usage",
		"webhooks", "webhook_attempts", "webhook_standing", "endpoint_events", "audit",
		"rollup_outcomes", "rollup_exceptions", "rollup_under_way", "rollup_webhooks",
	}
}

// viewColumn is a column of a table and of its view.
type viewColumn struct {
	Table   string `ch:"table"`
	Name    string `ch:"name"`
	Type    string `ch:"type"`
	Comment string `ch:"comment"`
}

// makeTenantViews brings the views up to their tables, for a migration may have
// brought columns. A view that is right is left alone.
func makeTenantViews(ctx context.Context, options *clickhouse.Options, cluster Cluster) error {
	conn, err := clickhouse.Open(options)
	if err != nil {
		return fmt.Errorf("connecting to database %q: %w", options.Auth.Database, err)
	}
	defer conn.Close() //nolint:errcheck // nothing is left to be sent
	columns, err := columnsOfViews(ctx, conn)
	if err != nil {
		return err
	}
	var tables []struct {
		Name    string `ch:"name"`
		Engine  string `ch:"engine"`
		Comment string `ch:"comment"`
	}
	err = conn.Select(ctx, &tables, "SELECT name, engine, comment FROM system.tables WHERE database = currentDatabase() AND has($1, name)", TenantTables())
	if err != nil {
		return fmt.Errorf("reading the tables that tenants see: %w", err)
	}
	for _, table := range tables {
		wanted := columns[table.Name]
		if slices.Equal(wanted, columns[TenantView(table.Name)]) {
			continue
		}
		source := table.Name
		if strings.Contains(table.Engine, "ReplacingMergeTree") || table.Engine == "Distributed" {
			source += " FINAL"
		}
		if err := conn.Exec(ctx, cluster.everywhere(viewStatement(table.Name, source, table.Comment, wanted))); err != nil {
			return fmt.Errorf("making view %s: %w", TenantView(table.Name), err)
		}
	}
	return nil
}

// columnsOfViews gives the columns of the tables, and of the views as they are,
// but for what only the engine needs.
func columnsOfViews(ctx context.Context, conn driver.Conn) (map[string][]viewColumn, error) {
	names := TenantTables()
	for _, table := range TenantTables() {
		names = append(names, TenantView(table))
	}
	var all []viewColumn
	err := conn.Select(ctx, &all, `
		SELECT table, name, type, comment
		FROM system.columns
		WHERE database = currentDatabase() AND has($1, table) AND name != 'is_deleted'
		ORDER BY table, position`, names)
	if err != nil {
		return nil, fmt.Errorf("reading the columns that tenants see: %w", err)
	}
	columns := make(map[string][]viewColumn)
	for _, c := range all {
		table := c.Table
		c.Table = ""
		columns[table] = append(columns[table], c)
	}
	return columns, nil
}

// viewStatement makes a view that is read with the rights of the user who
// migrates.
func viewStatement(table, source, comment string, columns []viewColumn) string {
	described, names := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		described[i] = fmt.Sprintf("%s %s COMMENT %s", QuoteName(c.Name), c.Type, QuoteText(c.Comment))
		names[i] = QuoteName(c.Name)
	}
	return fmt.Sprintf("CREATE OR REPLACE VIEW %s\n(\n    %s\n)\nDEFINER = CURRENT_USER SQL SECURITY DEFINER\nAS SELECT %s\nFROM %s\nCOMMENT %s",
		TenantView(table), strings.Join(described, ",\n    "), strings.Join(names, ", "), source, QuoteText(comment))
}

// QuoteText writes a text of SQL.
func QuoteText(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
