package main

import (
	"context"
	"fmt"
	"os"

	"waybill/internal/shipmentlog"
)

type explainCmd struct {
	formatFlag
	parcelArgs
}

func (*explainCmd) Help() string {
	return `Each raw event has one decision, the rule that made it (docs/rules.md), a reason, and the event that it won over or lost
to. One that is held says until when. Beside them stand the history with what the rules noticed and what was done by hand,
and what was sent to whom. A number that was used again has several lives, the newest first.

With --tenant it is what that tenant may see: of the carrier's side what its registrations chose with backfill (R5), and of
what belongs to tenants its own.

Examples:

    waybill explain royal-mail AB123456785GB
    waybill explain royal-mail AB123456785GB --tenant acme --format json`
}

func (c *explainCmd) Run(ctx context.Context, g *globals) error {
	e, err := c.explain(ctx, g)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(e)
	}
	printExplanation(os.Stdout, e)
	return nil
}

func (p parcelArgs) toTenant() string {
	if p.Tenant == "" {
		return ""
	}
	return " to tenant " + p.Tenant
}

// explain reads what is known, and fails when that is nothing.
func (p parcelArgs) explain(ctx context.Context, g *globals) (*shipmentlog.Parcel, error) {
	carrier, number, err := p.canonical(g)
	if err != nil {
		return nil, err
	}
	conn, err := openClickHouse(ctx, g)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // everything was read
	var known *shipmentlog.Parcel
	if log := shipmentlog.New(conn); p.Tenant == "" {
		known, err = log.ExplainAll(ctx, carrier, number)
	} else {
		known, err = log.Explain(ctx, p.Tenant, carrier, number)
	}
	if err == nil && known == nil {
		err = fmt.Errorf("nothing is known of %s %s%s; rows reach ClickHouse about a second after an event", carrier, number, p.toTenant())
	}
	return known, err
}
