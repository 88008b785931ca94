package reports

import (
	"context"
	"embed"
	"fmt"
	"runtime"
	"strings"
	"text/template"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"waybill/schemas/status"
)

//go:embed load/*.sql
var loadFiles embed.FS

// changing are the tables whose rows are written again as a parcel goes on.
func changing() []string {
	return []string{"tracking_events", "decisions", "registrations", "shipments", "exception_episodes", "eta_changes", "acknowledgements"}
}

// lasting are the tables whose rows are written once.
func lasting() []string { return []string{"webhook_attempts", "webhooks", "usage", "endpoint_events"} }

// parcelsPerInsert makes inserts of the size that the sink comes to when it
// catches up: 100,000 rows where there is one for each parcel, a million where
// there are ten.
const parcelsPerInsert = 100_000

// load is what the tables are filled with. The same load gives the same rows.
type load struct {
	parcels int
	seed    uint64
	until   time.Time // the end of what is known, UTC
}

// insert is one insert into one table: the rows of some parcels, as they stood
// so many events before the end.
type insert struct {
	table               string
	first, count, older int
}

// inserts are all of them, what is older first.
func (l load) inserts() []insert {
	var all []insert
	for first := 0; first < l.parcels; first += parcelsPerInsert {
		count := min(parcelsPerInsert, l.parcels-first)
		for older := 2; older >= 0; older-- {
			for _, table := range changing() {
				all = append(all, insert{table, first, count, older})
			}
		}
		for _, table := range lasting() {
			all = append(all, insert{table, first, count, 0})
		}
	}
	return append(all, insert{table: "baselines"})
}

// fill writes all rows into migrated, empty tables.
func (l load) fill(ctx context.Context, conn driver.Conn) error {
	files, err := template.ParseFS(loadFiles, "load/*.sql")
	if err != nil {
		return fmt.Errorf("reading the statements of the load: %w", err)
	}
	model, err := modelArguments()
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	// Each insert in one thread makes one part, and many at a time use all cores.
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"max_threads": 1, "max_insert_threads": 1}))
	for _, i := range l.inserts() {
		group.Go(func() error {
			var text strings.Builder
			if err := files.ExecuteTemplate(&text, i.table+".sql", nil); err != nil {
				return fmt.Errorf("writing the statement that fills %s: %w", i.table, err)
			}
			arguments := append(l.arguments(i), model...)
			if err := conn.Exec(ctx, text.String(), arguments...); err != nil {
				return fmt.Errorf("filling %s with parcels from number %d: %w", i.table, i.first, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func (l load) arguments(i insert) []any {
	return []any{
		clickhouse.Named("parcels", l.parcels), clickhouse.Named("seed", l.seed), clickhouse.Named("until", l.until.UTC().Format(time.DateTime)),
		clickhouse.Named("first", i.first), clickhouse.Named("count", i.count), clickhouse.Named("older", i.older),
	}
}

// modelArguments hands over the status model, so that events bear its flags.
func modelArguments() ([]any, error) {
	model, err := status.Default()
	if err != nil {
		return nil, fmt.Errorf("reading the status model: %w", err)
	}
	var codes, statuses, parties, titles, flags, stops, terminals []string
	var severities []int
	for _, c := range model.Codes() {
		codes, statuses, parties = append(codes, c.Name), append(statuses, c.Status.Name), append(parties, c.Party)
		titles, severities, flags = append(titles, c.Title), append(severities, c.Severity), append(flags, flagsOf(c))
		if c.StopsClock {
			stops = append(stops, c.Name)
		}
		if c.Terminal {
			terminals = append(terminals, c.Name)
		}
	}
	return []any{
		clickhouse.Named("codes", codes), clickhouse.Named("statuses", statuses), clickhouse.Named("parties", parties),
		clickhouse.Named("titles", titles), clickhouse.Named("severities", severities), clickhouse.Named("flags", flags),
		clickhouse.Named("stops", stops), clickhouse.Named("terminals", terminals),
	}, nil
}

// flagsOf writes the flags of a code as the model's file does.
func flagsOf(c *status.Code) string {
	var flags strings.Builder
	for _, f := range []struct {
		letter string
		set    bool
	}{
		{"M", c.Milestone}, {"S", c.StartsClock}, {"X", c.StopsClock}, {"T", c.Terminal},
		{"A", c.ActionRequired}, {"F", c.AttemptFailure}, {"P", c.PhysicalScan},
	} {
		if f.set {
			flags.WriteString(f.letter)
		}
	}
	return flags.String()
}
