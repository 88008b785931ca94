package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"waybill/connectors/replay"
	"waybill/internal/knowledge"
	"waybill/schemas"
)

type ingestCmd struct {
	formatFlag
	Files  []string `arg:"" help:"CSV files (with --map) or NDJSON files of Waybill's own records, plain or gzip; - is standard input."`
	Map    string   `help:"Column map for CSV: scms, olist, or the path of a YAML file." placeholder:"MAP"`
	Tenant string   `help:"Tenant of every registration. Empty: as the map or the record says."`
	DryRun bool     `help:"Read and check, but publish nothing."`
}

func (*ingestCmd) Help() string {
	return `A line of NDJSON is a topic, registrations or carrier-events, a value with the fields of docs/schemas.md, and an arrival:

    {"topic": "carrier-events", "value": {"carrier": "royal-mail", "tracking_number": "AB123456785GB",
     "source": "royal-mail", "raw_code": "EVPPA", "occurred_at": "2026-05-04T09:00:00Z"}, "arrival": "2026-05-04T09:01:00Z"}

With --clock live (the default) records bear the time at which they are sent; arrival then only says their order, and may
be left out. With --clock log they bear their own, and a tick ends the replay; that is for topics of a --kafka-prefix of
its own. Rows that cannot be read are named on standard error and left out, and the exit code is 1.

Examples:

    waybill ingest --map scms shipments.csv.gz
    waybill ingest --map my-map.yaml --dry-run monday.csv tuesday.csv
    waybill simulate --output - | waybill ingest -`
}

// Run publishes files. Rows that cannot be read are named and left out.
func (c *ingestCmd) Run(ctx context.Context, g *globals) error {
	batch, codecs, err := c.load(g)
	if err != nil {
		return err
	}
	var sent replay.Published
	if !c.DryRun {
		sent, err = publish(ctx, g, codecs, batch.Records)
	}
	if reportErr := c.report(batch, sent); reportErr != nil {
		return errors.Join(err, reportErr)
	}
	if err != nil {
		return err
	}
	if len(batch.Refused) > 0 {
		return fmt.Errorf("%d of %d rows were refused", len(batch.Refused), batch.Rows)
	}
	return nil
}

func (c *ingestCmd) load(g *globals) (*replay.Batch, *schemas.Codecs, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, nil, err
	}
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return nil, nil, err
	}
	o := replay.LoadOptions{Carriers: knows.Carriers, Codecs: codecs, Tenant: c.Tenant}
	if g.settings.Pipeline.Clock == "live" {
		o.Arrival = time.Now()
	}
	if c.Map != "" {
		if o.Map, err = replay.LoadMap(c.Map); err != nil {
			return nil, nil, wrongUseError{err}
		}
	}
	batch, err := replay.Load(o, replay.Files(c.Files, os.Stdin)...)
	return batch, codecs, err
}

func (c *ingestCmd) report(batch *replay.Batch, sent replay.Published) error {
	registrations, events := batch.Counts()
	if c.json() {
		return printJSON(map[string]any{
			"rows": batch.Rows, "registrations": registrations, "carrier_events": events,
			"published": sent.Registrations + sent.Events, "refused": len(batch.Refused), "refusals": list(batch.Refused),
		})
	}
	for _, refusal := range batch.Refused {
		fmt.Fprintln(os.Stderr, "refused:", refusal)
	}
	fmt.Printf("rows read            %d\nregistrations        %d\ncarrier events       %d\npublished            %d\nrefused              %d\n",
		batch.Rows, registrations, events, sent.Registrations+sent.Events, len(batch.Refused))
	if sent.Ticks > 0 {
		fmt.Printf("the replay ends at   %s\n", sent.TickAt.Format(time.RFC3339))
	}
	return nil
}
