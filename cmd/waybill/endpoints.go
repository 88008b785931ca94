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
	Test    endpointsTestCmd    `cmd:"" help:"Send a test."`
	Enable  endpointsEnableCmd  `cmd:"" help:"Let traffic through again."`
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
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return ctx, nil, nil, err
	}
	kafka, err := openKafka(ctx, g)
	if err != nil {
		return ctx, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.Wait)
	return ctx, &endpointclient.Client{Kafka: kafka, Prefix: g.settings.Kafka.Prefix, Codecs: codecs},
		func() { cancel(); kafka.Close() }, nil
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
	e, err := client.Send(ctx, newCommand(f.Tenant, kind, endpointID, reason))
	if err != nil {
		return nil, wayOut(err)
	}
	return e, nil
}

func newCommand(tenant, kind, endpointID, reason string) *schemas.EndpointCommand {
	return &schemas.EndpointCommand{
		CommandID: endpointclient.NewID("cmd_"), Tenant: tenant, EndpointID: endpointID, Kind: kind, Reason: reason,
		Order: schemas.OrderShipment, RequestedBy: os.Getenv("USER"), RequestedAt: time.Now(),
	}
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
	t := newTable(os.Stdout, "endpoint", "state", "url", "types", "statuses", "reason")
	for _, e := range all {
		t.AppendRow(table.Row{e.EndpointID, e.State, e.URL, orAll(e.Types), orAll(e.Statuses), e.Reason})
	}
	t.Render()
	return nil
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
