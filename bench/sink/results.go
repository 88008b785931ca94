package sink

import (
	"fmt"

	"waybill/bench/report"
)

const ratesNote = "A row is one that was inserted: a record makes one or many, and of a thing that changed within a batch the last. *Processor time* is that of\n" +
	"the process that inserts, the Kafka client's among it, and of ClickHouse; merges are off for both. *Peak memory* is the sink's."

// section says what was measured.
func (b *bench) section(pairs []pair, q quiet) *report.Section {
	of := func(figure func(pair) float64) report.Spread { return report.SpreadBy(pairs, figure) }
	share := of(pair.share)
	t := report.NewTable("", "rows/s", "CPU µs/row", "ClickHouse CPU µs/row", "% of its processor time", "allocations/row", "peak memory MB")
	t.AppendRow([]any{
		"sink", of(func(p pair) float64 { return p.sink.rate() }).In(0), of(func(p pair) float64 { return p.sink.perRow(p.sink.Client) }).In(2),
		of(func(p pair) float64 { return p.sink.perRow(p.sink.Server) }).In(2), share.In(0),
		of(func(p pair) float64 { return float64(p.ours.Used.Allocations) / float64(p.sink.Rows) }).In(1),
		of(func(p pair) float64 { return float64(p.ours.Used.Peak) / 1e6 }).In(0),
	})
	t.AppendRow([]any{
		"ready-made blocks", of(func(p pair) float64 { return p.bare.rate() }).In(0), of(func(p pair) float64 { return p.bare.perRow(p.bare.Client) }).In(2),
		of(func(p pair) float64 { return p.bare.perRow(p.bare.Server) }).In(2), "", "", "",
	})
	records := report.NewTable("", "records/s", "parts in a turn")
	records.AppendRow([]any{"sink, a backlog", of(func(p pair) float64 { return p.ours.Rate() }).In(0), of(func(p pair) float64 { return float64(p.parts) }).In(0)})
	parts := report.NewTable("", "parts/s, all tables", "parts/s, the table with most")
	parts.AppendRow([]any{fmt.Sprintf("%d quiet partitions, %d records/s", q.partitions, quietRate), fmt.Sprintf("%.1f", q.parts), fmt.Sprintf("%.2f", q.most)})
	last := pairs[len(pairs)-1]
	return &report.Section{
		Part: Part, Title: "rows through the ClickHouse sink, beside the same client with ready-made blocks",
		Conditions: []string{
			fmt.Sprintf("%d records of %d raw events in a turn, %d rows in %d parts; %d turns, %d partitions", len(b.load.records), b.load.raw, last.sink.Rows, last.parts, b.common.Turns, b.common.Partitions),
			"broker and ClickHouse (embedded) have the cores of the rest",
		},
		Blocks: []report.Block{{Table: t, Note: ratesNote}, {Table: records}, {Title: "Many quiet partitions", Table: parts}},
		Aims: []report.Aim{
			{What: "processor time of ready-made blocks in that of the sink, both processes", Unit: "%", Want: 60, Have: share.Median},
			{What: fmt.Sprintf("parts a second in one table with %d quiet partitions", q.partitions), Unit: "parts/s", Want: 1, Have: q.most, AtMost: true, Decimals: 2},
		},
	}
}
