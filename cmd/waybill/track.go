package main

import (
	"context"
	"os"
)

type trackCmd struct {
	formatFlag
	parcelArgs
}

func (*trackCmd) Help() string {
	return `Rows reach ClickHouse about a second after an event; a new event waits --reorder-hold before that.

Examples:

    waybill track royal-mail AB123456785GB
    waybill track royal-mail AB123456785GB --format json`
}

func (c *trackCmd) Run(ctx context.Context, g *globals) error {
	e, err := c.explain(ctx, g)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(map[string]any{"shipments": e.Shipments, "registrations": e.Registrations, "events": e.Events})
	}
	for _, life := range e.Lives() {
		printPresent(os.Stdout, life)
		printHistory(os.Stdout, life)
	}
	return nil
}
