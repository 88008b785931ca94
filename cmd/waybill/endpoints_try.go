package main

import (
	"context"
	"errors"
	"fmt"

	"waybill/internal/endpointclient"
	"waybill/pipeline/delivery"
	"waybill/pipeline/endpoints"
	"waybill/schemas"
	"waybill/sinks/webhook"
)

type endpointsTestCmd struct {
	endpointFlags
	ID string `arg:"" help:"Id of the endpoint."`
}

func (*endpointsTestCmd) Help() string {
	return `Waits for the outcome. An endpoint that was not tested yet gets traffic once a test is answered.

Example:

    waybill endpoints test ep_4vmqxfbz2k7o --wait 1m`
}

func (c *endpointsTestCmd) Run(ctx context.Context, g *globals) error {
	ctx, client, done, err := c.client(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	tests, err := client.Tests(ctx)
	if err != nil {
		return wayOut(err)
	}
	command := newCommand(c.Tenant, schemas.CommandTest, c.ID, "")
	if _, err := send(ctx, g, client, command); err != nil {
		return err
	}
	outcome, err := awaitTest(ctx, tests, command)
	if err != nil {
		return err
	}
	if c.json() {
		if err := printJSON(outcome); err != nil {
			return err
		}
	}
	return outcome.tell(c.json())
}

// testOutcome is how the first attempt of a test went.
type testOutcome struct {
	EndpointID string `json:"endpoint_id"`
	Answered   bool   `json:"answered"`
	StatusCode int    `json:"status_code"` // 0: there was no answer at all
	Reason     string `json:"reason"`
}

// awaitTest waits for the first attempt of the test that a command causes.
func awaitTest(ctx context.Context, tests *endpointclient.Tests, command *schemas.EndpointCommand) (*testOutcome, error) {
	a, err := tests.First(ctx, endpoints.TestJobID(command.EndpointID, command.CommandID))
	if err != nil {
		return nil, wayOut(err)
	}
	return &testOutcome{a.EndpointID, a.Outcome == schemas.OutcomeDelivered, a.StatusCode, a.Reason}, nil
}

// tell says how a test went, and fails when it failed.
func (o *testOutcome) tell(quiet bool) error {
	if o.Answered {
		if quiet {
			return nil
		}
		_, err := fmt.Printf("\nThe test was answered with %d.\n", o.StatusCode)
		return err
	}
	why := fmt.Sprintf("the receiver answered %d", o.StatusCode)
	switch {
	case o.Reason == webhook.ReasonBlockedAddress || o.Reason == webhook.ReasonBlockedPort:
		why = fmt.Sprintf("calls to it are not allowed (%s); `waybill up --webhook-allow NETWORK` allows a private network", o.Reason)
	case o.Reason == delivery.ReasonSecretUnreadable:
		why = "what sends webhooks has not the key that sealed its secret (" + o.Reason + "): give both the same file of --secret-keys"
	case o.StatusCode == 0:
		why = fmt.Sprintf("there was no answer (%s)", o.Reason)
	}
	return errors.New("testing endpoint " + o.EndpointID + ": " + why +
		"; an endpoint that never answered a test gets no traffic; `waybill endpoints test " + o.EndpointID + "` tries again")
}
