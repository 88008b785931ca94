package reports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// Part is the name of this part.
const Part = "reports"

// fullSize is how many parcels the aims are for. Each has ten events.
const fullSize = 10_000_000

// What each report is to reach, in seconds; lookUp is for the report shipment.
const (
	aimMerged, aimUnmerged, aimLookUp = 1, 20, 0.05
)

// Options are those of this part alone.
type Options struct {
	Parcels int           `help:"Parcels that reports are measured on, with ten events each. --full: 10 million." name:"report-parcels" default:"500000"`
	Only    []string      `help:"Names of the reports to measure. Default: all." name:"report" placeholder:"NAME"`
	Timeout time.Duration `help:"How long merging a table may take, and a report." name:"report-timeout" default:"30m"`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.Parcels < 1000 {
		return fmt.Errorf("--report-parcels %d: at least 1000 are needed", o.Parcels)
	}
	return nil
}

// row is a question with its figures in both states.
type row struct {
	question
	unmerged, merged figures
}

// measured is what a run comes to.
type measured struct {
	parcels         int
	loading         time.Duration
	merging         time.Duration
	unmerged, after size
	rows            []row
}

// Run fills the tables and asks every report, before anything was merged and
// after all was; in full on ten million parcels.
func Run(ctx context.Context, common *rig.Options, o *Options, full bool) (section *report.Section, err error) {
	s, err := newScene(ctx, o.Timeout)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	m := measured{parcels: o.Parcels}
	if full {
		m.parcels = fullSize
	}
	if err := m.run(ctx, s, common, o.Only); err != nil {
		return nil, fmt.Errorf("measuring %s: %w", Part, err)
	}
	return m.section(common), nil
}

func (m *measured) run(ctx context.Context, s *scene, common *rig.Options, only []string) (err error) {
	began := time.Now()
	// The end of the load is today, or the tables would drop its webhooks as too old.
	l := load{parcels: m.parcels, seed: common.Seed, until: began.UTC().Truncate(24 * time.Hour)}
	if err := l.fill(ctx, s.conn); err != nil {
		return err
	}
	m.loading = time.Since(began)
	if m.unmerged, err = s.size(ctx); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s: %d rows in %d parts, %d MB, loaded in %s\n", Part, m.unmerged.Rows, m.unmerged.Parts, m.unmerged.Bytes>>20, m.loading.Round(time.Second))
	parcel, err := someParcel(ctx, s.conn)
	if err != nil {
		return err
	}
	asked, err := questions(parcel, only)
	if err != nil {
		return err
	}
	for _, q := range asked {
		m.rows = append(m.rows, row{question: q})
	}
	if err := m.each(ctx, s, common, func(r *row) *figures { return &r.unmerged }); err != nil {
		return err
	}
	began = time.Now()
	if err := s.merge(ctx); err != nil {
		return err
	}
	m.merging = time.Since(began)
	if m.after, err = s.size(ctx); err != nil {
		return err
	}
	return m.each(ctx, s, common, func(r *row) *figures { return &r.merged })
}

// each asks every question.
func (m *measured) each(ctx context.Context, s *scene, common *rig.Options, into func(*row) *figures) (err error) {
	for i := range m.rows {
		if *into(&m.rows[i]), err = measure(ctx, s.conn, m.rows[i].question, common.Warmups, common.Turns); err != nil {
			return err
		}
	}
	return nil
}

func (m *measured) section(common *rig.Options) *report.Section {
	table := report.NewTable("report", "merged s", "CPU s", "peak MB", "million rows read", "unmerged s", "CPU s", "peak MB", "rows")
	for _, r := range m.rows {
		table.AppendRow([]any{
			r.name(), r.merged.took.In(3), fmt.Sprintf("%.2f", r.merged.cpu), r.merged.memory >> 20, fmt.Sprintf("%.1f", float64(r.merged.read)/1e6),
			r.unmerged.took.In(2), fmt.Sprintf("%.2f", r.unmerged.cpu), r.unmerged.memory >> 20, r.merged.rows,
		})
	}
	return &report.Section{
		Part: Part, Title: fmt.Sprintf("every report on %d parcels with ten events each", m.parcels),
		Conditions: []string{
			fmt.Sprintf("unmerged: %d rows in %d parts, %.1f GB, loaded in %s by all cores", m.unmerged.Rows, m.unmerged.Parts, float64(m.unmerged.Bytes)/1e9, m.loading.Round(time.Second)),
			fmt.Sprintf("merged: %d rows in %d parts, %.1f GB, merged in %s", m.after.Rows, m.after.Parts, float64(m.after.Bytes)/1e9, m.merging.Round(time.Second)),
			fmt.Sprintf("%d runs each, %d before them; %d threads; the engine may use %d GB", common.Turns, common.Warmups, threads, engineMemory>>30),
		},
		Blocks: []report.Block{{Table: table, Note: note}},
		Aims:   m.aims(),
	}
}

// aims are judged by the slowest question; the look-up of a parcel has its own.
func (m *measured) aims() []report.Aim {
	slowest := func(isLookUp bool, seconds func(row) float64) (r row) {
		for _, other := range m.rows {
			if (other.report.Name == "shipment") == isLookUp && (r.report.Name == "" || seconds(other) > seconds(r)) {
				r = other
			}
		}
		return r
	}
	merged := func(r row) float64 { return r.merged.took.Median }
	unmerged := func(r row) float64 { return r.unmerged.took.Median }
	of := func(what string, r row, want, have float64) report.Aim {
		return report.Aim{What: what, Unit: "s", Want: want, Have: have, AtMost: true, Decimals: 3, Note: fmt.Sprintf(" (%s, on %d parcels)", r.name(), m.parcels)}
	}
	slow, slowUnmerged, lookUp := slowest(false, merged), slowest(false, unmerged), slowest(true, merged)
	return []report.Aim{
		of("the slowest report, merged", slow, aimMerged, merged(slow)),
		of("the slowest report, unmerged", slowUnmerged, aimUnmerged, unmerged(slowUnmerged)),
		of("one parcel, merged", lookUp, aimLookUp, merged(lookUp)),
	}
}

const note = "*Merged* is one part in each partition (`OPTIMIZE FINAL`); *unmerged* is as it was loaded, with all merges stopped: three parcels of ten\n" +
	"have older rows in other parts. *Peak* is the most memory that the engine held for the query. `--tenant` is one that has a tenth of all."
