package main

import (
	"context"
	"fmt"
)

type migrateCmd struct{ formatFlag }

func (*migrateCmd) Help() string {
	return `Can be run again at any time, also while Waybill is running.

It also has the tables keep their rows as long as the settings --clickhouse-keep-... say, and tells of those of which that is
new. What is past its time goes with the next merges, within a week or so.

Examples:

    waybill migrate --clickhouse-addr clickhouse:9000
    waybill migrate --clickhouse-keep-shipments 800 --clickhouse-keep-events 400`
}

func (c *migrateCmd) Run(ctx context.Context, g *globals) error {
	bar := newProgress("migrations applied")
	applied, kept, err := bringUpTables(ctx, g.settings, bar.update)
	bar.end(err)
	if err != nil {
		return fmt.Errorf("bringing the tables at %s up to date: %w", g.settings.ClickHouse.Address(), err)
	}
	if len(applied)+len(kept) > 0 {
		recordBeside(ctx, g, tablesMade(g, applied, kept))
	}
	if c.json() {
		return printJSON(map[string]any{"applied": list(applied), "kept": list(kept)})
	}
	for _, name := range applied {
		fmt.Println("applied", name)
	}
	for _, k := range kept {
		fmt.Println(k)
	}
	if len(applied)+len(kept) == 0 {
		fmt.Println("the tables are up to date")
	}
	return nil
}
