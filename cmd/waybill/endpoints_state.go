package main

import (
	"context"
	"fmt"

	"waybill/schemas"
)

type endpointsEnableCmd struct {
	endpointFlags
	ID string `arg:"" help:"Id of the endpoint."`
}

func (*endpointsEnableCmd) Help() string {
	return `Webhooks that were kept are sent, each shipment's in order.

Example:

    waybill endpoints enable ep_4vmqxfbz2k7o`
}

func (c *endpointsEnableCmd) Run(ctx context.Context, g *globals) error {
	return c.change(ctx, g, schemas.CommandEnable, c.ID, "")
}

type endpointsResumeCmd struct {
	endpointFlags
	ID     string `arg:"" help:"Id of the endpoint."`
	Reason string `help:"Why, for those who ask later."`
}

func (*endpointsResumeCmd) Help() string {
	return `An endpoint that failed for a day is suspended: its webhooks are kept, and a few calls ask whether it is back. The first
answer of 2xx resumes it by itself; this does so without waiting for one.

Example:

    waybill endpoints resume ep_4vmqxfbz2k7o --reason "the receiver was moved"`
}

func (c *endpointsResumeCmd) Run(ctx context.Context, g *globals) error {
	return c.change(ctx, g, schemas.CommandResume, c.ID, c.Reason)
}

type endpointsDisableCmd struct {
	endpointFlags
	ID     string `arg:"" help:"Id of the endpoint."`
	Reason string `help:"Why, for those who ask later."`
}

func (*endpointsDisableCmd) Help() string {
	return `Example:

    waybill endpoints disable ep_4vmqxfbz2k7o --reason "moving house until Friday"`
}

func (c *endpointsDisableCmd) Run(ctx context.Context, g *globals) error {
	return c.change(ctx, g, schemas.CommandDisable, c.ID, c.Reason)
}

type endpointsDeleteCmd struct {
	endpointFlags
	ID     string `arg:"" help:"Id of the endpoint."`
	Reason string `help:"Why, for those who ask later."`
}

func (*endpointsDeleteCmd) Help() string {
	return `Example:

    waybill endpoints delete ep_4vmqxfbz2k7o --reason "replaced"`
}

func (c *endpointsDeleteCmd) Run(ctx context.Context, g *globals) error {
	return c.change(ctx, g, schemas.CommandDelete, c.ID, c.Reason)
}

// change sends a command and prints what came of it.
func (f *endpointFlags) change(ctx context.Context, g *globals, kind, id, reason string) error {
	e, err := f.command(ctx, g, kind, id, reason)
	if err != nil {
		return err
	}
	outcome := e.State
	if kind == schemas.CommandDelete {
		outcome = "deleted"
	}
	if f.json() {
		return printJSON(map[string]any{"endpoint_id": id, "state": outcome})
	}
	_, err = fmt.Printf("endpoint %s is %s\n", id, outcome)
	return err
}
