package analytics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// defaultLimit bounds the rows of a list where none is asked for.
const defaultLimit = 1000

// defaultStalledAfter is what the rules go by where nothing else is set (D3).
const defaultStalledAfter = 72 * time.Hour

// Open ends of time, as far as the tables reach, and how a time is handed over.
const (
	beginning  = "1900-01-01 00:00:00.000"
	end        = "2262-01-01 00:00:00.000"
	timeLayout = "2006-01-02 15:04:05.000"
)

// Params narrow a report. The zero value takes everything there is.
type Params struct {
	// Since (inclusive) and Until (exclusive) bound the report's date basis. Zero:
	// no bound.
	Since, Until time.Time
	// Last, where it is set, puts Since that long before AsOf.
	Last time.Duration
	// AsOf is what the report takes for now: what happened later counts as not
	// yet done. Zero: the highest stream time in the tables, so that replayed
	// history has a present.
	AsOf time.Time
	// Tenant narrows to one tenant's registrations. Empty: all, each parcel once.
	Tenant string
	// Carrier and TrackingNumber name a parcel. An empty Carrier is any.
	Carrier, TrackingNumber string
	// By says what to group by. Nil: the report's default. Empty, not nil: one
	// group, or the list of parcels where the report has one.
	By []string
	// Reference names an order by the tenant's own reference.
	Reference string
	// Basis and Dates are the report's choices. Empty: its default.
	Basis, Dates string
	// Limit bounds the rows of a list. 0: a thousand.
	Limit int
	// StalledAfter is how long a parcel may be without a physical scan where the
	// baselines do not know what is usual, as the rules have it (D3). 0: 72 hours.
	StalledAfter time.Duration
}

// ParamError says which parameter does not suit a report. It is the asker's
// mistake: the database was not asked.
type ParamError struct {
	// Parameter is its name in the report's file, for example by.
	Parameter string
	// Problem says what is wrong with it.
	Problem string
}

func (e *ParamError) Error() string { return e.Problem }

// Run answers a report from the database that conn is connected to. A parameter
// that does not suit the report is a *ParamError.
func Run(ctx context.Context, conn driver.Conn, report Report, params Params) (*Result, error) {
	if err := params.check(report); err != nil {
		return nil, fmt.Errorf("running report %s: %w", report.Name, err)
	}
	if params.AsOf.IsZero() && report.takes("as_of") {
		now, err := StreamTime(ctx, conn)
		if err != nil {
			return nil, fmt.Errorf("running report %s: %w", report.Name, err)
		}
		params.AsOf = now
	}
	params = params.withDefaults(report)
	rows, err := conn.Query(ctx, report.sql, params.arguments(report)...)
	if err != nil {
		return nil, fmt.Errorf("running report %s: %w", report.Name, err)
	}
	result := &Result{Report: report, Params: params, AsOf: params.AsOf.UTC()}
	if err := errors.Join(result.read(rows), rows.Close()); err != nil {
		return nil, fmt.Errorf("reading report %s: %w", report.Name, err)
	}
	result.dropGroups(params.By)
	return result, nil
}

// StreamTime returns the highest stream time in the tables: up to when history
// is known. It is the zero time when they are empty.
func StreamTime(ctx context.Context, conn driver.Conn) (time.Time, error) {
	var at time.Time
	err := conn.QueryRow(ctx, "SELECT as_of FROM stream_time").Scan(&at)
	if err != nil {
		return at, fmt.Errorf("reading the highest stream time: %w", err)
	}
	if at.UnixMilli() == 0 {
		return time.Time{}, nil
	}
	return at.UTC(), nil
}

func (p *Params) check(report Report) error {
	for _, by := range p.By {
		if !slices.Contains(report.Dimensions, by) {
			return notGrouped(report, by)
		}
	}
	for _, given := range []struct {
		parameter string
		set       bool
	}{
		{"tenant", p.Tenant != ""}, {"carrier", p.Carrier != ""}, {"tracking_number", p.TrackingNumber != ""}, {"limit", p.Limit != 0},
		{"reference", p.Reference != ""}, {"basis", p.Basis != ""}, {"dates", p.Dates != ""},
		{"since", !p.Since.IsZero() || p.Last != 0}, {"until", !p.Until.IsZero()}, {"as_of", !p.AsOf.IsZero()},
	} {
		if given.set && !report.takes(given.parameter) {
			return &ParamError{given.parameter, "it takes no " + given.parameter}
		}
	}
	for _, choice := range report.Choices {
		if value := p.choice(choice); !slices.Contains(choice.Values, value) {
			return &ParamError{choice.Parameter, fmt.Sprintf("its %s cannot be %q; it can be: %s", choice.Parameter, value, strings.Join(choice.Values, ", "))}
		}
	}
	switch {
	case report.takes("reference") && p.Reference == "":
		return &ParamError{"reference", "it needs a reference"}
	case report.takes("tracking_number") && p.TrackingNumber == "":
		return &ParamError{"tracking_number", "it needs a tracking number"}
	case p.Last < 0:
		return &ParamError{"since", fmt.Sprintf("the time span %v is negative", p.Last)}
	case p.Last != 0 && !p.Since.IsZero():
		return &ParamError{"since", "of since and a time span, only one can be given"}
	case p.Limit < 0:
		return &ParamError{"limit", fmt.Sprintf("the limit %d is negative", p.Limit)}
	}
	return nil
}

// choice gives the value of a choice.
func (p *Params) choice(c Choice) string {
	given := map[string]string{"basis": p.Basis, "dates": p.Dates}[c.Parameter]
	return cmp.Or(given, c.Values[0])
}

func notGrouped(report Report, by string) *ParamError {
	if len(report.Dimensions) == 0 {
		return &ParamError{"by", "it cannot be grouped"}
	}
	return &ParamError{"by", fmt.Sprintf("it cannot be grouped by %q; it can by: %s", by, strings.Join(report.Dimensions, ", "))}
}

// withDefaults puts the report's defaults where nothing was said.
func (p *Params) withDefaults(report Report) Params {
	full := *p
	if full.By == nil {
		full.By = append([]string{}, report.DefaultBy...)
	}
	for _, choice := range report.Choices {
		switch choice.Parameter {
		case "basis":
			full.Basis = p.choice(choice)
		case "dates":
			full.Dates = p.choice(choice)
		}
	}
	if p.Last != 0 && !p.AsOf.IsZero() { // in empty tables there is no present
		full.Since, full.Last = p.AsOf.Add(-p.Last), 0
	}
	if report.takes("limit") {
		full.Limit = cmp.Or(p.Limit, defaultLimit)
	}
	full.StalledAfter = cmp.Or(p.StalledAfter, defaultStalledAfter)
	return full
}

// arguments gives a value to every parameter of the report.
func (p *Params) arguments(report Report) []any {
	values := map[string]any{
		"since": timeText(p.Since, beginning), "until": timeText(p.Until, end), "as_of": timeText(p.AsOf, beginning),
		"tenant": p.Tenant, "carrier": p.Carrier, "tracking_number": p.TrackingNumber, "reference": p.Reference,
		"by": p.By, "basis": p.Basis, "dates": p.Dates, "limit": p.Limit, "stalled_after_s": int64(p.StalledAfter / time.Second),
	}
	arguments := make([]any, 0, len(report.Parameters))
	for _, name := range report.Parameters {
		arguments = append(arguments, clickhouse.Named(name, values[name]))
	}
	return arguments
}

// timeText gives a time as a parameter, or another text where there is none.
func timeText(at time.Time, otherwise string) string {
	if at.IsZero() {
		return otherwise
	}
	return at.UTC().Format(timeLayout)
}
