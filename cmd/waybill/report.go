package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

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
	Reference      string   `help:"A tenant's reference of an order, for the report order."`
	Basis          string   `help:"What stops the clock, where the report has a choice: delivery or first-stop." placeholder:"WHAT"`
	Dates          string   `help:"By which date parcels are chosen and put into weeks, where the report has a choice, such as registered, started, stopped, promised or opened." placeholder:"WHICH"`
	Limit          int      `help:"Rows of a list at the most. 0: a thousand."`
	Column         string   `help:"What a chart shows. Default: the first rate, else the first number."`
	Format         string   `help:"table, chart, csv, json or parquet. CSV and Parquet have no totals." enum:"table,chart,csv,json,parquet" default:"table"`
	Output         string   `short:"o" help:"File to write to. Default: standard output." placeholder:"FILE"`
}

func (*reportCmd) Help() string {
	return `Examples:

    waybill report
    waybill report on-time --by carrier,service --since 30d
    waybill report on-time --by week --format chart --column late
    waybill report overdue --as-of 2026-12-24 --format csv
    waybill report delays --by lane,week --format parquet --output delays.parquet
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
	if err := errors.Join(err, c.check()); err != nil {
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
	err = c.write(result)
	if _, wrong := errors.AsType[*analytics.ParamError](err); wrong {
		return wrongUseError{err}
	}
	return err
}

func (c *reportCmd) check() error {
	format := analytics.Format(c.Format)
	switch {
	case c.Column != "" && format != analytics.FormatChart:
		return errors.New("--column says what a chart shows; it goes with --format chart")
	case format == analytics.FormatParquet && c.Output == "" && term.IsTerminal(int(os.Stdout.Fd())):
		return errors.New("Parquet is nothing to read on a terminal: give --output FILE, or send it to a file or a program") //nolint:staticcheck // a name
	}
	return nil
}

// write puts the result where it is wanted. A file that could not be written
// whole is not left behind.
func (c *reportCmd) write(result *analytics.Result) error {
	if c.Output == "" {
		return c.render(os.Stdout, result)
	}
	file, err := os.Create(c.Output)
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if err := errors.Join(c.render(file, result), file.Close()); err != nil {
		return errors.Join(err, os.Remove(c.Output))
	}
	return nil
}

func (c *reportCmd) render(w io.Writer, result *analytics.Result) error {
	if analytics.Format(c.Format) != analytics.FormatChart {
		return result.Render(w, analytics.Format(c.Format))
	}
	width, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		width = 0 // no terminal: the default
	}
	return result.Chart(w, analytics.ChartOptions{Column: c.Column, Width: width})
}

func (c *reportCmd) list() error {
	reports, err := analytics.Reports()
	if err != nil {
		return err
	}
	for _, r := range reports {
		fmt.Printf("%-21s %s\n", r.Name, r.Answers)
		if len(r.Dimensions) > 0 {
			fmt.Printf("%21s by %s\n", "", strings.Join(r.Dimensions, ", "))
		}
		for _, choice := range r.Choices {
			fmt.Printf("%21s --%s %s\n", "", choice.Parameter, strings.Join(choice.Values, ", "))
		}
	}
	return nil
}

func (c *reportCmd) params(g *globals) (p analytics.Params, err error) {
	p = analytics.Params{Tenant: c.Tenant, Carrier: c.Carrier, TrackingNumber: c.TrackingNumber, By: c.By,
		Reference: c.Reference, Basis: c.Basis, Dates: c.Dates, Limit: c.Limit, StalledAfter: g.settings.Pipeline.StalledAfter}
	if c.Carrier != "" {
		if p.Carrier, p.TrackingNumber, err = (parcelArgs{Carrier: c.Carrier, TrackingNumber: c.TrackingNumber}).canonical(g); err != nil {
			return p, err
		}
	}
	if p.Since, p.Last, err = parseSince("--since", c.Since); err != nil {
		return p, err
	}
	if p.Until, err = parseWhen("--until", c.Until); err != nil {
		return p, err
	}
	p.AsOf, err = parseWhen("--as-of", c.AsOf)
	return p, err
}
