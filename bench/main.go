package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"waybill/bench/deployed"
	"waybill/bench/disk"
	"waybill/bench/engine"
	"waybill/bench/inbound"
	"waybill/bench/parsers"
	"waybill/bench/peers"
	"waybill/bench/registrations"
	"waybill/bench/report"
	"waybill/bench/reports"
	"waybill/bench/rig"
	"waybill/bench/scale"
	"waybill/bench/sink"
	"waybill/bench/soak"
	"waybill/bench/tracking"
	"waybill/bench/webhooks"
	"waybill/internal/embedded"
)

func main() {
	if code, hidden := runHidden(os.Args[1:]); hidden {
		os.Exit(code)
	}
	var o options
	kong.Parse(&o, kong.Name("bench"), kong.Vars{"parts": strings.Join(names(), ", ")},
		kong.Description("Measures Waybill beside the limit of the same bytes, or beside what it is to reach."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, &o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// runHidden is what this binary does as a broker or a measured process.
func runHidden(args []string) (code int, hidden bool) {
	if len(args) == 0 {
		return 0, false
	}
	switch args[0] {
	case embedded.EngineCommand:
		return embedded.RunEngine(args[1:]), true
	case rig.WorkerCommand:
		return rig.Serve(kinds(), os.Stdin, os.Stdout), true
	}
	return 0, false
}

// kinds are what a measured process can be.
func kinds() rig.Kinds {
	return rig.Kinds{
		rig.LimitKind:      rig.Kind(rig.NewLimit),
		deployed.Kind:      rig.Kind(deployed.New),
		engine.RuntimeKind: rig.Kind(engine.NewRuntime),
		engine.FillKind:    rig.Kind(engine.NewFiller),
		engine.BulkKind:    rig.Kind(engine.NewBulk),

		peers.SubsetKind: rig.Kind(peers.NewSubset),

		inbound.ServerKind: rig.Kind(inbound.NewServer),

		webhooks.ReceiverKind: rig.Kind(webhooks.NewReceiver),
		webhooks.BareKind:     rig.Kind(webhooks.NewBare),

		sink.BlocksKind: rig.Kind(sink.NewBlocks),
	}
}

// options are the command line.
type options struct {
	Parts   []string `arg:"" optional:"" help:"What to measure: ${parts}. All when none is named."`
	Results string   `help:"File for the results. Empty: none." default:"bench/RESULTS.md"`

	Common        rig.Options           `embed:""`
	Engine        engine.Options        `embed:""`
	Tracking      tracking.Options      `embed:""`
	Peers         peers.Options         `embed:""`
	Scale         scale.Options         `embed:""`
	Webhooks      webhooks.Options      `embed:""`
	Parsers       parsers.Options       `embed:""`
	Inbound       inbound.Options       `embed:""`
	Registrations registrations.Options `embed:""`
	Disk          disk.Options          `embed:""`
	Sink          sink.Options          `embed:""`
	Reports       reports.Options       `embed:""`
	Soak          soak.Options          `embed:""`
}

// part is one question, and one section of the results.
type part struct {
	name    string
	measure func(context.Context, *options) (*report.Section, error)
}

// parts are all there are, in the order of the document.
func parts() []part {
	ofEngine := func(name string, measure func(context.Context, *rig.Options, *engine.Options) (*report.Section, error)) part {
		return part{name, func(ctx context.Context, o *options) (*report.Section, error) {
			return measure(ctx, &o.Common, &o.Engine)
		}}
	}
	ofWebhooks := func(name string, measure func(context.Context, *rig.Options, *webhooks.Options) (*report.Section, error)) part {
		return part{name, func(ctx context.Context, o *options) (*report.Section, error) {
			return measure(ctx, &o.Common, &o.Webhooks)
		}}
	}
	before := []part{
		ofEngine(engine.StreamPart, engine.Stream),
		ofEngine(engine.LatencyPart, engine.Latency),
		ofEngine(engine.RestorePart, engine.Restore),
		ofEngine(engine.RecoveryPart, engine.Recovery),
		ofEngine(engine.TakeoverPart, engine.Takeover),
		ofEngine(engine.StatePart, engine.State),
		ofEngine(engine.IdlePart, engine.Idle),
		{tracking.Part, func(ctx context.Context, o *options) (*report.Section, error) {
			return tracking.Run(ctx, &o.Common, &o.Tracking)
		}},
		{peers.Part, func(ctx context.Context, o *options) (*report.Section, error) {
			return peers.Run(ctx, &o.Common, &o.Peers)
		}},
	}
	return slices.Concat(before, curves(), []part{
		{scale.SizingPart, func(ctx context.Context, o *options) (*report.Section, error) {
			return scale.Sizing(ctx, &o.Common, &o.Scale, &o.Webhooks)
		}},
		ofWebhooks(webhooks.ThroughputPart, webhooks.Throughput),
		ofWebhooks(webhooks.HangingPart, webhooks.Hanging),
		ofWebhooks(webhooks.SlowPart, webhooks.Slow),
		ofWebhooks(webhooks.WaitingPart, webhooks.Waiting),
		ofWebhooks(webhooks.LatencyPart, webhooks.Latency),
		{parsers.Part, func(ctx context.Context, o *options) (*report.Section, error) {
			return parsers.Run(ctx, &o.Common, &o.Parsers)
		}},
		{inbound.Part, func(ctx context.Context, o *options) (*report.Section, error) {
			return inbound.Run(ctx, &o.Common, &o.Inbound)
		}},
		{registrations.Part, func(ctx context.Context, o *options) (*report.Section, error) {
			return registrations.Run(ctx, &o.Common, &o.Registrations)
		}},
		{disk.Part, func(ctx context.Context, o *options) (*report.Section, error) {
			return disk.Run(ctx, &o.Common, &o.Disk)
		}},
		{sink.Part, func(ctx context.Context, o *options) (*report.Section, error) {
			return sink.Run(ctx, &o.Common, &o.Sink)
		}},
		{sink.VisiblePart, func(ctx context.Context, o *options) (*report.Section, error) {
			return sink.Visible(ctx, &o.Common)
		}},
		{reports.Part, func(ctx context.Context, o *options) (*report.Section, error) {
			return reports.Run(ctx, &o.Common, &o.Reports, o.Engine.Full)
		}},
		{soak.Part, func(ctx context.Context, o *options) (*report.Section, error) {
			return soak.Run(ctx, &o.Common, &o.Soak, o.Scale.Pictures)
		}},
	})
}

// curves are the parts of scale.
func curves() (all []part) {
	for _, name := range scale.Curves() {
		all = append(all, part{scale.Part + name, func(ctx context.Context, o *options) (*report.Section, error) {
			return scale.Run(ctx, &o.Common, &o.Scale, &o.Webhooks, name, o.Engine.Full)
		}})
	}
	return all
}

// is tells whether a part is asked for by its name, or by what several names
// begin with, as in scale.
func (p part) is(name string) bool { return p.name == name || strings.HasPrefix(p.name, name+"-") }

// names are those of all parts.
func names() []string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

// Validate refuses parts that there are not. kong calls it.
func (o *options) Validate() error {
	for _, name := range o.Parts {
		if !slices.ContainsFunc(parts(), func(p part) bool { return p.is(name) }) {
			return fmt.Errorf("there is no part %q, only %s", name, strings.Join(names(), ", "))
		}
	}
	return nil
}

// run measures the parts that are asked for, prints what they say and writes
// it into the results, each as soon as it is known.
func run(ctx context.Context, o *options) error {
	ctx, err := rig.StandOn(ctx, &o.Common)
	if err != nil {
		return err
	}
	machine := rig.ThisMachine(ctx) // before the results make the working tree differ
	for _, p := range parts() {
		if len(o.Parts) > 0 && !slices.ContainsFunc(o.Parts, p.is) {
			continue
		}
		section, err := p.measure(ctx, o)
		if err != nil {
			return err
		}
		fmt.Print(section.Terminal())
		if o.Results == "" {
			continue
		}
		if err := report.Update(o.Results, machine, section, names()); err != nil {
			return err
		}
	}
	return nil
}
