package main

import (
	"context"
	"os"
)

type trackCmd struct {
	formatFlag
	parcelArgs
}

func (c *trackCmd) Run(ctx context.Context, g *globals) error {
	e, err := c.explain(ctx, g)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(map[string]any{"shipments": e.Shipments, "registrations": e.Registrations, "events": e.Events})
	}
	printPresent(os.Stdout, e)
	printHistory(os.Stdout, e)
	return nil
}
