package main

import (
	"context"
	"fmt"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/analytics"
	"waybill/internal/knowledge"
	"waybill/internal/roles"
	"waybill/schemas"
)

// openClickHouse connects for a command that asks.
func openClickHouse(ctx context.Context, g *globals) (driver.Conn, error) {
	options := roles.ClickHouseOptions(g.settings)
	trying, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := findDatabase(trying, &options)
	var conn driver.Conn
	if err == nil {
		conn, err = ch.Open(&options)
	}
	if err == nil {
		err = conn.Ping(trying)
	}
	if err != nil {
		asking := fmt.Errorf("asking ClickHouse at %s, database %s: %w", g.settings.ClickHouse.Address(), g.settings.ClickHouse.Database, err)
		if adviceOf(err, g.settings) != "" {
			return nil, asking
		}
		return nil, fmt.Errorf("%w (is `waybill up` running, or --clickhouse-addr right?)", asking)
	}
	return conn, nil
}

// findDatabase refuses a database that does not exist. It asks without logging in
// to it: two such logins can crash an embedded ClickHouse that has no terminal.
func findDatabase(ctx context.Context, options *ch.Options) error {
	name := options.Auth.Database
	conn, err := analytics.OpenServer(options)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // nothing is left to be sent
	var found uint64
	if err := conn.QueryRow(ctx, "SELECT count() FROM system.databases WHERE name = $1", name).Scan(&found); err != nil {
		return err
	}
	if found == 0 {
		return fmt.Errorf("there is no database %s, or this user may not see it; `waybill migrate` makes it", name)
	}
	return nil
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
