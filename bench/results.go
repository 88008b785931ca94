package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"waybill/schemas"
)

// results are what one run of the command has to say.
type results struct {
	machine  machine
	options  *options
	load     *load
	interval time.Duration
	workers  int
	rows     []row
}

// tables are the figures for a terminal.
func (r *results) tables() string {
	return "\n" + r.rates().Render() + "\n\n" + r.sizes().Render() + "\n"
}

// document is RESULTS.md.
func (r *results) document() string {
	return fmt.Sprintf(`# Results

Written by `+"`make bench`"+`; [README.md](README.md) says what is measured and how.

%s
## Raw events through tracking, beside the limit

%s

Median of %d turns, the least and the highest in brackets. *CPU* and *allocations* are those of the process that is measured,
*cores, both* the cores that it and the broker kept busy, and *cores, others* those that programs took which are not of this
command: where that is much, the rates are lower than the machine allows.

## What came in and out

%s

Of one turn of tracking; bytes of key and value, before compression.

## Aims

%s`, r.conditions(), r.rates().RenderMarkdown(), r.options.Turns, r.sizes().RenderMarkdown(), r.verdicts())
}

func (r *results) verdicts() string {
	var b strings.Builder
	for _, a := range r.aims() {
		b.WriteString("* " + a.String() + "\n")
	}
	return b.String()
}

func (r *results) conditions() string {
	m := r.machine
	known := "memory not known"
	if m.memoryGiB > 0 {
		known = fmt.Sprintf("%.0f GiB", m.memoryGiB)
	}
	return fmt.Sprintf("* %s, %d cores, %s, %s, %s\n* %s, commit %s\n"+
		"* %d raw events of %d parcels in a turn of tracking, %d times that in one of the limit; %d partitions, %d workers, commit interval %s\n"+
		"* load, broker (embedded Kafka, with a data directory) and what is measured share the cores\n",
		m.processor, m.cores, known, m.platform, m.goVersion, m.date.Format(time.DateOnly), m.commit,
		r.load.events.Records, r.options.Parcels, r.options.Passes, r.options.Partitions, r.workers, r.interval)
}

func (r *results) rates() table.Writer {
	t := newTable()
	t.AppendHeader(table.Row{"", "raw events/s", "% of limit", "CPU µs/raw", "broker CPU µs/raw", "cores, both", "cores, others", "allocations/raw"})
	for _, row := range r.rows {
		addTurns(t, fmt.Sprintf("tracking, hold %s", row.hold), row, func(p pair) turn { return p.ours }, spreadBy(row.pairs, pair.share).in(0))
		addTurns(t, "limit of the same bytes", row, func(p pair) turn { return p.limit }, "")
	}
	return t
}

// addTurns adds a line: figures over the turns of one kind.
func addTurns(t table.Writer, name string, row row, of func(pair) turn, share string) {
	over := func(figure func(turn) float64) spread {
		return spreadBy(row.pairs, func(p pair) float64 { return figure(of(p)) })
	}
	t.AppendRow(table.Row{
		name, over(turn.rate).in(0), share, over(turn.cost).in(1),
		over(func(t turn) float64 { return t.perRaw(t.broker) }).in(1),
		over(func(t turn) float64 { return t.cores(t.used.CPU + t.broker) }).in(1),
		over(func(t turn) float64 { return t.cores(t.others) }).in(1),
		over(func(t turn) float64 { return float64(t.used.Allocations) / float64(t.rawEvents) }).in(0),
	})
}

// newTable keeps headers as they are written: they hold units.
func newTable() table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	return t
}

// in writes the median, and the least and the highest in brackets, with so
// many decimals.
func (s spread) in(decimals int) string {
	return fmt.Sprintf("%.*f (%.*f to %.*f)", decimals, s.median, decimals, s.low, decimals, s.high)
}

func (r *results) sizes() table.Writer {
	t := newTable()
	header := table.Row{"topic"}
	for _, row := range r.rows {
		header = append(header, fmt.Sprintf("hold %s: records", row.hold), "per raw event", "bytes each")
	}
	t.AppendHeader(header)
	add := func(name string, of func(row) tally) {
		line := table.Row{name}
		for _, row := range r.rows {
			n := of(row)
			line = append(line, n.Records, fmt.Sprintf("%.2f", float64(n.Records)/float64(r.load.events.Records)), fmt.Sprintf("%.0f", n.mean()))
		}
		t.AppendRow(line)
	}
	add("in: "+schemas.TopicCarrierEvents, func(row) tally { return r.load.events })
	add("in: "+schemas.TopicRegistrations, func(row) tally { return r.load.registrations })
	for _, topic := range outputTopics() {
		if r.rows[0].last()[topic].Records > 0 {
			add("out: "+topic, func(row row) tally { return row.last()[topic] })
		}
	}
	add("out: all", func(row row) tally { return row.last().total() })
	return t
}

// last is what the last turn wrote.
func (r *row) last() tallies { return r.pairs[len(r.pairs)-1].ours.wrote }
