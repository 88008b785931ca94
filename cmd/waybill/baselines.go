package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/baselines"
	"waybill/internal/knowledge"
	"waybill/schemas"
)

type baselinesCmd struct {
	Build baselinesBuildCmd `cmd:"" help:"Work out what is usual on each lane, for D3 and D4, and put it to use."`
	List  baselinesListCmd  `cmd:"" help:"List the versions of the table of baselines."`
	Show  baselinesShowCmd  `cmd:"" help:"Show the rows of a version."`
	Score baselinesScoreCmd `cmd:"" help:"Measure on parcels whose end is known how good the forecast is."`
}

type baselinesBuildCmd struct {
	formatFlag
	Since string `help:"From when: a day, a time, or how long before --until, such as 90d." default:"90d" placeholder:"WHEN"`
	Until string `help:"Until when, as it was known then: a day or a time. Default: the highest stream time in the tables." placeholder:"WHEN"`
}

func (*baselinesBuildCmd) Help() string {
	return `A row is kept where at least 30 gaps between scans, or 30 parcels, speak for it. The version is used at
once when it is whole; that before it stays on the topic until the next is built.

Examples:

    waybill baselines build
    waybill baselines build --since 2026-01-01 --until 2026-04-01`
}

func (c *baselinesBuildCmd) Run(ctx context.Context, g *globals) error {
	ago, since, until, err := c.span()
	if err != nil {
		return wrongUseError{err}
	}
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return err
	}
	knows, err := knowledge.Load(g.settings.Knowledge)
	if err != nil {
		return err
	}
	conn, err := openClickHouse(ctx, g)
	if err != nil {
		return err
	}
	defer conn.Close()               //nolint:errcheck // everything was read
	client, err := openKafka(ctx, g) // tells at once when there is none
	if err != nil {
		return err
	}
	client.Close()
	bar := newProgress("rows read")
	builder := &baselines.Builder{
		Progress: bar.update,
		Kafka:    kafkaOptions(g.settings, g.log), Prefix: g.settings.Kafka.Prefix, Codecs: codecs, Model: knows.Model, ClickHouse: conn, Span: ago,
	}
	v, err := builder.Build(ctx, since, until, time.Now())
	bar.end(err)
	if err != nil {
		return wayOut(err)
	}
	return c.print(v)
}

// span reads --since and --until. Where since is a length of time, ago is that.
func (c *baselinesBuildCmd) span() (ago time.Duration, since, until time.Time, err error) {
	if until, err = parseWhen("--until", c.Until); err != nil {
		return 0, since, until, err
	}
	since, ago, err = parseSince("--since", c.Since)
	if err == nil && since.IsZero() && ago <= 0 {
		err = fmt.Errorf("--since is %q; it must be longer than nothing", c.Since)
	}
	return ago, since, until, err
}

// baselineSummary is what a build made, or a version is.
type baselineSummary struct {
	Version  string         `json:"version"`
	Complete bool           `json:"complete"`
	BuiltAt  *time.Time     `json:"built_at"`
	Since    *time.Time     `json:"since"`
	Until    *time.Time     `json:"until"`
	Rows     map[string]int `json:"rows"` // by level
}

func summarize(v *schemas.BaselineVersion) baselineSummary {
	s := baselineSummary{Version: v.Version, Complete: v.Complete(), Rows: map[string]int{
		schemas.BaselineLane: 0, schemas.BaselineCountries: 0, schemas.BaselineService: 0, schemas.BaselineCarrier: 0,
	}}
	for _, b := range v.Rows {
		s.Rows[b.Level]++
	}
	if m := v.Manifest; m != nil {
		s.BuiltAt, s.Since, s.Until = &m.BuiltAt, m.Since, m.Until
	}
	return s
}

func (c *baselinesBuildCmd) print(v *schemas.BaselineVersion) error {
	s := summarize(v)
	if c.json() {
		return printJSON(s)
	}
	_, err := fmt.Printf("version %s from %s to %s: %d rows of lanes, %d of countries, %d of services, %d of carriers\n",
		s.Version, s.Since.Format(time.RFC3339), s.Until.Format(time.RFC3339), s.Rows[schemas.BaselineLane],
		s.Rows[schemas.BaselineCountries], s.Rows[schemas.BaselineService], s.Rows[schemas.BaselineCarrier])
	return err
}

type baselinesListCmd struct{ formatFlag }

func (*baselinesListCmd) Help() string {
	return `The newest version that is complete is in use.

Example:

    waybill baselines list`
}

func (c *baselinesListCmd) Run(ctx context.Context, g *globals) error {
	versions, err := readBaselines(ctx, g)
	if err != nil {
		return err
	}
	summaries := make([]baselineSummary, len(versions))
	for i := range versions {
		summaries[i] = summarize(&versions[i])
	}
	if c.json() {
		return printJSON(summaries)
	}
	if len(summaries) == 0 {
		fmt.Println("no version was built yet; `waybill baselines build` builds one")
		return nil
	}
	t := newTable(os.Stdout, "version", "complete", "since", "until", "lane", "countries", "service", "carrier")
	for _, s := range summaries {
		t.AppendRow(table.Row{
			s.Version, s.Complete, timeText(s.Since), timeText(s.Until), s.Rows[schemas.BaselineLane],
			s.Rows[schemas.BaselineCountries], s.Rows[schemas.BaselineService], s.Rows[schemas.BaselineCarrier],
		})
	}
	t.Render()
	return nil
}

func readBaselines(ctx context.Context, g *globals) ([]schemas.BaselineVersion, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	client, err := openKafka(ctx, g)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	versions, err := baselines.Read(ctx, client, g.settings.Kafka.Prefix, codecs.Baseline)
	return versions, wayOut(err)
}

type baselinesShowCmd struct {
	formatFlag
	Carrier string `help:"Rows of one carrier."`
	Status  string `help:"Rows of one main status."`
	Version string `help:"Which version. Default: the one in use." placeholder:"VERSION"`
}

func (*baselinesShowCmd) Help() string {
	return `Times are hours. Remaining is from the first event of the status to the stop of the clock.

Examples:

    waybill baselines show --carrier royal-mail --status IN_TRANSIT
    waybill baselines show --format json`
}

func (c *baselinesShowCmd) Run(ctx context.Context, g *globals) error {
	versions, err := readBaselines(ctx, g)
	if err != nil {
		return err
	}
	v := c.choose(versions)
	if v == nil {
		return errors.New("there is no such version of the baselines; `waybill baselines list` shows those there are")
	}
	rows := []*schemas.Baseline{}
	for _, b := range v.Rows {
		if (c.Carrier == "" || b.Carrier == schemas.CanonicalCarrier(c.Carrier)) && (c.Status == "" || b.Status == c.Status) {
			rows = append(rows, b)
		}
	}
	if c.json() {
		return printJSON(rows)
	}
	t := newTable(os.Stdout, "level", "carrier", "service", "from", "to", "status", "gaps", "P50", "P95", "parcels", "remaining P50", "P95")
	for _, b := range rows {
		t.AppendRow(baselineLine(b))
	}
	t.Render()
	return nil
}

func (c *baselinesShowCmd) choose(versions []schemas.BaselineVersion) *schemas.BaselineVersion {
	for i := range versions {
		if v := &versions[i]; v.Version == c.Version || c.Version == "" && v.Complete() {
			return v
		}
	}
	return nil
}

func baselineLine(b *schemas.Baseline) table.Row {
	hours := func(seconds float64) string { return fmt.Sprintf("%.1f", seconds/3600) }
	place := func(country, state string) string {
		if state == "" {
			return country
		}
		return country + "/" + state
	}
	median, late := "", ""
	if last := len(b.RemainingS) - 1; last > 0 {
		median, late = hours(b.RemainingS[last/2]), hours(b.RemainingS[last*19/20])
	}
	return table.Row{
		b.Level, b.Carrier, b.Service, place(b.OriginCountry, b.OriginState), place(b.DestinationCountry, b.DestinationState),
		b.Status, b.Samples, hours(b.GapP50S), hours(b.GapP95S), b.Parcels, median, late,
	}
}

func timeText(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
