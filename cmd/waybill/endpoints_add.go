package main

import (
	"context"
	"errors"
	"fmt"

	"waybill/internal/endpointclient"
	"waybill/schemas"
)

type endpointsAddCmd struct {
	endpointFlags
	paceFlags
	URL            string            `arg:"" help:"Where webhooks go, http or https."`
	Description    string            `help:"For people."`
	Types          []string          `help:"Webhook types it wants, for example tracking.delivered. Empty: all."`
	Statuses       []string          `help:"Statuses it wants, for example DELIVERED. Empty: all."`
	Dialect        string            `help:"Shape of the bodies: waybill, or for receivers that were built for another platform shippo or shipengine." default:"waybill"`
	DialectVersion string            `help:"Version of that shape. Empty: the newest."`
	Header         map[string]string `help:"Headers sent along, up to five."`
	Unordered      bool              `help:"A shipment's webhooks do not wait for one another (W2)."`
	History        bool              `help:"Bodies carry the shipment's history."`
	SkipTest       bool              `help:"Traffic without a test first."`
}

func (*endpointsAddCmd) Help() string {
	return `Prints the endpoint's id and the signing secret; the secret is shown this once. A receiver on a private network needs
--webhook-allow where the webhooks are sent from.

Examples:

    waybill endpoints add https://example.com/hooks --types tracking.delivered,tracking.delayed
    waybill endpoints add https://example.com/shippo --dialect shippo
    waybill endpoints add https://example.com/slow --in-flight 2 --schedule intersoft
    waybill endpoints add http://127.0.0.1:8099/ --skip-test --header X-Team=returns`
}

func (c *endpointsAddCmd) Run(ctx context.Context, g *globals) error {
	secret, err := endpointclient.NewSecret()
	if err != nil {
		return fmt.Errorf("adding an endpoint: %w", err)
	}
	command, err := c.build(secret)
	if err != nil {
		return err
	}
	ctx, client, done, err := c.sealing(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	tests, err := client.Tests(ctx)
	if err != nil {
		return wayOut(err)
	}
	e, err := send(ctx, g, client, command)
	if err != nil {
		return err
	}
	if !c.json() {
		fmt.Printf("endpoint %s\nsecret   %s\n\nThe secret is shown this once. Receivers verify with it (Standard Webhooks).\n", e.EndpointID, secret)
	}
	var outcome *testOutcome
	if !c.SkipTest {
		outcome, err = awaitTest(ctx, tests, command)
	}
	if c.json() {
		// Also where the test could not be awaited: the secret is shown this once.
		err = errors.Join(printJSON(map[string]any{"endpoint_id": e.EndpointID, "secret": secret, "test": outcome}), err)
	}
	if outcome == nil || err != nil {
		return err
	}
	return outcome.tell(c.json())
}

func (c *endpointsAddCmd) build(secret string) (*schemas.EndpointCommand, error) {
	command := newCommand(c.Tenant, schemas.CommandCreate, "", "")
	if _, err := c.take(command); err != nil {
		return nil, err
	}
	command.URL, command.Description, command.Secret = c.URL, c.Description, secret
	command.Types, command.Statuses, command.Headers = c.Types, c.Statuses, c.Header
	command.Dialect, command.DialectVersion = c.Dialect, c.DialectVersion
	command.History, command.SkipTest = c.History, c.SkipTest
	if c.Unordered {
		command.Order = schemas.OrderNone
	}
	return command, nil
}
