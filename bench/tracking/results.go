package tracking

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/schemas"
)

// results are what one run has to say.
type results struct {
	*bench
	rows []row
}

func (r *results) section() *report.Section {
	return &report.Section{
		Part: Part, Title: "raw events through tracking, beside the limit",
		Conditions: []string{
			fmt.Sprintf("%d raw events of %d parcels in a turn of tracking, %d times that in one of the limit; %d turns, %d partitions, %d workers, commit interval %s",
				r.load.events.Records, r.Parcels, r.Passes, r.common.Turns, r.common.Partitions, r.common.Workers(), r.settings.Pipeline.CommitInterval),
			"the broker has a data directory",
		},
		Blocks: []report.Block{
			{Table: r.rates(), Note: report.TurnsNote},
			{Title: "What came in and out", Table: r.sizes(), Note: "Of one turn of tracking; bytes of key and value, before compression."},
		},
		Aims: r.aims(),
	}
}

func (r *results) rates() table.Writer {
	t := report.NewTurns("raw event")
	for _, row := range r.rows {
		report.AddTurns(t, fmt.Sprintf("tracking, hold %s", row.hold), report.SpreadBy(row.pairs, rig.Pair.Share).In(0), rig.Ours(row.pairs))
		report.AddTurns(t, "limit of the same bytes", "", rig.Limits(row.pairs))
	}
	return t
}

// aims are those of the standard load, for no reorder hold and the default one:
// a share of the limit, and processor time, of which holding costs some.
func (r *results) aims() []report.Aim {
	var found []report.Aim
	for i, row := range r.rows {
		alone := report.SpreadBy(rig.Limits(row.pairs), rig.Turn.Cost).Median
		found = append(found, report.Aim{
			What: fmt.Sprintf("hold %s, share of the limit", row.hold), Unit: "%", Want: 70,
			Have: report.SpreadBy(row.pairs, rig.Pair.Share).Median,
		}, report.Aim{
			What: fmt.Sprintf("hold %s, processor time per raw event", row.hold), Unit: "µs", Want: []float64{5, 8}[i], AtMost: true, Decimals: 1,
			Have: report.SpreadBy(rig.Ours(row.pairs), rig.Turn.Cost).Median,
			Note: fmt.Sprintf(" (the limit's process, which only passes the same bytes on, takes %.1f µs)", alone),
		})
	}
	return found
}

func (r *results) sizes() table.Writer {
	header := table.Row{"topic"}
	for _, row := range r.rows {
		header = append(header, fmt.Sprintf("hold %s: records", row.hold), "per raw event", "bytes each")
	}
	t := report.NewTable(header...)
	add := func(name string, of func(row) rig.Tally) {
		line := table.Row{name}
		for _, row := range r.rows {
			n := of(row)
			line = append(line, n.Records, fmt.Sprintf("%.2f", float64(n.Records)/float64(r.load.events.Records)), fmt.Sprintf("%.0f", n.Mean()))
		}
		t.AppendRow(line)
	}
	add("in: "+schemas.TopicCarrierEvents, func(row) rig.Tally { return r.load.events })
	add("in: "+schemas.TopicRegistrations, func(row) rig.Tally { return r.load.registrations })
	for _, topic := range OutputTopics() {
		if r.rows[0].last()[topic].Records > 0 {
			add("out: "+topic, func(row row) rig.Tally { return row.last()[topic] })
		}
	}
	add("out: all", func(row row) rig.Tally { return row.last().Total() })
	return t
}

// last is what the last turn wrote.
func (r *row) last() rig.Tallies { return r.pairs[len(r.pairs)-1].Ours.Wrote }
