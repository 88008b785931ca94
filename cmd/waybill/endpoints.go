package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/endpointclient"
	"waybill/internal/vault"
	"waybill/schemas"
)

type endpointsCmd struct {
	Add     endpointsAddCmd     `cmd:"" help:"Add a place that gets webhooks. It must answer a test before it gets traffic."`
	List    endpointsListCmd    `cmd:"" help:"List a tenant's endpoints."`
	Show    endpointsShowCmd    `cmd:"" help:"Show one endpoint, its secrets and header values masked."`
	Events  endpointsEventsCmd  `cmd:"" help:"Show what was done to endpoints and what became of them."`
	Test    endpointsTestCmd    `cmd:"" help:"Send a test."`
	Update  endpointsUpdateCmd  `cmd:"" help:"Change an endpoint."`
	Rotate  endpointsRotateCmd  `cmd:"" help:"Give an endpoint a new signing secret; the old one signs beside it for a day."`
	Enable  endpointsEnableCmd  `cmd:"" help:"Let traffic through again."`
	Resume  endpointsResumeCmd  `cmd:"" help:"Let all traffic through to an endpoint that was suspended."`
	Disable endpointsDisableCmd `cmd:"" help:"Stop traffic; webhooks are kept until their deadline."`
	Delete  endpointsDeleteCmd  `cmd:"" help:"Delete an endpoint; its open webhooks end as cancelled."`
}

// endpointFlags are common to all commands about endpoints.
type endpointFlags struct {
	formatFlag
	Tenant string        `help:"Whose endpoints." default:"default"`
	Wait   time.Duration `help:"How long to wait for the outcome." default:"20s"`
}

// client makes a client of the endpoints job, and how to let go of it. Without
// keys it can send no secret.
func (f *endpointFlags) client(ctx context.Context, g *globals) (context.Context, *endpointclient.Client, func(), error) {
	codecs, schemaRegistry, err := openCodecs(ctx, g.settings, g.log, nil)
	if err != nil {
		return ctx, nil, nil, err
	}
	kafka, err := openKafka(ctx, g)
	if err != nil {
		return ctx, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.Wait)
	return ctx, &endpointclient.Client{Kafka: kafka, Prefix: g.settings.Kafka.Prefix, Codecs: codecs},
		func() { cancel(); kafka.Close(); schemaRegistry.Close() }, nil
}

// sealing is client for commands with secrets: they are sealed (W10).
func (f *endpointFlags) sealing(ctx context.Context, g *globals) (context.Context, *endpointclient.Client, func(), error) {
	keys, err := vault.Load(g.settings.SecretKeysFile())
	if err != nil {
		return ctx, nil, nil, err
	}
	ctx, client, done, err := f.client(ctx, g)
	if err == nil {
		client.Vault = keys
	}
	return ctx, client, done, err
}

// command sends one command about an endpoint.
func (f *endpointFlags) command(ctx context.Context, g *globals, kind, endpointID, reason string) (*schemas.WebhookEndpoint, error) {
	ctx, client, done, err := f.client(ctx, g)
	if err != nil {
		return nil, err
	}
	defer done()
	return send(ctx, g, client, newCommand(f.Tenant, kind, endpointID, reason))
}

// send sends a command, between two entries of the audit.
func send(ctx context.Context, g *globals, client *endpointclient.Client, command *schemas.EndpointCommand) (e *schemas.WebhookEndpoint, err error) {
	entry := entryOf("endpoint_"+command.Kind, command.Tenant, "", "endpoint", command.EndpointID)
	entry.Detail = strings.Join(command.Change, ",")
	err = recorded(ctx, g, entry, func() (err error) {
		e, err = client.Send(ctx, command)
		return err
	})
	if err != nil {
		return nil, wayOut(err)
	}
	return e, nil
}

func newCommand(tenant, kind, endpointID, reason string) *schemas.EndpointCommand {
	command := endpointclient.NewCommand(tenant, kind, endpointID)
	command.Reason, command.RequestedBy = reason, os.Getenv("USER")
	return command
}

type endpointsListCmd struct{ endpointFlags }

func (*endpointsListCmd) Help() string {
	return `Example:

    waybill endpoints list --tenant acme --format json`
}

func (c *endpointsListCmd) Run(ctx context.Context, g *globals) error {
	all, err := c.all(ctx, g)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(all)
	}
	if len(all) == 0 {
		fmt.Printf("tenant %s has no endpoints\n", c.Tenant)
		return nil
	}
	t := newTable(os.Stdout, "endpoint", "state", "url", "types", "statuses", "health", "since", "reason")
	for _, e := range all {
		t.AppendRow(table.Row{e.EndpointID, e.State, e.URL, orAll(e.Types), orAll(e.Statuses), healthOf(&e), sinceOf(&e), e.Reason})
	}
	t.Render()
	return nil
}

// healthOf is what delivery last saw of an endpoint (W8), in words.
func healthOf(e *schemas.WebhookEndpoint) string {
	switch {
	case e.FailingSince == nil:
		return ""
	case e.Health == schemas.HealthFailing:
		return "failing since " + e.FailingSince.Format(time.RFC3339)
	}
	return fmt.Sprintf("failures: %d", e.Failures)
}

func sinceOf(e *schemas.WebhookEndpoint) string {
	if e.StateSince == nil {
		return ""
	}
	return e.StateSince.Format(time.RFC3339)
}

func orAll(names []string) string {
	if len(names) == 0 {
		return "all"
	}
	return strings.Join(names, " ")
}

// all returns the tenant's endpoints, masked.
func (f *endpointFlags) all(ctx context.Context, g *globals) ([]schemas.WebhookEndpoint, error) {
	ctx, client, done, err := f.client(ctx, g)
	if err != nil {
		return nil, err
	}
	defer done()
	known, err := client.Table(ctx)
	if err != nil {
		return nil, wayOut(err)
	}
	all := []schemas.WebhookEndpoint{}
	for _, e := range known.OfTenant(f.Tenant) {
		all = append(all, endpointclient.Masked(e))
	}
	return all, nil
}

type endpointsShowCmd struct {
	endpointFlags
	ID string `arg:"" help:"Id of the endpoint."`
}

func (*endpointsShowCmd) Help() string {
	return `Prints JSON.

Example:

    waybill endpoints show ep_4vmqxfbz2k7o`
}

func (c *endpointsShowCmd) Run(ctx context.Context, g *globals) error {
	all, err := c.all(ctx, g)
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.EndpointID == c.ID {
			return printJSON(e)
		}
	}
	return fmt.Errorf("tenant %s has no endpoint %s; `waybill endpoints list --tenant %s` shows those it has", c.Tenant, c.ID, c.Tenant)
}
