package main

import (
	"context"
	"fmt"

	"waybill/schemas"
)

type shipmentEraseCmd struct {
	actFlags
	Reason string `help:"Why, for the audit: the number of the request, not a name, for it is kept." required:""`
}

func (*shipmentEraseCmd) Help() string {
	return `Who signed, places but for their country, the source's own words, and what the tenant gave: metadata, reference,
transaction, tags, addresses but for state and country, reasons. That and when things happened stays. What is said again
later is erased as it comes in (P1).

For a tenant of --operators it is done for all who follow the parcel, in every life of the number. For another it is what the
tenant gave, and what the carrier said as soon as all who follow the parcel have asked; until then it is not shown to those
who have.

The jobs' state is done at once, ClickHouse within a few minutes. Topics keep what was written before for their retention,
35 days; webhooks that are on their way go out as they are. docs/erasure.md says what lies where, and until when.
` + explained + `    waybill shipment erase royal-mail AB123456785GB --reason "request 41"`
}

func (c *shipmentEraseCmd) Run(ctx context.Context, g *globals) error {
	if err := c.act(ctx, g, schemas.Registration{Action: schemas.ActionErase, Reason: c.Reason}); err != nil || c.json() {
		return err
	}
	_, err := fmt.Println(eraseNotice)
	return err
}

// eraseNotice says plainly what is not erased at once.
const eraseNotice = "state at once, ClickHouse within minutes; topics keep what was written before for their retention, 35 days (docs/erasure.md)"
