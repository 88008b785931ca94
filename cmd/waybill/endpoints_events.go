package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

type endpointsEventsCmd struct {
	endpointFlags
	ID    string `arg:"" optional:"" help:"Id of the endpoint. Empty: all of the tenant, also those that were deleted."`
	Limit int    `help:"The newest so many, at least 1." default:"100"`
}

func (*endpointsEventsCmd) Help() string {
	return `Who did what to them and why, and when they failed, recovered, were suspended and resumed, oldest first.

Example:

    waybill endpoints events ep_4vmqxfbz2k7o`
}

func (c *endpointsEventsCmd) Validate() error {
	if c.Limit < 1 {
		return fmt.Errorf("--limit is %d; it must be at least 1", c.Limit)
	}
	return nil
}

func (c *endpointsEventsCmd) Run(ctx context.Context, g *globals) error {
	ctx, client, done, err := c.client(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	events, err := client.Events(ctx, c.Tenant, c.ID)
	if err != nil {
		return wayOut(err)
	}
	events = events[max(0, len(events)-c.Limit):]
	if c.json() {
		return printJSON(list(events))
	}
	if len(events) == 0 {
		of := "endpoints"
		if c.ID != "" {
			of = "endpoint " + c.ID
		}
		_, err := fmt.Printf("nothing is known of %s of tenant %s\n", of, c.Tenant)
		return err
	}
	t := newTable(os.Stdout, "time", "endpoint", "event", "state", "reason", "by")
	for _, e := range events {
		t.AppendRow(table.Row{e.OccurredAt.Format(time.RFC3339), e.EndpointID, e.Kind, e.State, e.Reason, e.RequestedBy})
	}
	t.Render()
	return nil
}
