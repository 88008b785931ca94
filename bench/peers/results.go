package peers

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/bench/report"
	"waybill/bench/rig"
)

func (b *bench) section(v *venue, rows []*row) *report.Section {
	s := &report.Section{
		Part: Part, Title: "the rules that ours and its peers both do, beside Kafka Streams and Flink",
		Conditions: []string{
			fmt.Sprintf("%d raw events of %d parcels in a turn, of which those between a tenth and nine tenths are measured; %d turns, %d partitions, %d workers, hold %s; ours commits each %s",
				b.load.events, b.PeerParcels, b.common.Turns, b.common.Partitions, b.workers(), b.PeerHold, b.settings.Pipeline.CommitInterval),
			fmt.Sprintf("%s for all turns", v),
			"every turn's outputs were equal: the subset's byte for byte, by key and in order; tracking's, whole, in what both have",
		},
	}
	s.Blocks = []report.Block{
		{Table: rates(rows), Note: note},
		{Title: "What came out for each raw event", Table: b.sizes(rows), Note: "Of one turn; bytes of key and value, before compression."},
	}
	for _, name := range slices.Sorted(maps.Keys(b.missing)) {
		s.Conditions = append(s.Conditions, fmt.Sprintf("**without %s**: %s", name, b.missing[name]))
	}
	if len(b.peers) == 0 {
		return s
	}
	s.Conditions = append(s.Conditions, fmt.Sprintf("the peers on %s, %s", b.java.version, options))
	s.Blocks = append(s.Blocks, report.Block{Title: "Ours in the best of each peer", Table: b.comparison(rows)})
	s.Aims = b.aims(rows)
	return s
}

const note = "*CPU* is the processor time of the measured process as the system counts it, for a JVM with its compilers and its collector, after a\n" +
	"first load of twice the size that does not count. *Peak* is the most memory that was resident; a JVM takes its heap at once. *Others* are programs\n" +
	"that are not of this command."

func rates(rows []*row) table.Writer {
	t := report.NewTable("", "raw events/s", "CPU µs/raw event", "broker CPU µs/raw event", "cores", "cores, broker", "cores, others", "peak MB")
	for _, r := range rows {
		by := func(figure func(rig.Turn) float64) report.Spread { return report.SpreadBy(r.turns, figure) }
		t.AppendRow(table.Row{
			r.name, by(rig.Turn.Rate).In(0), by(rig.Turn.Cost).In(1),
			by(func(t rig.Turn) float64 { return t.PerRecord(t.Broker) }).In(1),
			by(func(t rig.Turn) float64 { return t.Cores(t.Used.CPU) }).In(1),
			by(func(t rig.Turn) float64 { return t.Cores(t.Broker) }).In(1),
			by(func(t rig.Turn) float64 { return t.Cores(t.Others) }).In(1),
			by(func(t rig.Turn) float64 { return float64(t.Used.Peak) / 1e6 }).In(0),
		})
	}
	return t
}

func (b *bench) sizes(rows []*row) table.Writer {
	t := report.NewTable("", "records", "bytes", "of them changelog records", "bytes")
	for _, r := range rows {
		wrote := r.turns[len(r.turns)-1].Wrote
		per := func(n int) string { return fmt.Sprintf("%.2f", float64(n)/float64(b.load.events)) }
		all, log := wrote.Total(), wrote[r.changelog]
		t.AppendRow(table.Row{r.name, per(all.Records), per(all.Bytes), per(log.Records), per(log.Bytes)})
	}
	return t
}

// ratio compares ours with the best rows of a peer: how often its least processor
// time holds ours, and our rate its highest.
func ratio(ours *row, rows []*row, p *peer) (cost, rate float64) {
	least, most := math.Inf(1), 0.0
	for _, r := range rows {
		if r.peer == p {
			least = min(least, report.SpreadBy(r.turns, rig.Turn.Cost).Median)
			most = max(most, report.SpreadBy(r.turns, rig.Turn.Rate).Median)
		}
	}
	return least / report.SpreadBy(ours.turns, rig.Turn.Cost).Median, report.SpreadBy(ours.turns, rig.Turn.Rate).Median / most
}

func (b *bench) comparison(rows []*row) table.Writer {
	t := report.NewTable("", "peer", "its processor time in ours", "our rate in its")
	for _, r := range rows {
		for _, p := range b.peers {
			if r.peer == nil {
				cost, rate := ratio(r, rows, p)
				t.AppendRow(table.Row{r.name, p.name, fmt.Sprintf("%.1f", cost), fmt.Sprintf("%.1f", rate)})
			}
		}
	}
	return t
}

// aims are ours against the best of the peers that they are held to.
func (b *bench) aims(rows []*row) []report.Aim {
	var found []report.Aim
	for _, r := range rows {
		for _, p := range b.peers {
			if r.peer != nil || !p.aimed {
				continue
			}
			cost, rate := ratio(r, rows, p)
			found = append(found,
				report.Aim{What: fmt.Sprintf("%s: processor time of the best %s in ours", r.name, p.name), Unit: "times", Want: 5, Have: cost, Decimals: 1},
				report.Aim{What: fmt.Sprintf("%s: our rate in that of the fastest %s", r.name, p.name), Unit: "times", Want: 3, Have: rate, Decimals: 1})
		}
	}
	return found
}
