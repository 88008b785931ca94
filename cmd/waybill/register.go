package main

import (
	"context"
	"fmt"
	"time"

	"waybill/schemas"
)

type registerCmd struct {
	formatFlag
	Carrier        string `arg:"" help:"Carrier, for example royal-mail."`
	TrackingNumber string `arg:"" help:"The carrier's number for the parcel."`
	Tenant         string `help:"Who asks." default:"default"`
	Reference      string `help:"Your order or shipment reference."`
	Metadata       string `help:"Your own text, up to 100 characters, given back in every webhook."`
	Promised       string `help:"The promise: a day (2026-12-24) or a time (2026-12-24T18:00:00Z)."`
	Zone           string `help:"IANA zone in which the promised day is a day."`
	Service        string `help:"Token of the carrier's service."`
	Destination    string `help:"Country the parcel goes to."`
	WindowDays     int    `help:"Days of tracking, 1 to 30." default:"30"`
	Backfill       string `help:"What is sent of earlier events: none, current or all." enum:"none,current,all" default:"none"`
	IdempotencyKey string `help:"The same key is the same registration, however often it is sent."`
	NewEpoch       bool   `help:"The number is used anew: begin a new shipment."`
}

func (*registerCmd) Help() string {
	return `Spelling does not matter: the key is carrier and number in canonical form. Registering again replaces reference, metadata
and promise, and begins no second shipment.

Examples:

    waybill register royal-mail AB123456785GB
    waybill register royal-mail "ab 1234 5678 5 gb" --promised 2026-12-24 --reference order-17 --tenant acme`
}

func (c *registerCmd) Run(ctx context.Context, g *globals) error {
	r, err := c.registration(time.Now())
	if err != nil {
		return wrongUseError{err}
	}
	return publishRegistration(ctx, g, c.formatFlag, r, "registered")
}

func (c *registerCmd) registration(now time.Time) (*schemas.Registration, error) {
	r := &schemas.Registration{
		Tenant: c.Tenant, Carrier: c.Carrier, TrackingNumber: c.TrackingNumber, Reference: c.Reference,
		Metadata: c.Metadata, WindowDays: c.WindowDays, Backfill: c.Backfill, IdempotencyKey: c.IdempotencyKey,
		NewEpoch: c.NewEpoch, RegisteredAt: &now,
	}
	if c.Service != "" {
		r.ServiceLevel = &schemas.ServiceLevel{Token: c.Service}
	}
	if c.Destination != "" {
		r.Destination = &schemas.Address{Country: c.Destination}
	}
	if c.Zone != "" {
		if _, err := time.LoadLocation(c.Zone); err != nil {
			return nil, fmt.Errorf("--zone: %w; a zone is a name such as Europe/London", err)
		}
		r.PromisedZone = &c.Zone
	}
	if c.Promised == "" {
		return r, nil
	}
	if at, err := time.Parse(time.RFC3339, c.Promised); err == nil {
		r.PromisedAt = &at
		return r, nil
	}
	if _, err := time.Parse(time.DateOnly, c.Promised); err != nil {
		return nil, fmt.Errorf("--promised is %q; it is a day such as 2026-12-24 or a time such as 2026-12-24T18:00:00Z", c.Promised)
	}
	r.PromisedDate = &c.Promised
	return r, nil
}
