package soak

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/bench/report"
)

// What may grow over the last half, in percent of the mean.
const (
	memoryGrowth = 5
	delayGrowth  = 20
)

func steadyOf(s sample) float64 { return float64(s.memory[steady]) / 1e6 }
func killedOf(s sample) float64 { return float64(s.memory[killed]) / 1e6 }
func p50Of(s sample) float64    { return s.p50 }
func p99Of(s sample) float64    { return s.p99 }

func (b *bench) section(v verdict) *report.Section {
	t := report.NewTable("", "least", "median", "most", "grew in the last half %")
	last := b.samples[len(b.samples)-1]
	s := &report.Section{
		Part: Part, Title: fmt.Sprintf("%s of work with faults", b.For),
		Conditions: []string{
			fmt.Sprintf("%.0f raw events/s at the start, a backlog worked off to the last row and webhook; then %.0f/s (%.0f %% of that) for %s, %d raw events of %d parcels in all, %d partitions",
				b.highest, b.rate, 100*b.rate/b.highest, b.For, v.events, v.parcels, b.common.Partitions),
			fmt.Sprintf("a fault each %s, %d in all; tracking, delivery and clickhouse in two processes; a sample each %s", b.FaultEvery, len(b.happened), b.Every),
			fmt.Sprintf("at the end %.0f MB of state, %.0f MB in the broker, %.0f MB in ClickHouse", float64(last.state)/1e6, float64(last.log)/1e6, float64(last.tables)/1e6),
		},
		Blocks: []report.Block{
			{Table: t, Note: flatNote},
			{Title: "What was true at the end", Table: b.truths(v), Note: "The run fails where one of these does not hold."},
		},
	}
	for _, f := range []struct {
		name string
		of   func(sample) float64
		most float64
	}{
		{"memory, MB", steadyOf, memoryGrowth}, {"P50, ms", p50Of, delayGrowth}, {"P99, ms", p99Of, delayGrowth},
	} {
		all, trend := report.SpreadBy(b.samples, f.of), report.TrendOf(b.calm(f.of))
		t.AppendRow([]any{f.name, fmt.Sprintf("%.0f", all.Low), fmt.Sprintf("%.0f", all.Median), fmt.Sprintf("%.0f", all.High), fmt.Sprintf("%.1f ± %.1f", trend.Grew, trend.Sure)})
		s.Aims = append(s.Aims, report.Aim{
			What: f.name + ", growth over the last half", Want: f.most, Have: trend.Grew, Chance: trend.Sure, Unit: "% of its mean", AtMost: true, Decimals: 1,
		})
	}
	return s
}

const flatNote = "Memory is that of the process that is never killed. Delays are from a delivery sent to its webhook received. Growth is that of the line of least squares through the\n" +
	"samples of the last half, without those in the first half of the time after a fault, where samples at the same distance from faults of a kind share a level; and its interval of 95 %."

func (b *bench) truths(v verdict) table.Writer {
	t := report.NewTable("", "")
	t.AppendRow([]any{"parcels whose last status is the simulator's", fmt.Sprintf("%d of %d", v.parcels, v.parcels)})
	t.AppendRow([]any{"raw events with one decision in ClickHouse", fmt.Sprintf("%d of %d", v.events, v.events)})
	t.AppendRow([]any{"webhooks on the log that had one effect", fmt.Sprintf("%d of %d", v.webhooks, v.webhooks)})
	t.AppendRow([]any{"webhooks that came again, and had none", v.repeats})
	return t
}

// charts are the pictures, by name.
func (b *bench) charts() map[string]*report.Chart {
	var marks []report.Mark
	for _, h := range b.happened {
		marks = append(marks, report.Mark{X: h.at.Minutes(), Name: h.name})
	}
	line := func(name string, of func(sample) float64) report.Line {
		l := report.Line{Name: name}
		for _, s := range b.samples {
			l.Points = append(l.Points, report.Point{X: s.at.Minutes(), Y: of(s)})
		}
		return l
	}
	chart := func(title, y string, lines ...report.Line) *report.Chart {
		return &report.Chart{Title: title, X: "minutes; dotted: faults", Y: y, Lines: lines, Events: marks, Under: b.machine.Line()}
	}
	return map[string]*report.Chart{
		"soak-memory": chart("Memory under half of the highest rate, with faults", "MB resident", line("never killed", steadyOf), line("killed at times", killedOf)),
		"soak-delay":  chart("From a delivery to its webhook, with faults", "ms", line("P50", p50Of), line("P99", p99Of)),
		"soak-disk": chart("What lies on the disk", "MB",
			line("state", func(s sample) float64 { return float64(s.state) / 1e6 }),
			line("broker", func(s sample) float64 { return float64(s.log) / 1e6 }),
			line("ClickHouse", func(s sample) float64 { return float64(s.tables) / 1e6 })),
	}
}
