package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"waybill/connectors/polling"
	"waybill/internal/accounts"
	"waybill/internal/knowledge"
	"waybill/schemas"
)

type pollCmd struct {
	Carrier        string `arg:"" help:"Carrier, for example royal-mail."`
	TrackingNumber string `arg:"" help:"The carrier's number for the parcel."`

	Tenant  string `help:"Whose account." default:"default"`
	Account string `help:"Name of the account. Empty: the tenant's first for the carrier." placeholder:"NAME"`
	Format  string `help:"json or ndjson, which is the same: a line for each event; or text." enum:"json,ndjson,text" default:"text"`
}

func (*pollCmd) Help() string {
	return `Asks once, with an account of --accounts, and prints the carrier events that the answer stands for, as 'waybill normalize' does.
Nothing is published. It is for those who set an account up: the exit code is 1 when the source does not accept the question,
or its answer cannot be read. It counts against the account's limits.

Examples:

    waybill poll royal-mail AB123456785GB --accounts accounts.yaml --tenant acme
    waybill poll usps 9205590164917337534322 --tenant acme --account parcels --format ndjson`
}

func (c *pollCmd) Run(ctx context.Context, g *globals) error {
	file := g.settings.Connectors.Accounts
	if file == "" {
		return wrongUseError{errors.New("no file of accounts is named; name it with --accounts")}
	}
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	all, err := accounts.Load(file)
	if err != nil {
		return err
	}
	directory, err := polling.NewDirectory(all, knows.Carriers, polling.Sources())
	if err != nil {
		return err
	}
	carrier := knows.Carriers.Canonical(c.Carrier)
	account := directory.Find(c.Tenant, c.Account, carrier)
	if account == nil {
		return wrongUseError{fmt.Errorf("the tenant %s has no such account for %s in %s; there is %s", c.Tenant, carrier, file, directory)}
	}
	if err := account.ReadSecrets(); err != nil {
		return err
	}
	result := polling.Once(ctx, account, knows.Carriers, version, carrier, schemas.CanonicalNumber(c.TrackingNumber))
	events := make([]normalized, len(result.Events))
	for i := range result.Events {
		events[i] = normalize(&result.Events[i], knows)
		events[i].Dialect = account.Source.Name
	}
	if err := c.print(events); err != nil {
		return err
	}
	if result.Problem != nil {
		return fmt.Errorf("asking %s: %s: %w", account.Source.Name, result.Description(), result.Problem)
	}
	fmt.Fprintf(os.Stderr, "%s: %s\n", account.Source.Name, result.Description())
	return nil
}

func (c *pollCmd) print(events []normalized) error {
	if c.Format == "text" {
		return printNormalized(os.Stdout, events, nil)
	}
	for i := range events {
		if err := printLine(&events[i]); err != nil {
			return err
		}
	}
	return nil
}
