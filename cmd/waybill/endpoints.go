package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/endpointclient"
	"waybill/pipeline/endpoints"
	"waybill/schemas"
	"waybill/sinks/webhook"
)

type endpointsCmd struct {
	Add     endpointsAddCmd     `cmd:"" help:"Add a place that gets webhooks. It must answer a test before it gets traffic."`
	List    endpointsListCmd    `cmd:"" help:"List a tenant's endpoints."`
	Show    endpointsShowCmd    `cmd:"" help:"Show one endpoint, its secret masked."`
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

// client makes a client of the endpoints job, and how to let go of it.
func (f *endpointFlags) client(ctx context.Context, g *globals) (context.Context, *endpointclient.Client, func(), error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return ctx, nil, nil, err
	}
	kafka, err := newKafkaClient(g.settings, g.log)
	if err != nil {
		return ctx, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.Wait)
	return ctx, &endpointclient.Client{Kafka: kafka, Prefix: g.settings.Kafka.Prefix, Codecs: codecs},
		func() { cancel(); kafka.Close() }, nil
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
		return nil, unreachable(g.settings, err)
	}
	return e, nil
}

func newCommand(tenant, kind, endpointID, reason string) *schemas.EndpointCommand {
	return &schemas.EndpointCommand{
		CommandID: endpointclient.NewID("cmd_"), Tenant: tenant, EndpointID: endpointID, Kind: kind, Reason: reason,
		Order: schemas.OrderShipment, RequestedBy: os.Getenv("USER"), RequestedAt: time.Now(),
	}
}

type endpointsAddCmd struct {
	endpointFlags
	URL         string            `arg:"" help:"Where webhooks go, http or https."`
	Description string            `help:"For people."`
	Types       []string          `help:"Webhook types it wants, for example tracking.delivered. Empty: all."`
	Statuses    []string          `help:"Statuses it wants, for example DELIVERED. Empty: all."`
	Header      map[string]string `help:"Headers sent along, up to five."`
	InFlight    int               `help:"Highest number of calls at a time. 0: the default."`
	Unordered   bool              `help:"A shipment's webhooks do not wait for one another (W2)."`
	History     bool              `help:"Bodies carry the shipment's history."`
	SkipTest    bool              `help:"Traffic without a test first."`
}

func (c *endpointsAddCmd) Run(ctx context.Context, g *globals) error {
	secret, err := webhook.NewSecret(rand.Reader)
	if err != nil {
		return err
	}
	ctx, client, done, err := c.client(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	tests, err := client.Tests(ctx)
	if err != nil {
		return unreachable(g.settings, err)
	}
	command := c.build(secret)
	e, err := client.Send(ctx, command)
	if err != nil {
		return unreachable(g.settings, err)
	}
	if c.json() {
		return printJSON(map[string]any{"endpoint_id": e.EndpointID, "secret": secret, "state": e.State})
	}
	fmt.Printf("endpoint %s\nsecret   %s\n\nThe secret is shown this once. Receivers verify with it (Standard Webhooks).\n", e.EndpointID, secret)
	if c.SkipTest {
		return nil
	}
	return printTest(ctx, tests, endpoints.TestJobID(command.EndpointID, command.CommandID))
}

func (c *endpointsAddCmd) build(secret string) *schemas.EndpointCommand {
	command := newCommand(c.Tenant, schemas.CommandCreate, endpointclient.NewID("ep_"), "")
	command.URL, command.Description, command.Secret = c.URL, c.Description, secret
	command.Types, command.Statuses, command.Headers = c.Types, c.Statuses, c.Header
	command.InFlight, command.History, command.SkipTest = c.InFlight, c.History, c.SkipTest
	if c.Unordered {
		command.Order = schemas.OrderNone
	}
	return command
}

// printTest waits for the first attempt of a test and says how it went.
func printTest(ctx context.Context, tests *endpointclient.Tests, jobID string) error {
	a, err := tests.First(ctx, jobID)
	if err != nil {
		return err
	}
	if a.Outcome == schemas.OutcomeDelivered {
		_, err := fmt.Printf("\nThe test was answered with %d: the endpoint gets traffic.\n", a.StatusCode)
		return err
	}
	return fmt.Errorf("the test failed (%s, status %d): the endpoint gets no traffic until a test succeeds; mend the receiver and run `waybill endpoints test %s`",
		a.Reason, a.StatusCode, a.EndpointID)
}

type endpointsListCmd struct{ endpointFlags }

func (c *endpointsListCmd) Run(ctx context.Context, g *globals) error {
	list, err := c.list(ctx, g)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(list)
	}
	t := newTable(os.Stdout, "endpoint", "state", "url", "types", "statuses", "reason")
	for _, e := range list {
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

// list returns the tenant's endpoints with their secrets masked.
func (f *endpointFlags) list(ctx context.Context, g *globals) ([]schemas.WebhookEndpoint, error) {
	ctx, client, done, err := f.client(ctx, g)
	if err != nil {
		return nil, err
	}
	defer done()
	all, err := client.Table(ctx)
	if err != nil {
		return nil, unreachable(g.settings, err)
	}
	list := []schemas.WebhookEndpoint{}
	for _, e := range all.OfTenant(f.Tenant) {
		shown := *e
		shown.Secrets = make([]schemas.EndpointSecret, len(e.Secrets))
		for i, s := range e.Secrets {
			s.Secret = "whsec_…"
			shown.Secrets[i] = s
		}
		list = append(list, shown)
	}
	return list, nil
}

type endpointsShowCmd struct {
	endpointFlags
	ID string `arg:"" help:"Id of the endpoint."`
}

func (c *endpointsShowCmd) Run(ctx context.Context, g *globals) error {
	list, err := c.list(ctx, g)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.EndpointID == c.ID {
			return printJSON(e)
		}
	}
	return wrongUseError{fmt.Errorf("tenant %s has no endpoint %s; `waybill endpoints list --tenant %s` shows those it has", c.Tenant, c.ID, c.Tenant)}
}

type endpointsTestCmd struct {
	endpointFlags
	ID string `arg:"" help:"Id of the endpoint."`
}

func (c *endpointsTestCmd) Run(ctx context.Context, g *globals) error {
	ctx, client, done, err := c.client(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	tests, err := client.Tests(ctx)
	if err != nil {
		return unreachable(g.settings, err)
	}
	command := newCommand(c.Tenant, schemas.CommandTest, c.ID, "")
	if _, err := client.Send(ctx, command); err != nil {
		return unreachable(g.settings, err)
	}
	return printTest(ctx, tests, endpoints.TestJobID(c.ID, command.CommandID))
}

type endpointsEnableCmd struct {
	endpointFlags
	ID string `arg:"" help:"Id of the endpoint."`
}

func (c *endpointsEnableCmd) Run(ctx context.Context, g *globals) error {
	return c.change(ctx, g, schemas.CommandEnable, c.ID, "")
}

type endpointsDisableCmd struct {
	endpointFlags
	ID     string `arg:"" help:"Id of the endpoint."`
	Reason string `help:"Why, for those who ask later."`
}

func (c *endpointsDisableCmd) Run(ctx context.Context, g *globals) error {
	return c.change(ctx, g, schemas.CommandDisable, c.ID, c.Reason)
}

type endpointsDeleteCmd struct {
	endpointFlags
	ID     string `arg:"" help:"Id of the endpoint."`
	Reason string `help:"Why, for those who ask later."`
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
