package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/connectors/simulate"
	"waybill/internal/score"
)

type scoreCmd struct {
	formatFlag
	Seed       uint64             `help:"Decides everything that is left to chance." default:"1"`
	Shipments  int                `help:"How many tracking numbers." default:"500"`
	Faults     float64            `help:"Share of the scans that have a fault, each kind as often as another, and of the parcels that have each fault of parcels; 0 to 1. All arrive within the reorder hold." default:"0.2"`
	BeyondHold float64            `help:"Share of the scans that come later than any hold, 0 to 1." default:"0"`
	Fault      map[string]float64 `help:"Rate of single faults, 0 to 1; goes before the two shares. They are ${faults}." placeholder:"KIND=RATE,..." mapsep:","`
}

func (*scoreCmd) Help() string {
	return `Simulated parcels are followed by our rules and by four rules that others publish, without a broker, and what each of them
said is laid beside what is true. docs/score.md says what is counted, and what the rules are.

Examples:

    waybill score
    waybill score --seed 7 --shipments 5000 --faults 0.5 --format json
    waybill score --faults 0 --fault withdrawn=0.2`
}

func (c *scoreCmd) Run(ctx context.Context) error {
	bar := newProgress("parcels")
	result, err := c.score(ctx, bar.update)
	bar.end(err)
	switch {
	case err != nil:
		return err
	case c.json():
		return printJSON(result)
	}
	printScore(os.Stdout, result)
	return nil
}

func (c *scoreCmd) score(ctx context.Context, progress func(done, total int)) (*score.Result, error) {
	rates := simulate.Faults{}
	for kind, rate := range c.Fault {
		rates[simulate.Fault(kind)] = rate
	}
	result, err := score.Run(ctx, score.Options{
		Seed: c.Seed, Shipments: c.Shipments, Faults: c.Faults, BeyondHold: c.BeyondHold, Rates: rates, Progress: progress,
	})
	if wrong, is := errors.AsType[score.OptionsError](err); is {
		return nil, wrongUseError{wrong}
	}
	return result, err
}

func printScore(w io.Writer, r *score.Result) {
	fmt.Fprintf(w, "%d parcels, %d events of %d scans, %d changes of status, %d looks; seed %d.\nDuplicates and repeats are for 1,000 events.\n",
		r.Shipments, r.Events, r.Scans, r.Transitions, r.Checks, r.Seed)
	t := newTable(w, "rule", "wrong status", "missed transitions", "duplicate webhooks", "untold scans", "repeated scans")
	for _, name := range score.Names() {
		f := r.Rules[name]
		t.AppendRow(table.Row{
			name, fmt.Sprintf("%.2f %%", 100*f.WrongStatusShare), f.MissedTransitions, fmt.Sprintf("%.1f", f.DuplicateWebhooksPer1000),
			f.UntoldScans, fmt.Sprintf("%.1f", f.RepeatedScansPer1000),
		})
	}
	render(w, t)
}
