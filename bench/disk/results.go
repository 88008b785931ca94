package disk

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/bench/report"
)

// least is what a column takes at least, bytes per event in some source, to
// have a row of its own.
const least = 0.3

// results are what one run has to say.
type results struct {
	*Options
	held []*held
}

func (r *results) section() *report.Section {
	s := &report.Section{
		Part: Part, Title: "what an event takes on disk in ClickHouse",
		Conditions: []string{"real rules, real sink, all tables merged (OPTIMIZE FINAL); the events are in `tracking_events`, a row each"},
		Blocks: []report.Block{
			{Table: r.byTable(), Note: "Bytes on disk for each event: columns, marks, primary key and indexes. An event is a row of `tracking_events`, those that the rules noticed by themselves among them; what the other tables take is told beside, in bytes for each such event. *Plain* is before compression. Attempts at webhooks are not in it."},
			{Title: "Columns of tracking_events", Table: r.byColumn(), Note: fmt.Sprintf("Compressed bytes for each event, without marks; columns that take less than %g bytes everywhere are in the last row.", least)},
		},
	}
	for _, h := range r.held {
		s.Conditions = append(s.Conditions, fmt.Sprintf("%s: %s", h.source.name, h.source.about))
		s.Aims = append(s.Aims, report.Aim{What: "an event, " + h.source.name, Want: aim, Have: h.per(h.of("tracking_events").Disk), Unit: "bytes", AtMost: true, Decimals: 1})
	}
	return s
}

// header names the sources.
func (r *results) header(first ...any) table.Writer {
	for _, h := range r.held {
		first = append(first, h.source.name)
	}
	return report.NewTable(first...)
}

func (r *results) byTable() table.Writer {
	t := r.header("")
	r.row(t, "events", "%.0f", func(h *held) float64 { return float64(h.events) })
	r.row(t, "**bytes for each event**", "%.1f", func(h *held) float64 { return h.per(h.of("tracking_events").Disk) })
	r.row(t, "of them indexes", "%.1f", func(h *held) float64 { return h.per(h.of("tracking_events").Index) })
	r.row(t, "plain", "%.0f", func(h *held) float64 { return h.per(h.of("tracking_events").Plain) })
	for _, name := range tables()[1:] {
		r.row(t, "beside: "+name, "%.1f", func(h *held) float64 { return h.per(h.of(name).Disk) })
	}
	r.row(t, "all tables", "%.1f", func(h *held) float64 {
		sum := uint64(0)
		for _, one := range h.tables {
			sum += one.Disk
		}
		return h.per(sum)
	})
	return t
}

func (r *results) byColumn() table.Writer {
	t := r.header("column")
	rest := make(map[*held]float64)
	for _, name := range r.columnNames() {
		of := func(h *held) float64 { return h.per(h.column(name).Disk) }
		if slices.ContainsFunc(r.held, func(h *held) bool { return of(h) >= least }) {
			r.row(t, name, "%.2f", of)
			continue
		}
		for _, h := range r.held {
			rest[h] += of(h)
		}
	}
	r.row(t, "all others", "%.2f", func(h *held) float64 { return rest[h] })
	return t
}

// columnNames are those of tracking_events, the largest anywhere first.
func (r *results) columnNames() []string {
	most := make(map[string]float64)
	for _, h := range r.held {
		for _, c := range h.columns {
			if c.Table == "tracking_events" {
				most[c.Column] = max(most[c.Column], h.per(c.Disk))
			}
		}
	}
	names := make([]string, 0, len(most))
	for name := range most {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(most[b], most[a]), cmp.Compare(a, b))
	})
	return names
}

func (r *results) row(t table.Writer, name, format string, of func(*held) float64) {
	line := table.Row{name}
	for _, h := range r.held {
		line = append(line, fmt.Sprintf(format, of(h)))
	}
	t.AppendRow(line)
}
