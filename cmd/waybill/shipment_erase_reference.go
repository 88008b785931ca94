package main

import (
	"context"
	"fmt"
	"slices"

	"waybill/internal/listing"
	"waybill/internal/shipmentlog"
	"waybill/schemas"
)

type shipmentEraseReferenceCmd struct {
	formatFlag
	Reference string `arg:"" help:"The reference that the tenant gave with its registrations, whole: an order, say."`
	Tenant    string `help:"Whose registrations." default:"default"`
	Actor     string `help:"Who does it, for the audit. Empty: the user of this machine."`
	Reason    string `help:"Why, for the audit: the number of the request, not a name, for it is kept." required:""`
	DryRun    bool   `help:"List the parcels, and erase nothing."`
}

func (*shipmentEraseReferenceCmd) Help() string {
	return `As waybill shipment erase, for each parcel that the tenant follows, or has followed, under this reference. Which those are,
ClickHouse tells, which hears of a registration about a second after it; once erased, a parcel has no reference any more.

Examples:

    waybill shipment erase-reference PO-7 --tenant acme --reason "request 41" --dry-run
    waybill shipment erase-reference PO-7 --tenant acme --reason "request 41"`
}

func (c *shipmentEraseReferenceCmd) Run(ctx context.Context, g *globals) error {
	parcels, err := c.parcels(ctx, g)
	switch {
	case err != nil:
		return err
	case len(parcels) == 0:
		return fmt.Errorf("erasing by reference: tenant %s follows no parcel under %q, as far as ClickHouse knows; was it erased already?", c.Tenant, c.Reference)
	case c.DryRun:
		return c.list(parcels)
	}
	for _, p := range parcels {
		r := schemas.Registration{
			Tenant: c.Tenant, Carrier: p.carrier, TrackingNumber: p.number, Actor: actor(c.Actor), Backfill: schemas.BackfillNone,
			Action: schemas.ActionErase, Reason: c.Reason,
		}
		if err := publishRegistration(ctx, g, c.formatFlag, &r, "asked to erase"); err != nil {
			return fmt.Errorf("erasing what is said of persons of %s: %w; the same command again does the rest", p, err)
		}
	}
	if c.json() {
		return nil
	}
	_, err = fmt.Println(eraseNotice)
	return err
}

// parcel is a number at a carrier.
type parcel struct{ carrier, number string }

func (p parcel) String() string { return p.carrier + ":" + p.number }

// parcels are those with the reference, each once.
func (c *shipmentEraseReferenceCmd) parcels(ctx context.Context, g *globals) ([]parcel, error) {
	conn, err := openClickHouse(ctx, g)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // everything was read
	log, filter := shipmentlog.New(conn), shipmentlog.Filter{Reference: c.Reference, Limit: listing.MaxLimit}
	var all []parcel
	for {
		page, err := log.List(ctx, c.Tenant, filter)
		if err != nil {
			return nil, err
		}
		for i := range page.Registrations {
			r := &page.Registrations[i]
			if p := (parcel{r.Carrier, r.TrackingNumber}); !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
		if filter.After = page.Next; page.Next == "" {
			return all, nil
		}
	}
}

func (c *shipmentEraseReferenceCmd) list(parcels []parcel) error {
	keys := make([]string, len(parcels))
	for i, p := range parcels {
		keys[i] = p.String()
	}
	slices.Sort(keys)
	if c.json() {
		return printJSON(map[string]any{"parcels": keys})
	}
	for _, key := range keys {
		fmt.Println(key)
	}
	return nil
}
