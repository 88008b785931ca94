package report

import (
	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/bench/rig"
)

// TurnsNote says what the columns of a table of turns are.
const TurnsNote = "*CPU* and *allocations* are those of the process that is measured, the Kafka client's among them; *cores, both* are the cores that it\n" +
	"and the broker kept busy, and *cores, others* those that programs took which are not of this command: where that is much, the rates\n" +
	"are lower than the machine allows."

// NewTurns makes a table of turns; what is the name of a record.
func NewTurns(what string) table.Writer {
	return NewTable("", what+"s/s", "% of limit", "CPU µs/"+what, "broker CPU µs/"+what, "cores, both", "cores, others", "allocations/"+what)
}

// AddTurns adds a line to it: figures over the turns of one kind.
func AddTurns(t table.Writer, name, share string, turns []rig.Turn) {
	t.AppendRow(table.Row{
		name, SpreadBy(turns, rig.Turn.Rate).In(0), share, SpreadBy(turns, rig.Turn.Cost).In(1),
		SpreadBy(turns, func(t rig.Turn) float64 { return t.PerRecord(t.Broker) }).In(1),
		SpreadBy(turns, func(t rig.Turn) float64 { return t.Cores(t.Used.CPU + t.Broker) }).In(1),
		SpreadBy(turns, func(t rig.Turn) float64 { return t.Cores(t.Others) }).In(1),
		SpreadBy(turns, rig.Turn.Allocations).In(1),
	})
}
