package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/google/uuid"
	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/connectors/replay"
	"waybill/internal/embedded"
	"waybill/internal/knowledge"
	"waybill/internal/riskscore"
	"waybill/internal/roles"
	"waybill/pipeline/tracking"
	"waybill/schemas"
)

type baselinesScoreCmd struct {
	formatFlag
	Files []string `arg:"" help:"CSV files (with --map) or NDJSON files of Waybill's own records, plain or gzip; - is standard input."`
	Map   string   `help:"Column map for CSV: scms, olist, or the path of a YAML file." placeholder:"MAP"`
	Split string   `help:"Parcels registered before this day or time are learned from, the others are judged. Default: where two of three have been registered." placeholder:"WHEN"`
}

func (*baselinesScoreCmd) Help() string {
	return `Tells how often a warning that a parcel is at risk (D4) was right, and how many of those that came late had been warned of,
so many days before the promised day; and the same for two simple rules. Needs no Kafka. ClickHouse is an embedded one in
a temporary folder, unless --clickhouse-addr names another. docs/at-risk.md says what is counted.

Examples:

    waybill baselines score --map scms shipments.csv.gz
    waybill baselines score --map my-map.yaml --split 2026-01-01 --at-risk-chance 0.5 parcels.csv`
}

func (c *baselinesScoreCmd) Run(ctx context.Context, g *globals) (err error) {
	split, err := parseWhen("--split", c.Split)
	if err != nil {
		return wrongUseError{err}
	}
	o, err := c.load(g)
	if err != nil {
		return err
	}
	o.Split = split
	if len(g.settings.ClickHouse.Addr) == 0 {
		stop, err := c.startClickHouse(ctx, g)
		if err != nil {
			return err
		}
		defer stop()
	}
	o.ClickHouse = roles.ClickHouseOptions(g.settings)
	o.ClickHouse.Auth.Database = "waybill_score_" + uuid.NewString()
	result, err := riskscore.Run(ctx, *o)
	switch {
	case errors.Is(err, riskscore.ErrTooFew):
		return wrongUseError{err}
	case err != nil:
		return err
	case c.json():
		return printJSON(result)
	}
	printRiskScore(os.Stdout, result)
	return nil
}

func (c *baselinesScoreCmd) load(g *globals) (*riskscore.Options, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return nil, err
	}
	from := replay.LoadOptions{Carriers: knows.Carriers, Codecs: codecs}
	if c.Map != "" {
		if from.Map, err = replay.LoadMap(c.Map); err != nil {
			return nil, wrongUseError{err}
		}
	}
	batch, err := replay.Load(from, replay.Files(c.Files, os.Stdin)...)
	if err != nil {
		return nil, err
	}
	for _, refusal := range batch.Refused {
		fmt.Fprintln(os.Stderr, "refused:", refusal)
	}
	return &riskscore.Options{Records: batch.Records, Rules: tracking.Config{
		Codecs: codecs, Model: knows.Model, Maps: knows.Maps, Carriers: knows.Carriers,
		ReorderHold: g.settings.Pipeline.ReorderHold, StalledAfter: g.settings.Pipeline.StalledAfter, AtRiskChance: g.settings.Pipeline.AtRiskChance,
	}}, nil
}

// startClickHouse starts one in a temporary folder and points the settings at
// it.
func (c *baselinesScoreCmd) startClickHouse(ctx context.Context, g *globals) (stop func(), err error) {
	dir, err := os.MkdirTemp("", "waybill-score-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for ClickHouse: %w", err)
	}
	server, err := embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{
		DataDir: dir, Library: g.settings.ClickHouse.Library, MaxMemoryBytes: g.settings.ClickHouse.MaxMemory, Logger: g.log,
	})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	g.settings.ClickHouse.Addr = []string{server.Addr()}
	return func() {
		if err := errors.Join(server.Close(), os.RemoveAll(dir)); err != nil {
			g.log.Warn("stopping the embedded ClickHouse", "err", err)
		}
	}, nil
}

func printRiskScore(w io.Writer, r *riskscore.Result) {
	fmt.Fprintf(w, "%d parcels from before %s give %d baselines. Of the %d after it %d came late; %d more were not followed up to their promised day.\n",
		r.Learned, r.Split.UTC().Format("2006-01-02 15:04"), r.Rows, r.Judged, r.Late, r.Unfollowed)
	columns := []any{"days ahead", "open", "late"}
	for _, rule := range riskscore.Names() {
		columns = append(columns, rule, "precision", "recall")
	}
	t := newTable(w, columns...)
	for _, h := range r.Horizons {
		row := table.Row{h.Days, h.Open, h.Late}
		for _, rule := range riskscore.Names() {
			tally := h.Rules[rule]
			row = append(row, tally.Warned, percent(tally.Precision), percent(tally.Recall))
		}
		t.AppendRow(row)
	}
	t.Render()
}

func percent(share *float64) string {
	if share == nil {
		return "-"
	}
	return strconv.FormatFloat(*share*100, 'f', 1, 64) + " %"
}
