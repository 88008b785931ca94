package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"waybill/connectors/dialects"
	"waybill/internal/knowledge"
	"waybill/schemas"
	"waybill/schemas/yamlfile"
)

type normalizeCmd struct {
	Dialect string   `help:"Dialect of the payloads, such as shippo or ups; auto finds it out." default:"auto"`
	Format  string   `help:"json or ndjson, which is the same: a line for each event and each failure; or text." enum:"json,ndjson,text" default:"ndjson"`
	Carrier string   `help:"Carrier of the parcel, for payloads that do not say it."`
	Number  string   `help:"Tracking number of the parcel, for payloads that do not repeat it."`
	Files   []string `arg:"" help:"Payloads, a file each; - is standard input."`
}

func (*normalizeCmd) Help() string {
	return `Prints the carrier events that a payload of a carrier or a platform stands for, with the code of the model that the maps
make of them. What the source could not tell, and what cannot be read, is a line with a reason. Nothing is published.

The carrier is empty where neither the payload nor --carrier names it: such an event could not be published.

The exit code is 1 when a payload cannot be read, or an event in it.

Examples:

    waybill normalize shippo.json
    waybill normalize --dialect ups --format text answer.json
    waybill normalize --dialect shipengine --carrier ups --number 1Z5R89390357567127 answer.json
    curl -s https://example.com/track | waybill normalize --dialect canada-post -`
}

// normalized is a carrier event as the command prints it: its own fields, and
// what the model makes of it.
type normalized struct {
	schemas.CarrierEvent

	Flags   string `json:"flags"` // letters, as in docs/maps.md
	Dialect string `json:"dialect"`
	File    string `json:"file"`
}

// unread is a failure as the command prints it.
type unread struct {
	dialects.Failure

	Dialect string `json:"dialect"`
	File    string `json:"file"`
}

func (c *normalizeCmd) Run(g *globals) error {
	if c.Dialect != dialects.Auto && dialects.Named(c.Dialect) == nil {
		return wrongUseError{fmt.Errorf("there is no dialect %q%s; there are %s", c.Dialect, yamlfile.DidYouMean(c.Dialect, dialects.Names()), strings.Join(dialects.Names(), ", "))}
	}
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	bad := 0
	for _, file := range c.Files {
		payload, err := readInput(file)
		if err != nil {
			return wrongUseError{err}
		}
		reading, err := dialects.Parse(c.Dialect, payload, dialects.Options{
			Received: time.Now().UTC().Truncate(time.Millisecond), Way: dialects.File, Carriers: knows.Carriers, Carrier: c.Carrier, Number: c.Number, Unkeyed: true,
		})
		if wrong, ok := errors.AsType[*dialects.PayloadError](err); ok {
			reading = &dialects.Reading{Dialect: wrong.Dialect, Failures: []dialects.Failure{{Reason: dialects.Reason(wrong.Kind), Description: wrong.Problem}}}
			bad++
		}
		for _, f := range reading.Failures {
			if f.Reason == dialects.ReasonBadEvent {
				bad++
			}
		}
		if err := c.print(file, reading, knows); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d payloads or events cannot be read", bad)
	}
	return nil
}

func (c *normalizeCmd) print(file string, reading *dialects.Reading, knows *knowledge.Knowledge) error {
	events := make([]normalized, len(reading.Events))
	for i := range reading.Events {
		events[i] = normalize(&reading.Events[i], knows)
		events[i].Dialect, events[i].File = reading.Dialect, file
	}
	if c.Format == "text" {
		return printNormalized(os.Stdout, events, reading.Failures)
	}
	for i := range events {
		if err := printLine(&events[i]); err != nil {
			return err
		}
	}
	for _, f := range reading.Failures {
		if err := printLine(unread{f, reading.Dialect, file}); err != nil {
			return err
		}
	}
	return nil
}

// normalize gives an event the code that it will have (docs/maps.md).
func normalize(e *schemas.CarrierEvent, knows *knowledge.Knowledge) normalized {
	out := normalized{CarrierEvent: *e}
	if out.Code == "" && out.Status == "" {
		out.Code, out.MapVersion, _ = knows.Maps.Lookup(e.Source, e.Carrier, e.RawCode, e.RawStatus, e.Description)
	}
	code, _ := knows.Model.Resolve(out.Status, out.Code)
	out.Status, out.Code, out.Flags = code.Status.Name, code.Name, code.Flags()
	return out
}

func printNormalized(w io.Writer, events []normalized, failures []dialects.Failure) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := range events {
		e := &events[i]
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", e.Carrier, e.TrackingNumber, e.OccurredAt.Format(time.RFC3339), e.Code, e.RawCode, e.Description)
	}
	for _, f := range failures {
		fmt.Fprintf(table, "%s\t%s\t\t%s\t%s\t%s\n", f.Carrier, f.TrackingNumber, f.Reason, f.RawCode, f.Description)
	}
	return table.Flush()
}

// readInput reads a file, or standard input for "-".
func readInput(path string) ([]byte, error) {
	var from io.Reader = os.Stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // it was only read
		from = file
	}
	data, err := io.ReadAll(io.LimitReader(from, dialects.MaxPayloadBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return data, nil
}
