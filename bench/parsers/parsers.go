package parsers

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/connectors/carriers"
	"waybill/connectors/dialects"
	"waybill/connectors/simulate"
	"waybill/connectors/simulate/shape"
	"waybill/schemas/status"
	"waybill/schemas/status/codemap"
)

// Part is the name of the part.
const Part = "parse"

// aim is what the slowest dialect is to reach, in MB/s.
const aim = 100

// Options say what is read.
type Options struct {
	Payloads int           `help:"Parcels whose payloads are read in each dialect." name:"parse-parcels" default:"200"`
	Least    time.Duration `help:"Processor time that a turn of parse takes, at least." name:"parse-least" default:"300ms"`
}

// turn is the load of a dialect, read once or more.
type turn struct {
	perSecond   float64 // MB of payloads in a second of one processor
	allocations float64 // for each event
}

// Run reads payloads of each dialect that the simulator speaks.
func Run(ctx context.Context, common *rig.Options, o *Options) (*report.Section, error) {
	table := report.NewTable("dialect", "bytes a payload", "events a payload", "MB/s", "% of limit", "allocations/event")
	slowest := 0.0
	for _, name := range shape.Names() {
		payloads, err := load(name, o.Payloads, common.Seed)
		if err != nil {
			return nil, fmt.Errorf("making payloads of %s: %w", name, err)
		}
		ours, limits, events, err := turns(ctx, common, o.Least, name, payloads)
		if err != nil {
			return nil, fmt.Errorf("reading payloads of %s: %w", name, err)
		}
		speed := func(t turn) float64 { return t.perSecond }
		median := report.SpreadBy(ours, speed)
		if slowest == 0 || median.Median < slowest {
			slowest = median.Median
		}
		n := float64(len(payloads))
		table.AppendRow([]any{
			name, fmt.Sprintf("%.0f", float64(size(payloads))/n), fmt.Sprintf("%.1f", float64(events)/n), median.In(0),
			fmt.Sprintf("%.0f", 100*median.Median/report.SpreadBy(limits, speed).Median),
			fmt.Sprintf("%.0f", report.SpreadBy(ours, func(t turn) float64 { return t.allocations }).Median),
		})
	}
	return &report.Section{
		Part: Part, Title: "payloads of platforms and carriers, read into carrier events",
		Conditions: []string{fmt.Sprintf("the payloads of %d simulated parcels in each dialect, one goroutine, processor time", o.Payloads)},
		Blocks:     []report.Block{{Table: table, Note: "*MB/s* are of one processor's time; the *limit* is the check that the same bytes are JSON."}},
		Aims:       []report.Aim{{What: "the slowest dialect", Want: aim, Have: slowest, Unit: "MB/s"}},
	}, nil
}

// load makes payloads of a dialect.
func load(name string, parcels int, seed uint64) ([][]byte, error) {
	model, err := status.Default()
	if err != nil {
		return nil, err
	}
	maps, err := codemap.Default(model)
	if err != nil {
		return nil, err
	}
	teller, err := shape.Named(name, model, maps)
	if err != nil {
		return nil, err
	}
	maker, err := simulate.NewMaker(simulate.Options{Parcels: parcels, Seed: seed, Carriers: teller.Carriers, Start: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return nil, err
	}
	var payloads [][]byte
	for i := range parcels {
		p, err := maker.Parcel(i)
		if err != nil {
			return nil, err
		}
		told, err := teller.Tell(p)
		if err != nil {
			return nil, err
		}
		for _, t := range told {
			payloads = append(payloads, t.Payload)
		}
	}
	return payloads, nil
}

// turns alternate between our reading and the limit.
func turns(ctx context.Context, common *rig.Options, least time.Duration, name string, payloads [][]byte) (ours, limits []turn, events int, err error) {
	table, err := carriers.Default()
	if err != nil {
		return nil, nil, 0, err
	}
	o := dialects.Options{Received: time.Unix(0, 0).UTC(), Way: dialects.Push, Carriers: table}
	parse := func(payload []byte) (int, error) {
		reading, err := dialects.Parse(name, payload, o)
		if err != nil {
			return 0, err
		}
		return len(reading.Events), nil
	}
	check := func(payload []byte) (int, error) {
		if !jsontext.Value(payload).IsValid() {
			return 0, fmt.Errorf("it is not JSON: %.100s", payload)
		}
		return 1, nil
	}
	for i := range common.Warmups + common.Turns {
		our, told, err := measure(ctx, least, payloads, parse)
		if err != nil {
			return nil, nil, 0, err
		}
		limit, _, err := measure(ctx, least, payloads, check)
		if err != nil {
			return nil, nil, 0, err
		}
		if events = told; i >= common.Warmups {
			ours, limits = append(ours, our), append(limits, limit)
		}
	}
	return ours, limits, events, nil
}

// measure reads all payloads, as often as is needed for a figure, and says how
// many events they are.
func measure(ctx context.Context, least time.Duration, payloads [][]byte, read func([]byte) (int, error)) (turn, int, error) {
	before, err := rig.OwnUsage()
	if err != nil {
		return turn{}, 0, err
	}
	for passes := 1; ; passes++ {
		events := 0
		for _, payload := range payloads {
			n, err := read(payload)
			if err != nil {
				return turn{}, 0, err
			}
			events += n
		}
		after, err := rig.OwnUsage()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return turn{}, 0, fmt.Errorf("measuring a turn: %w", err)
		}
		if used := after.CPU - before.CPU; used >= least {
			return turn{
				perSecond:   float64(passes*size(payloads)) / 1e6 / used.Seconds(),
				allocations: float64(after.Allocations-before.Allocations) / float64(passes*events),
			}, events, nil
		}
	}
}

func size(payloads [][]byte) int {
	n := 0
	for _, p := range payloads {
		n += len(p)
	}
	return n
}
