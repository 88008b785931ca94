package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"waybill/internal/auditlog"
	"waybill/internal/listing"
)

type auditCmd struct {
	formatFlag
	Tenant  string `help:"What this tenant's keys did, and what was done to what is its. Empty: everything."`
	Act     string `help:"One act, such as endpoint_rotate or authenticate." placeholder:"ACT"`
	Outcome string `help:"What ended so: done, refused, failed (it broke off), begun (its end is not known)." placeholder:"OUTCOME"`
	Actor   string `help:"What one key did, by its id, or one user at the command line." placeholder:"WHO"`
	Object  string `help:"What was done to one thing, by its id; to a parcel, by CARRIER:NUMBER." placeholder:"ID"`
	Since   string `help:"From when: a day, a time, or how long ago, such as 3d or 12h." placeholder:"WHEN"`
	Until   string `help:"Until when, not included: likewise." placeholder:"WHEN"`
	Limit   int    `help:"How many, 1 to 1000." default:"100"`
	After   string `help:"Go on where a list before ended, which said with what." placeholder:"CURSOR"`
}

func (*auditCmd) Help() string {
	return `Who did what, when, from where, on what, and how it ended, newest first: over the API and at the command line, and who was not let
in. Registrations are data and not in it, nor is a text that somebody typed. Rows are there about a second after the act.

Examples:

    waybill audit --since 7d --outcome refused
    waybill audit --tenant acme --act endpoint_delete
    waybill audit --object royal-mail:AB123456785GB --format json`
}

// Run lists entries.
func (c *auditCmd) Run(ctx context.Context, g *globals) error {
	filter := auditlog.Filter{Act: c.Act, Outcome: c.Outcome, Actor: c.Actor, Object: c.Object, After: c.After, Limit: c.Limit}
	if c.Limit < 1 {
		return wrongUseError{fmt.Errorf("--limit is %d; a page has 1 to %d", c.Limit, listing.MaxLimit)}
	}
	var err error
	if filter.Since, filter.Until, err = (&webhookFlags{Since: c.Since, Until: c.Until}).span(time.Now()); err != nil {
		return err
	}
	conn, err := openClickHouse(ctx, g)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // everything was read
	log := auditlog.New(conn)
	var page *auditlog.Page
	if c.Tenant == "" {
		page, err = log.All(ctx, filter)
	} else {
		page, err = log.Entries(ctx, c.Tenant, filter)
	}
	if err != nil {
		return wrongQuestion(err)
	}
	if c.json() {
		return printJSON(page)
	}
	printAudit(page)
	return nil
}

func printAudit(page *auditlog.Page) {
	if len(page.Entries) == 0 {
		fmt.Println("there are no such entries")
		return
	}
	t := newTable(os.Stdout, "time", "tenant", "who", "from", "act", "on", "outcome", "times", "detail")
	for i := range page.Entries {
		e := &page.Entries[i]
		who := strings.TrimSpace(e.ActorKind + " " + e.Actor)
		if e.OnBehalfOf != "" {
			who += " for " + e.OnBehalfOf
		}
		t.AppendRow(table.Row{
			stamp(e.OccurredAt), orDash(e.Tenant), who, e.Address, e.Act, strings.TrimSpace(e.ObjectKind + " " + e.ObjectID),
			strings.TrimSpace(e.Outcome + " " + e.Reason), e.Count, e.Detail,
		})
	}
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "detail", WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}})
	t.Render()
	if page.Next != "" {
		fmt.Printf("there are more: --after %s\n", page.Next)
	}
}
