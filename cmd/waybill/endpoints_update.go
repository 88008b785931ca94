package main

import (
	"context"
	"errors"
	"fmt"

	"waybill/internal/endpointclient"
	"waybill/schemas"
)

type endpointsUpdateCmd struct {
	endpointFlags
	paceFlags
	ID             string            `arg:"" help:"Id of the endpoint."`
	URL            *string           `help:"Where webhooks go, http or https. They wait until it has answered a test there." placeholder:"URL"`
	Description    *string           `help:"For people." placeholder:"TEXT"`
	Types          []string          `help:"Webhook types it wants, or all."`
	Statuses       []string          `help:"Statuses it wants, or all."`
	Dialect        *string           `help:"Shape of the bodies, in its newest version: waybill, shippo or shipengine." placeholder:"NAME"`
	DialectVersion *string           `help:"Version of the shape." placeholder:"VERSION"`
	Header         map[string]string `help:"Headers sent along, up to five, in place of those of before." xor:"headers"`
	NoHeaders      bool              `help:"Send no headers along." xor:"headers"`
	Order          string            `help:"shipment: a shipment's webhooks wait for one another; none: they do not (W2)." enum:"shipment,none," default:""`
	History        *bool             `help:"Bodies carry the shipment's history." negatable:""`
	SkipTest       bool              `help:"Traffic to a new URL without a test first."`
	Reason         string            `help:"Why, for those who ask later."`
}

func (*endpointsUpdateCmd) Help() string {
	return `What is not given stays as it is.

Examples:

    waybill endpoints update ep_4vmqxfbz2k7o --types tracking.delivered,tracking.delayed --statuses all
    waybill endpoints update ep_4vmqxfbz2k7o --url https://example.com/new
    waybill endpoints update ep_4vmqxfbz2k7o --schedule 30s,5m,1h --deadline 24h --rate-limit 10`
}

func (c *endpointsUpdateCmd) Run(ctx context.Context, g *globals) error {
	command, err := c.build()
	if err != nil {
		return err
	}
	open := c.client
	if len(command.Headers) > 0 {
		open = c.sealing
	}
	ctx, client, done, err := open(ctx, g)
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
	var outcome *testOutcome
	if c.URL != nil && e.State == schemas.EndpointUntested {
		if outcome, err = awaitTest(ctx, tests, command); err != nil {
			return err
		}
	}
	return c.tell(e, outcome)
}

func (c *endpointsUpdateCmd) tell(e *schemas.WebhookEndpoint, outcome *testOutcome) (err error) {
	if c.json() {
		err = printJSON(map[string]any{"endpoint": endpointclient.Masked(e), "test": outcome})
	} else {
		_, err = fmt.Printf("endpoint %s is updated\n", e.EndpointID)
	}
	if err != nil || outcome == nil {
		return err
	}
	return outcome.tell(c.json())
}

// build makes the command: it names what was given.
func (c *endpointsUpdateCmd) build() (*schemas.EndpointCommand, error) {
	command := newCommand(c.Tenant, schemas.CommandUpdate, c.ID, c.Reason)
	changed, err := c.take(command)
	if err != nil {
		return nil, err
	}
	given := func(name string, is bool) {
		if is {
			changed = append(changed, name)
		}
	}
	for _, text := range []struct {
		name  string
		given *string
		into  *string
	}{
		{"url", c.URL, &command.URL},
		{"description", c.Description, &command.Description},
		{"dialect", c.Dialect, &command.Dialect},
		{"dialect_version", c.DialectVersion, &command.DialectVersion},
	} {
		if text.given != nil {
			*text.into = *text.given
		}
		given(text.name, text.given != nil)
	}
	command.Types, command.Statuses, command.Headers = notAll(c.Types), notAll(c.Statuses), c.Header
	given("types", c.Types != nil)
	given("statuses", c.Statuses != nil)
	given("headers", c.Header != nil || c.NoHeaders)
	if c.Order != "" {
		command.Order = c.Order
	}
	given("order", c.Order != "")
	command.History = c.History != nil && *c.History
	given("history", c.History != nil)
	if len(changed) == 0 {
		return nil, wrongUseError{errors.New("nothing is given that is to change; `waybill endpoints update --help` shows what can")}
	}
	command.Change, command.SkipTest = changed, c.SkipTest
	return command, nil
}

// notAll is a choice, which is empty for all.
func notAll(names []string) []string {
	if len(names) == 1 && names[0] == "all" {
		return nil
	}
	return names
}
