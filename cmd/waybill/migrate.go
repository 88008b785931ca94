package main

import (
	"context"
	"fmt"

	"waybill/analytics"
	"waybill/internal/roles"
)

type migrateCmd struct{ formatFlag }

func (c *migrateCmd) Run(ctx context.Context, g *globals) error {
	options := roles.ClickHouseOptions(g.settings)
	applied, err := analytics.Migrate(ctx, &options)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(map[string]any{"applied": append([]string{}, applied...)})
	}
	for _, name := range applied {
		fmt.Println("applied", name)
	}
	if len(applied) == 0 {
		fmt.Println("the tables are up to date")
	}
	return nil
}
