package main

import (
	"context"
	"fmt"
	"time"

	"waybill/internal/endpointclient"
	"waybill/schemas"
)

type endpointsRotateCmd struct {
	endpointFlags
	ID      string        `arg:"" help:"Id of the endpoint."`
	Overlap time.Duration `help:"How long the secrets of before still sign beside the new one. 0: no longer." default:"24h"`
	Reason  string        `help:"Why, for those who ask later."`
}

func (*endpointsRotateCmd) Help() string {
	return `Prints the new signing secret; it is shown this once. While both sign, a call bears a signature of each, and a receiver that
knows either of them can verify it: so change the receiver's secret within that time.

Examples:

    waybill endpoints rotate ep_4vmqxfbz2k7o
    waybill endpoints rotate ep_4vmqxfbz2k7o --overlap 0s --reason "the old one leaked"`
}

func (c *endpointsRotateCmd) Validate() error {
	if c.Overlap < 0 {
		return fmt.Errorf("--overlap is %s; it must not be negative", c.Overlap)
	}
	return nil
}

func (c *endpointsRotateCmd) Run(ctx context.Context, g *globals) error {
	secret, err := endpointclient.NewSecret()
	if err != nil {
		return fmt.Errorf("rotating the secret of endpoint %s: %w", c.ID, err)
	}
	ctx, client, done, err := c.sealing(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	command := newCommand(c.Tenant, schemas.CommandRotate, c.ID, c.Reason)
	command.Secret, command.Overlap = secret, c.Overlap.Milliseconds()
	e, err := send(ctx, g, client, command)
	if err != nil {
		return err
	}
	until := oldSecretsUntil(e)
	if c.json() {
		return printJSON(map[string]any{"endpoint_id": e.EndpointID, "secret": secret, "old_secrets_until": until})
	}
	fmt.Printf("endpoint %s\nsecret   %s\n\nThe secret is shown this once. ", e.EndpointID, secret)
	if until == nil {
		_, err = fmt.Println("It alone signs from now on.")
	} else {
		_, err = fmt.Printf("The one before it signs too until %s.\n", until.Format(time.RFC3339))
	}
	return err
}

// oldSecretsUntil is when the last of the secrets before the newest stops
// signing, nil when there is none.
func oldSecretsUntil(e *schemas.WebhookEndpoint) (until *time.Time) {
	for _, s := range e.Secrets {
		if s.ExpiresAt != nil && (until == nil || s.ExpiresAt.After(*until)) {
			until = s.ExpiresAt
		}
	}
	return until
}
