package main

import (
	"context"
	"fmt"
	"os"

	"waybill/analytics"
)

type explainCmd struct {
	formatFlag
	parcelArgs
}

func (*explainCmd) Help() string {
	return `Each raw event has one decision, the rule that made it (docs/rules.md), a reason, and the event that it won over or lost
to. One that is held says until when. Beside them stand the history with what the rules noticed and what was done by hand,
and what was sent to whom. A number that was used again has several lives, the newest first.

With --tenant it is what that tenant may see: the carrier's side, and of what belongs to tenants its own.

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
func (p parcelArgs) explain(ctx context.Context, g *globals) (*analytics.Explanation, error) {
	carrier, number, err := p.canonical(g)
	if err != nil {
		return nil, err
	}
	conn, err := openClickHouse(ctx, g)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // everything was read
	e, err := analytics.Explain(ctx, conn, carrier, number, p.Tenant)
	if err != nil {
		return nil, err
	}
	if len(e.Shipments) == 0 && len(e.Decisions) == 0 && len(e.Events) == 0 {
		return nil, fmt.Errorf("nothing is known of %s %s%s; rows reach ClickHouse about a second after an event", carrier, number, p.toTenant())
	}
	e.Shipments, e.Registrations, e.Events = list(e.Shipments), list(e.Registrations), list(e.Events)
	e.Decisions, e.Webhooks = list(e.Decisions), list(e.Webhooks)
	e.Exceptions, e.Acknowledgements, e.ETAChanges = list(e.Exceptions), list(e.Acknowledgements), list(e.ETAChanges)
	return e, nil
}
