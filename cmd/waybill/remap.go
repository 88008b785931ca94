package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/knowledge"
	"waybill/internal/remap"
	"waybill/schemas"
)

type remapCmd struct {
	formatFlag
	Source    string `help:"Map only the events of this source anew, and read only parcels that have one. Empty: all."`
	Carrier   string `help:"Read only this carrier's parcels. Empty: all."`
	Since     string `help:"Read only parcels with an event since then: a day, a time, or how long before the last event, such as 30d or 12h." placeholder:"WHEN"`
	Shipments int    `help:"Read at most so many parcels, those with the latest events. 0: all." default:"0"`
}

func (*remapCmd) Help() string {
	return `Plays the history in ClickHouse through other maps (--maps, and --model and --carriers if given) and shows what would have
been different. Nothing is written, and nothing needs to be stopped. Events whose source gave the code itself keep it, as they
would if they came again. ETAs and what was done by hand are not played. Webhooks are those of an endpoint that chose all.

Examples:

    waybill remap --maps my-maps
    waybill remap --maps my-maps --source easypost --since 30d --shipments 10000 --format json`
}

// Run compares what was with what would be, and prints it.
func (c *remapCmd) Run(ctx context.Context, g *globals) error {
	filter := remap.Filter{Source: c.Source, Parcels: c.Shipments}
	var err error
	if filter.Since, filter.Last, err = parseSince("--since", c.Since); err != nil {
		return wrongUseError{err}
	}
	if c.Shipments < 0 {
		return wrongUseError{fmt.Errorf("--shipments is %d; it must not be negative", c.Shipments)}
	}
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	filter.Carrier = knows.Carriers.Canonical(c.Carrier)
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return err
	}
	conn, err := openClickHouse(ctx, g)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // everything was read
	bar := newProgress("parcels compared")
	s, err := remap.Run(ctx, remap.Options{
		Progress: bar.update,
		Conn:     conn, Codecs: codecs, Knows: knows, ReorderHold: g.settings.Pipeline.ReorderHold, Filter: filter,
	})
	bar.end(err)
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(s)
	}
	printRemap(s)
	return nil
}

func printRemap(s *remap.Summary) {
	fmt.Printf("history   %d parcels, %d events; the maps were asked for %d, the others have their code from their source\n", s.Parcels, s.Events, s.Asked)
	fmt.Printf("changes   %d events, %d parcels\n", s.EventsChanged, s.ParcelsChanged)
	if s.Refused > 0 {
		fmt.Printf("left out  %d records, which the rules do not take today\n", s.Refused)
	}
	if len(s.Codes) > 0 {
		t := newTable(os.Stdout, "source", "carrier", "raw code", "raw status", "was", "becomes", "by", "events")
		for _, c := range s.Codes {
			t.AppendRow(table.Row{c.Source, c.Carrier, c.RawCode, c.RawStatus, c.From, c.To, c.Map, c.Events})
		}
		t.Render()
	}
	if len(s.Facts) > 0 {
		t := newTable(os.Stdout, "of the parcel", "parcels", "for example")
		for _, f := range s.Facts {
			var lines []string
			for _, e := range f.Examples {
				lines = append(lines, fmt.Sprintf("%s %s: %s -> %s", e.Carrier, e.TrackingNumber, e.Before, e.After))
			}
			t.AppendRow(table.Row{f.Fact, f.Parcels, strings.Join(lines, "\n")})
		}
		t.Render()
	}
	if len(s.Webhooks) > 0 {
		t := newTable(os.Stdout, "webhooks", "not sent any more", "sent besides")
		for _, w := range s.Webhooks {
			t.AppendRow(table.Row{w.Type, w.Gone, w.New})
		}
		t.Render()
	}
	fmt.Println("Nothing was written.")
}
