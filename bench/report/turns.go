package report

import (
	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/bench/rig"
)

// TurnsNote says what the columns of a table of turns are.
const TurnsNote = "*CPU*, *cores*, *peak* (the most memory that was resident) and *allocations* are those of the process that is measured, the Kafka\n" +
	"client's among them; *cores* are as many as it kept busy. *Broker* is all that stands beside it, and *others* are programs that are not of\n" +
	"this command: where they take much, the rates are lower than the machine allows."

// NewTurns makes a table of turns; what is the name of a record.
func NewTurns(what string) table.Writer {
	return NewTable("", what+"s/s", "% of limit", "CPU µs/"+what, "broker CPU µs/"+what, "cores", "cores, broker", "cores, others", "peak MB", "allocations/"+what)
}

// AddTurns adds a line to it: figures over the turns of one kind.
func AddTurns(t table.Writer, name, share string, turns []rig.Turn) {
	t.AppendRow(table.Row{
		name, SpreadBy(turns, rig.Turn.Rate).In(0), share, SpreadBy(turns, rig.Turn.Cost).In(1),
		SpreadBy(turns, func(t rig.Turn) float64 { return t.PerRecord(t.Broker) }).In(1),
		SpreadBy(turns, func(t rig.Turn) float64 { return t.Cores(t.Used.CPU) }).In(1),
		SpreadBy(turns, func(t rig.Turn) float64 { return t.Cores(t.Broker) }).In(1),
		SpreadBy(turns, func(t rig.Turn) float64 { return t.Cores(t.Others) }).In(1),
		SpreadBy(turns, func(t rig.Turn) float64 { return float64(t.Used.Peak) / 1e6 }).In(0),
		SpreadBy(turns, rig.Turn.Allocations).In(1),
	})
}
