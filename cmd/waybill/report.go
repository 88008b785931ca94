package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"waybill/analytics"
)

type reportCmd struct {
	Name           string   `arg:"" optional:"" help:"Name of the report; alone, the reports are listed."`
	Carrier        string   `arg:"" optional:"" help:"Carrier of one parcel, for the report shipment."`
	TrackingNumber string   `arg:"" optional:"" help:"Number of one parcel, for the report shipment."`
	Since          string   `help:"From when: a day, a time, or how long ago, such as 30d or 12h." placeholder:"WHEN"`
	Until          string   `help:"Until when: a day or a time." placeholder:"WHEN"`
	AsOf           string   `help:"What the report takes for now. Default: the highest stream time in the tables." placeholder:"WHEN"`
	Tenant         string   `help:"One tenant's registrations. Empty: all, each parcel once."`
	By             []string `help:"What to group by, for example carrier,service."`
	Limit          int      `help:"Rows of a list at the most. 0: a thousand."`
	Format         string   `help:"table, csv or json." enum:"table,csv,json" default:"table"`
}

func (*reportCmd) Help() string {
	return `Examples:

    waybill report
    waybill report on-time --by carrier,service --since 30d
    waybill report overdue --as-of 2026-12-24 --format csv
    waybill report shipment royal-mail AB123456785GB`
}

func (c *reportCmd) Run(ctx context.Context, g *globals) error {
	if c.Name == "" {
		return c.list()
	}
	report, err := analytics.FindReport(c.Name)
	if err != nil {
		return wrongUseError{err}
	}
	params, err := c.params(g)
	if err != nil {
		return wrongUseError{err}
	}
	conn, err := openClickHouse(ctx, g)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // everything was read
	result, err := analytics.Run(ctx, conn, report, params)
	if _, wrong := errors.AsType[*analytics.ParamError](err); wrong {
		return wrongUseError{err}
	}
	if err != nil {
		return err
	}
	return result.Render(os.Stdout, analytics.Format(c.Format))
}

func (c *reportCmd) list() error {
	reports, err := analytics.Reports()
	if err != nil {
		return err
	}
	for _, r := range reports {
		fmt.Printf("%-14s %s\n", r.Name, r.Answers)
		if len(r.Dimensions) > 0 {
			fmt.Printf("%14s by %s\n", "", strings.Join(r.Dimensions, ", "))
		}
	}
	return nil
}

func (c *reportCmd) params(g *globals) (p analytics.Params, err error) {
	p = analytics.Params{Tenant: c.Tenant, Carrier: c.Carrier, TrackingNumber: c.TrackingNumber, By: c.By, Limit: c.Limit}
	if c.Carrier != "" {
		if p.Carrier, p.TrackingNumber, err = (parcelArgs{Carrier: c.Carrier, TrackingNumber: c.TrackingNumber}).canonical(g); err != nil {
			return p, err
		}
	}
	if p.Last, err = parseAgo(c.Since); err != nil {
		if p.Since, err = parseWhen("--since", c.Since); err != nil {
			return p, fmt.Errorf("%w, or how long ago, such as 30d or 12h", err)
		}
	}
	if p.Until, err = parseWhen("--until", c.Until); err != nil {
		return p, err
	}
	p.AsOf, err = parseWhen("--as-of", c.AsOf)
	return p, err
}

// parseWhen reads a day or a time; empty is the zero time.
func parseWhen(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s is %q; it is a day such as 2026-12-24 or a time such as 2026-12-24T18:00:00Z", flag, text)
}

// parseAgo reads a length of time: Go's units, and d for days. Empty is zero.
func parseAgo(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		hours, err := time.ParseDuration(days + "h")
		return hours * 24, err
	}
	return time.ParseDuration(text)
}
