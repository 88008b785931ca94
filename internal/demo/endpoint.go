package demo

import (
	"context"
	"fmt"
	"time"

	"waybill/internal/endpointclient"
	"waybill/internal/vault"
	"waybill/schemas"
)

// enableEndpoint creates the demo's endpoint, which leads to its receiver, and
// waits until it has answered its test. Done again after a kill, it changes
// nothing: the command has the same id.
func (d *demo) enableEndpoint(ctx context.Context) error {
	return d.within(ctx, "the endpoint to answer its test", d.createEndpoint)
}

func (d *demo) createEndpoint(ctx context.Context) error {
	keys, err := vault.Load(d.Settings.SecretKeysFile())
	if err != nil {
		return err
	}
	client := &endpointclient.Client{Kafka: d.client, Prefix: d.Settings.Kafka.Prefix, Codecs: d.codecs, Vault: keys}
	_, err = client.Send(ctx, &schemas.EndpointCommand{
		CommandID: d.receiver.CommandID, Tenant: tenant, EndpointID: d.receiver.EndpointID, Kind: schemas.CommandCreate,
		URL: d.receiver.url(), Description: "the demo's receiver", Secret: d.receiver.Secret,
		Order: schemas.OrderShipment, RequestedBy: "demo", RequestedAt: time.Now(),
	})
	if err != nil {
		return err
	}
	return every(ctx, 50*time.Millisecond, func() (bool, error) {
		table, err := client.Table(ctx)
		if err != nil {
			return false, err
		}
		e := table.ByID(d.receiver.EndpointID)
		return e != nil && e.State == schemas.EndpointEnabled, nil
	})
}

// within bounds what is waited for by the demo's patience.
func (d *demo) within(ctx context.Context, what string, wait func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, d.Patience, fmt.Errorf("waited %s in vain", d.Patience))
	defer cancel()
	err := wait(ctx)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx) // what was cut off by it says less
	}
	if err != nil {
		return fmt.Errorf("waiting for %s: %w", what, err)
	}
	return nil
}

// every asks again and again until the answer is yes.
func every(ctx context.Context, interval time.Duration, ask func() (bool, error)) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		yes, err := ask()
		if yes || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}
