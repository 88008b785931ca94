package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"waybill/connectors/dialects"
	"waybill/connectors/replay"
	"waybill/internal/knowledge"
	"waybill/schemas"
	"waybill/schemas/yamlfile"
)

type ingestCmd struct {
	formatFlag
	Files   []string `arg:"" help:"CSV files (with --map), payloads (with --dialect) or NDJSON files of Waybill's own records, plain or gzip; - is standard input."`
	Map     string   `help:"Column map for CSV: scms, olist, or the path of a YAML file." placeholder:"MAP" xor:"form"`
	Dialect string   `help:"Dialect of payloads of carriers and platforms, such as shippo or ups; auto finds it out. Empty: there are none in the files." placeholder:"DIALECT" xor:"form"`
	Tenant  string   `help:"Tenant of every registration. Empty: as the map or the record says."`
	DryRun  bool     `help:"Read and check, but publish nothing."`
	Resume  string   `help:"File that remembers how far the files were published: a run that was cut off goes on from there. With --clock live." placeholder:"FILE" type:"path"`
	Refused string   `help:"File for the lines and payloads of which something was refused, as NDJSON." placeholder:"FILE" type:"path"`
}

func (*ingestCmd) Help() string {
	return `A line of NDJSON is a topic, registrations or carrier-events, a value with the fields of docs/schemas.md, and an arrival:

    {"topic": "carrier-events", "value": {"carrier": "royal-mail", "tracking_number": "AB123456785GB",
     "source": "royal-mail", "raw_code": "EVPPA", "occurred_at": "2026-05-04T09:00:00Z"}, "arrival": "2026-05-04T09:01:00Z"}

With --dialect a file holds payloads as carriers and platforms send them: one document of JSON or XML, a list of them, or one
a line, which may be {"source": "shippo", "received_at": "2026-05-04T09:01:00Z", "payload": {...}}.

With --clock live (the default) records are sent in the order of the files and bear the time at which they are sent. With
--clock log they bear their arrival and are sent in that order, and a tick ends the replay; that is for topics of a
--kafka-prefix of its own, and all records are held in memory. What cannot be read is named on standard error and left out,
and the exit code is 1.

Examples:

    waybill ingest --map scms shipments.csv.gz
    waybill ingest --dialect auto --resume monday.progress monday.ndjson.gz
    waybill ingest --map my-map.yaml --dry-run monday.csv tuesday.csv
    waybill simulate --output - | waybill ingest -`
}

// Run publishes files. What cannot be read is named and left out.
func (c *ingestCmd) Run(ctx context.Context, g *globals) (err error) {
	o, err := c.options(g)
	if err != nil {
		return err
	}
	live := g.settings.Pipeline.Clock == "live"
	if c.Resume != "" && (!live || c.DryRun) {
		return wrongUseError{errors.New("--resume goes with --clock live, and not with --dry-run")}
	}
	run := &ingestRun{ingestCmd: c, globals: g, options: o}
	if c.Refused != "" {
		if run.refused, err = os.Create(c.Refused); err != nil {
			return fmt.Errorf("making the file of what is refused: %w", err)
		}
		defer func() { err = errors.Join(err, run.refused.Close()) }()
	}
	if live {
		err = run.stream(ctx)
	} else {
		err = run.batch(ctx)
	}
	if reportErr := run.report(); reportErr != nil {
		return errors.Join(err, reportErr)
	}
	if err == nil && run.counts.Refused > 0 {
		err = fmt.Errorf("%d refused, of %d rows; they are named above", run.counts.Refused, run.counts.Rows)
	}
	return err
}

func (c *ingestCmd) options(g *globals) (replay.LoadOptions, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return replay.LoadOptions{}, err
	}
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return replay.LoadOptions{}, err
	}
	o := replay.LoadOptions{Carriers: knows.Carriers, Codecs: codecs, Tenant: c.Tenant, Dialect: c.Dialect}
	if g.settings.Pipeline.Clock == "live" {
		o.Arrival = time.Now()
	}
	if c.Dialect != "" && c.Dialect != dialects.Auto && dialects.Named(c.Dialect) == nil {
		return o, wrongUseError{fmt.Errorf("there is no dialect %q%s", c.Dialect, yamlfile.DidYouMean(c.Dialect, dialects.Names()))}
	}
	if c.Map != "" {
		if o.Map, err = replay.LoadMap(c.Map); err != nil {
			return o, wrongUseError{err}
		}
	}
	return o, nil
}
