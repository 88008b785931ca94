package main

import (
	"context"
	"fmt"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/internal/knowledge"
	"waybill/internal/roles"
	"waybill/schemas"
)

// openClickHouse connects for a command that asks.
func openClickHouse(ctx context.Context, g *globals) (driver.Conn, error) {
	options := roles.ClickHouseOptions(g.settings)
	conn, err := ch.Open(&options)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		err = conn.Ping(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("asking ClickHouse at %s, database %s: %w (is `waybill up` running, or --clickhouse-addr right?)",
			g.settings.ClickHouse.Address(), g.settings.ClickHouse.Database, err)
	}
	return conn, nil
}

// parcelArgs name a parcel in any spelling, and for whose eyes it is shown.
type parcelArgs struct {
	Carrier        string `arg:"" help:"Carrier, for example royal-mail."`
	TrackingNumber string `arg:"" help:"The carrier's number for the parcel."`
	Tenant         string `help:"Show what this tenant may see. Empty: everything."`
}

// canonical gives carrier and number as the tables have them.
func (p parcelArgs) canonical(g *globals) (carrier, number string, err error) {
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return "", "", err
	}
	if _, err := schemas.ShipmentKey(p.Carrier, p.TrackingNumber); err != nil {
		return "", "", wrongUseError{err}
	}
	return knows.Carriers.Canonical(p.Carrier), schemas.CanonicalNumber(p.TrackingNumber), nil
}
