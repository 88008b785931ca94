package main

import (
	"context"
	"fmt"

	"waybill/analytics"
	"waybill/internal/roles"
)

type migrateCmd struct{ formatFlag }

func (*migrateCmd) Help() string {
	return `Can be run again at any time, also while Waybill is running.

Example:

    waybill migrate --clickhouse-addr clickhouse:9000`
}

func (c *migrateCmd) Run(ctx context.Context, g *globals) error {
	options := roles.ClickHouseOptions(g.settings)
	applied, err := analytics.Migrate(ctx, &options)
	if err != nil {
		return fmt.Errorf("bringing the tables at %s up to date: %w", g.settings.ClickHouse.Address(), err)
	}
	if c.json() {
		return printJSON(map[string]any{"applied": list(applied)})
	}
	for _, name := range applied {
		fmt.Println("applied", name)
	}
	if len(applied) == 0 {
		fmt.Println("the tables are up to date")
	}
	return nil
}
