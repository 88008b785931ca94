package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

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
	var b strings.Builder
	b.WriteString("# Results\n\nWritten by `make bench`; [README.md](README.md) says what is measured and how.\n\n")
	b.WriteString(r.conditions())
	b.WriteString("\n## Raw events through tracking, beside the limit\n\n" + r.rates().RenderMarkdown())
	b.WriteString("\n\nMedian of " + fmt.Sprint(r.options.Turns) + " turns, least and highest in brackets. Share: of a turn's rate in that of the\nlimit's turn that followed it.\n")
	b.WriteString("\n## What came in and out\n\n" + r.sizes().RenderMarkdown())
	b.WriteString("\n\nBytes of keys and values, before compression, of one turn.\n\n## Aims\n\n")
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
	t := table.NewWriter()
	t.AppendHeader(table.Row{"", "raw events/s", "share of the limit, %", "its CPU, µs/raw event", "the broker's, µs/raw event", "cores both use", "cores others use", "allocations/raw event"})
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

// in writes the median, and the least and the highest in brackets, with so
// many decimals.
func (s spread) in(decimals int) string {
	return fmt.Sprintf("%.*f (%.*f to %.*f)", decimals, s.median, decimals, s.low, decimals, s.high)
}

func (r *results) sizes() table.Writer {
	t := table.NewWriter()
	header := table.Row{"topic"}
	for _, row := range r.rows {
		hold := fmt.Sprintf("hold %s: ", row.hold)
		header = append(header, hold+"records", hold+"per raw event", hold+"bytes each")
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
