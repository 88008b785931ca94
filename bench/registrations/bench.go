package registrations

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// Part is the name of this part.
const Part = "api"

const (
	batchSize = 1000
	// singles are requests with one parcel each, at singleRate a second; the first
	// cold of them meet new connections and are not counted.
	singleRate, singles, cold = 2000, 10_000, 1000
)

// Options are those of this part alone.
type Options struct {
	Registrations int `help:"Registrations in each turn of api." default:"400000"`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.Registrations < batchSize {
		return fmt.Errorf("--registrations %d: at least %d are needed", o.Registrations, batchSize)
	}
	return nil
}

// figures are those of one turn.
type figures struct {
	api, bare float64       // registrations a second
	cpu       time.Duration // of the API, for each registration
	p50, p99  float64       // of a single one, milliseconds
}

// String implements fmt.Stringer.
func (f figures) String() string {
	return fmt.Sprintf("%.0f/s, a bare producer %.0f/s; a single one P50 %.1f ms, P99 %.1f ms", f.api, f.bare, f.p50, f.p99)
}

// Run measures all turns.
func Run(ctx context.Context, common *rig.Options, o *Options) (*report.Section, error) {
	var turns []figures
	for i := range common.Warmups + common.Turns {
		f, err := turn(ctx, common, o)
		if err != nil {
			return nil, fmt.Errorf("measuring %s: %w", Part, err)
		}
		fmt.Fprintf(os.Stderr, "%s: turn %d of %d: %s\n", Part, i+1, common.Warmups+common.Turns, f)
		if i >= common.Warmups {
			turns = append(turns, f)
		}
	}
	return section(o, turns), nil
}

// turn measures once, on a broker of its own.
func turn(ctx context.Context, common *rig.Options, o *Options) (f figures, err error) {
	ctx, cancel := context.WithTimeout(ctx, common.Patience)
	defer cancel()
	s, err := newScene(ctx, common.Partitions)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	batches := o.Registrations / batchSize
	cpu, began := s.process.CPU(), time.Now()
	if err := s.post(ctx, batches); err != nil {
		return f, err
	}
	f.api = float64(batches*batchSize) / time.Since(began).Seconds()
	f.cpu = (s.process.CPU() - cpu) / time.Duration(batches*batchSize)
	if f.bare, err = s.produce(ctx, batches); err != nil {
		return f, err
	}
	took, err := s.pace(ctx)
	if err != nil {
		return f, err
	}
	f.p50, f.p99 = report.Quantile(took, 0.5), report.Quantile(took, 0.99)
	_, err = s.process.End()
	return f, err
}

func section(o *Options, turns []figures) *report.Section {
	of := func(figure func(figures) float64) report.Spread { return report.SpreadBy(turns, figure) }
	api, bare := of(func(f figures) float64 { return f.api }), of(func(f figures) float64 { return f.bare })
	p50, p99 := of(func(f figures) float64 { return f.p50 }), of(func(f figures) float64 { return f.p99 })
	batches := report.NewTable("", "registrations/s", "CPU µs/registration")
	batches.AppendRow([]any{"HTTP API, in batches of 1,000", api.In(0), of(func(f figures) float64 { return float64(f.cpu.Nanoseconds()) / 1000 }).In(1)})
	batches.AppendRow([]any{"bare producer of the same bytes", bare.In(0), ""})
	single := report.NewTable("", "P50 ms", "P99 ms")
	single.AppendRow([]any{"one registration, at 2,000/s", p50.In(1), p99.In(1)})
	return &report.Section{
		Part: Part, Title: "registrations by HTTP, beside a bare producer",
		Conditions: []string{
			fmt.Sprintf("%d registrations in a turn, %d turns; then %d single ones, the first %d of them not counted", o.Registrations, len(turns), singles, cold),
			"broker (with a data directory), API and clients are each a process; the clients have the cores of the rest",
		},
		Blocks: []report.Block{{Table: batches, Note: note}, {Table: single}},
		Aims: []report.Aim{
			{What: "registrations in batches", Unit: "registrations/s", Want: 200_000, Have: api.Median},
			{What: "P99 of a single registration at 2,000/s", Unit: "ms", Want: 20, Have: p99.Median, AtMost: true, Decimals: 1},
		},
	}
}

const note = "The bare producer has its records in memory and waits for Kafka's word on each thousand, as many at a time as there are clients of\n" +
	"the API. *CPU* is that of the API's process."
