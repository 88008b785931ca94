package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"waybill/connectors/replay"
	"waybill/connectors/simulate"
	"waybill/connectors/simulate/shape"
	"waybill/internal/knowledge"
	"waybill/schemas"
)

type simulateCmd struct {
	formatFlag
	Parcels    int           `help:"How many parcels." default:"500"`
	Seed       uint64        `help:"Decides everything that is left to chance." default:"1"`
	Start      time.Time     `help:"When the first registration arrives, RFC 3339. Default: now."`
	Over       time.Duration `help:"Time over which registrations arrive." default:"168h"`
	Tenant     string        `help:"Whose parcels." default:"sim"`
	Shape      string        `help:"Source in whose payloads the parcels are told, with its codes and numbers of real carriers: ${shapes}. Goes with --output." placeholder:"SHAPE"`
	Order      string        `help:"arrival: as everything comes in; parcel: one parcel after the other, for numbers of parcels that memory does not hold. With --shape always parcel." enum:"arrival,parcel" default:"arrival"`
	Duplicates float64       `help:"Share of raw events that are sent twice, 0 to 1." default:"0.05"`
	Disorder   float64       `help:"Share of raw events that come after a later one, 0 to 1." default:"0.05"`
	faultFlags
	Output string `help:"File for the records as NDJSON (- is standard output). Empty: publish them." type:"path" placeholder:"FILE"`
	Truth  string `help:"File for the truth of each parcel as NDJSON." type:"path" placeholder:"FILE"`
}

// faultFlags say what goes wrong between what happens and what is told.
type faultFlags struct {
	Faults float64            `help:"Share of the scans that have a fault, each kind as often as another, and of the parcels that have each fault of parcels; 0 to 1. All but late." default:"0"`
	Fault  map[string]float64 `help:"Rate of single faults, 0 to 1; goes before --faults. They are ${faults}." placeholder:"KIND=RATE,..." mapsep:","`
}

func (f *faultFlags) rates() simulate.Faults {
	rates := simulate.Faults{}
	if f.Faults > 0 {
		rates = simulate.AllFaults(f.Faults)
	}
	for kind, rate := range f.Fault {
		rates[simulate.Fault(kind)] = rate
	}
	return rates
}

func (*simulateCmd) Help() string {
	return `A tenth of the parcels meets an exception, some are returned, some are lost. The same seed, start and rates give the same
parcels. With faults the second lives of numbers that are used again begin half a year later; publish those with a past start.

With --shape the output has a registration for each parcel and, for each thing that its source tells, a line with the payload
as that source would send it, which waybill ingest --dialect auto reads. docs/connectors/simulator.md says what each shape
leaves out.

Examples:

    waybill simulate --parcels 50
    waybill simulate --fault swapped=0.1,repeated=0.1 --output -
    waybill simulate --shape easypost --faults 0.1 --output - | waybill ingest --dialect auto -
    waybill simulate --seed 7 --start 2026-01-05T00:00:00Z --output parcels.ndjson --truth truth.ndjson`
}

// Run makes parcels. They are published as `waybill ingest` publishes, or
// written to a file that it reads.
func (c *simulateCmd) Run(ctx context.Context, g *globals) error {
	if c.Start.IsZero() {
		c.Start = time.Now().UTC().Truncate(time.Second)
	}
	o := simulate.Options{
		Parcels: c.Parcels, Seed: c.Seed, Start: c.Start, Duration: c.Over, Tenant: c.Tenant,
		DuplicateRate: c.Duplicates, DisorderRate: c.Disorder, Faults: c.rates(),
	}
	if c.Shape != "" || c.Order == "parcel" {
		if c.Output == "" {
			return wrongUseError{errors.New("--shape and --order parcel go with --output; waybill ingest publishes the file")}
		}
		return c.stream(ctx, g, o)
	}
	records, truths, err := simulate.Generate(o)
	if err != nil {
		return wrongUseError{err}
	}
	if c.Truth != "" {
		if err := writeFile(c.Truth, func(w io.Writer) error { return simulate.WriteTruth(w, truths) }); err != nil {
			return err
		}
	}
	if c.Output != "" {
		return writeFile(c.Output, func(w io.Writer) error { return replay.WriteNDJSON(w, records) })
	}
	return c.publish(ctx, g, records, simulate.Summarize(truths))
}

// stream writes one parcel after the other.
func (c *simulateCmd) stream(ctx context.Context, g *globals, o simulate.Options) error {
	tell := tellRecords(o)
	if c.Shape != "" {
		knows, err := knowledge.Load(g.settings.Knowledge)
		if err != nil {
			return err
		}
		s, err := shape.Named(c.Shape, knows.Model, knows.Maps)
		if err != nil {
			return wrongUseError{err}
		}
		o.Carriers, tell = s.Carriers, func(p *simulate.Parcel) ([]byte, error) { return tellShape(s, p) }
	}
	maker, err := simulate.NewMaker(o)
	if err != nil {
		return wrongUseError{err}
	}
	write := func(text, truth io.Writer) error {
		return simulate.Each(ctx, maker, func(p *simulate.Parcel) (*simulated, error) { return newSimulated(p, tell) }, func(s *simulated) error {
			_, err := truth.Write(s.truth)
			if err == nil {
				_, err = text.Write(s.text)
			}
			return err
		})
	}
	return writeFile(c.Output, func(text io.Writer) error {
		if c.Truth == "" {
			return write(text, io.Discard)
		}
		return writeFile(c.Truth, func(truth io.Writer) error { return write(text, truth) })
	})
}

// simulated is a parcel as it is written.
type simulated struct{ text, truth []byte }

func newSimulated(p *simulate.Parcel, tell func(*simulate.Parcel) ([]byte, error)) (*simulated, error) {
	truths := make([]simulate.Truth, len(p.Lives))
	for i := range p.Lives {
		truths[i] = p.Lives[i].Truth
	}
	var truth bytes.Buffer
	if err := simulate.WriteTruth(&truth, truths); err != nil {
		return nil, err
	}
	text, err := tell(p)
	return &simulated{text, truth.Bytes()}, err
}

// tellRecords tells a parcel in Waybill's own records.
func tellRecords(o simulate.Options) func(*simulate.Parcel) ([]byte, error) {
	return func(p *simulate.Parcel) ([]byte, error) {
		records := make([]replay.Record, len(p.Told))
		for i := range p.Told {
			records[i] = p.Told[i].Record
		}
		replay.Order(records)
		twice := replay.Disorder{Duplicates: o.DuplicateRate, Seed: o.Seed + uint64(p.Index)}
		var text bytes.Buffer
		err := replay.WriteNDJSON(&text, twice.Apply(records))
		return text.Bytes(), err
	}
}

// tellShape tells a parcel as a source does: its registrations, then the
// payloads.
func tellShape(s *shape.Shape, p *simulate.Parcel) ([]byte, error) {
	var registrations []replay.Record
	for i := range p.Told {
		if p.Told[i].Registration != nil {
			registrations = append(registrations, p.Told[i].Record)
		}
	}
	var text bytes.Buffer
	if err := replay.WriteNDJSON(&text, registrations); err != nil {
		return nil, err
	}
	payloads, err := s.Tell(p)
	if err != nil {
		return nil, err
	}
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	for i := range payloads {
		if err := e.Encode(&payloads[i]); err != nil {
			return nil, fmt.Errorf("writing a payload: %w", err)
		}
	}
	return text.Bytes(), nil
}

func (c *simulateCmd) publish(ctx context.Context, g *globals, records []replay.Record, truth simulate.Summary) error {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return err
	}
	if _, err := publish(ctx, g, codecs, records); err != nil {
		return err
	}
	if c.json() {
		return printJSON(truth)
	}
	_, err = fmt.Printf("published %d records of %d parcels\nthe truth: %d delivered (%d early, %d on time, %d late), %d open, %d returned, %d lost\n",
		len(records), truth.Parcels, truth.Delivered, truth.Early, truth.OnTime, truth.Late, truth.Open, truth.Returned, truth.Lost)
	return err
}

// writeFile writes a whole file, or standard output for "-".
func writeFile(path string, write func(io.Writer) error) error {
	if path == "-" {
		return write(os.Stdout)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("making the file: %w", err)
	}
	if err := write(file); err != nil {
		_ = file.Close() // the first error says more
		return err
	}
	return file.Close()
}
